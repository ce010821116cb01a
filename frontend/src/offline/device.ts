import { useSyncExternalStore } from "react";

/** Whether recently seen contacts may stay on this device, to be looked at without a network. */

const KEY = "loanark.keep";
const listeners = new Set<() => void>();

export function mayKeep(): boolean {
  return localStorage.getItem(KEY) !== "off";
}

export function setMayKeep(may: boolean): void {
  if (may) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, "off");
  for (const listener of listeners) listener();
}

export function onMayKeep(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useMayKeep(): boolean {
  return useSyncExternalStore(onMayKeep, mayKeep);
}
