// Keeps the live part of the activity page fresh, and allows exactly two boxes for a merge.
"use strict";

const live = document.getElementById("live");
if (live) {
  const refresh = async () => {
    if (document.hidden || live.contains(document.activeElement)) return;
    try {
      const answer = await fetch(live.dataset.source);
      if (answer.ok) live.innerHTML = await answer.text();
    } catch {
      // The simulator is away for a moment; the next round tries again.
    }
  };
  setInterval(refresh, 2000);
}

const mergeButton = document.getElementById("merge-selected");
if (mergeButton) {
  const boxes = () => [...document.querySelectorAll("input[name=selected]")];
  const update = () => {
    mergeButton.disabled = boxes().filter((box) => box.checked).length !== 2;
  };
  document.addEventListener("change", update);
  update();
}

for (const form of document.querySelectorAll("form[data-confirm]")) {
  form.addEventListener("submit", (event) => {
    if (!window.confirm(form.dataset.confirm)) event.preventDefault();
  });
}
