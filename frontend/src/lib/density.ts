import { useSyncExternalStore } from "react";

/** How close the rows of tables are; tokens.css has the heights. */
export type Density = "comfortable" | "compact";

const KEY = "loanark.density";
const listeners = new Set<() => void>();
const read = (): Density => (localStorage.getItem(KEY) === "compact" ? "compact" : "comfortable");

/** The same before the first paint: public/theme.js. */
export function setDensity(density: Density): void {
  if (density === "compact") localStorage.setItem(KEY, density);
  else localStorage.removeItem(KEY);
  document.documentElement.dataset.density = density;
  for (const listener of listeners) listener();
}

export function useDensity(): Density {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, read);
}
