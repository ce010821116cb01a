import { useSyncExternalStore } from "react";

/** What lies over the page, if anything: one at a time, whoever opens it. The shell shows it (`app/shell/layers`). */
export type Layer = "palette" | "shortcuts" | "new-contact" | null;

let layer: Layer = null;
const listeners = new Set<() => void>();

export const layerNow = () => layer;

export function showLayer(next: Layer): void {
  layer = next;
  for (const listener of listeners) listener();
}

export const openPalette = () => showLayer("palette");
export const openShortcuts = () => showLayer("shortcuts");
export const openNewContact = () => showLayer("new-contact");

export function useLayer(): Layer {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, layerNow);
}
