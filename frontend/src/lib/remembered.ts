import { useSyncExternalStore } from "react";

/** Small yes-or-no things that a device remembers for a person: what was seen, what was put away. */

const listeners = new Set<() => void>();

export function remember(key: string, isOn: boolean): void {
  if (isOn) localStorage.setItem(key, "1");
  else localStorage.removeItem(key);
  for (const listener of listeners) listener();
}

export function useRemembered(key: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => localStorage.getItem(key) !== null,
  );
}
