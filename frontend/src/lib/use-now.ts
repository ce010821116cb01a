import { useSyncExternalStore } from "react";

const TICK_MS = 20_000;
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let slowNow = Date.now();

function tick(): void {
  slowNow = Date.now();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) {
    slowNow = Date.now();
    timer = setInterval(tick, TICK_MS);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) clearInterval(timer);
  };
}

/** A clock that any number of "4 minutes ago" share. It changes every 20 seconds. */
export function useSlowNow(): number {
  return useSyncExternalStore(subscribe, () => slowNow);
}
