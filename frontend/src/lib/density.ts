import { useSyncExternalStore } from "react";
import { useMedia } from "./use-media";

/** How close the rows of tables are; tokens.css has the heights. */
export type Density = "comfortable" | "compact";

export const DENSITIES: readonly { value: Density; label: string }[] = [
  { value: "comfortable", label: "Comfortable" },
  { value: "compact", label: "Compact" },
];

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

const COMFORTABLE_PX = 38;

/** How high a row of a table is, for who must know it before it is drawn: what `h-(--row)` is. */
export function useRowHeight(): number {
  useDensity();
  useMedia("(pointer: coarse)");
  const height = getComputedStyle(document.documentElement).getPropertyValue("--row");
  return Number.parseFloat(height) || COMFORTABLE_PX;
}

export function useDensity(): Density {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, read);
}
