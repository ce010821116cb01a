import { useSyncExternalStore } from "react";

/** The panel of what waits: closed, open, or open because somebody wants to sign out before it is sent. */
export type PanelState = "closed" | "open" | "leaving";

let state: PanelState = "closed";
const listeners = new Set<() => void>();

export function setPanel(next: PanelState): void {
  state = next;
  for (const listener of listeners) listener();
}

export const openPanel = () => setPanel("open");

export function usePanel(): PanelState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );
}
