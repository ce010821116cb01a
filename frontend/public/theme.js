// Before the first paint, so that no one who works in the dark is flashed. A file of its own: the policy forbids inline scripts.
(() => {
  let choice = "system";
  try {
    choice = localStorage.getItem("loanark.theme") || "system";
  } catch {}
  const dark =
    choice === "dark" || (choice === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
