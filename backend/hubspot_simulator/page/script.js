// What a page does by itself: parts that stay fresh, choosing in lists, copying. All else works without it.
"use strict";

let isPaused = false;
let isPressing = false;
addEventListener("pointerdown", () => { isPressing = true; });
addEventListener("pointerup", () => { isPressing = false; });
addEventListener("pointercancel", () => { isPressing = false; });

/** Nothing changes under a person's hand: not while they press, select text, or have the focus inside. */
function isInUse(part) {
  const selection = getSelection();
  const isSelecting = !selection.isCollapsed && selection.containsNode(part, true);
  return isPressing || isSelecting || part.contains(document.activeElement);
}

function keepFresh(part) {
  let shown = "";
  const refresh = async () => {
    if (document.hidden || isInUse(part) || (isPaused && part.id === "live")) return;
    try {
      const answer = await fetch(part.dataset.live);
      const text = await answer.text();
      if (!answer.ok || text === shown || isInUse(part)) return;
      const scrolled = [...part.querySelectorAll(".scroll")].map((box) => box.scrollLeft);
      part.innerHTML = shown = text;
      part.querySelectorAll(".scroll").forEach((box, n) => { box.scrollLeft = scrolled[n] ?? 0; });
    } catch {
      // The simulator is away for a moment; the next round tries again.
    }
  };
  setInterval(refresh, Number(part.dataset.every) * 1000);
}
document.querySelectorAll("[data-live]").forEach(keepFresh);

const pause = document.getElementById("pause");
if (pause) {
  pause.hidden = false;
  pause.addEventListener("click", () => {
    isPaused = !isPaused;
    pause.setAttribute("aria-pressed", String(isPaused));
  });
}

const several = document.getElementById("several");
if (several) {
  const boxes = [...several.querySelectorAll("input[name=selected]")];
  const counter = document.getElementById("selected");
  const heading = several.querySelector("th.tickbox");
  const all = document.createElement("input");
  all.type = "checkbox";
  all.id = "select-all";
  all.setAttribute("aria-label", "Select all on this page");
  if (boxes.length) heading.replaceChildren(all);
  const update = () => {
    const count = boxes.filter((box) => box.checked).length;
    all.checked = count === boxes.length;
    all.indeterminate = count > 0 && !all.checked;
    if (counter) counter.textContent = count ? `${count} selected:` : "Select contacts to:";
    for (const button of several.querySelectorAll("[data-needs]")) {
      button.disabled = button.dataset.needs === "2" ? count !== 2 : count === 0;
    }
  };
  all.addEventListener("change", () => {
    boxes.forEach((box) => { box.checked = all.checked; });
    update();
  });
  several.addEventListener("change", update);
  addEventListener("pageshow", update);
}

for (const button of document.querySelectorAll("[data-copy]")) {
  const label = button.firstChild;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    label.data = "Copied";
    setTimeout(() => { label.data = "Copy"; }, 2000);
  });
}
