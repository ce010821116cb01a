// Before the first paint, so that no one who works in the dark is flashed. A file of its own: the policy forbids inline scripts.
(() => {
  let choice = "system";
  let density = "comfortable";
  try {
    choice = localStorage.getItem("loanark.theme") || "system";
    density = localStorage.getItem("loanark.density") || "comfortable";
  } catch {}
  const { dataset } = document.documentElement;
  const dark =
    choice === "dark" || (choice !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  dataset.theme = dark ? "dark" : "light";
  dataset.density = density;
  if (choice === "contrast" || (choice === "system" && matchMedia("(prefers-contrast: more)").matches))
    dataset.contrast = "more";
})();
