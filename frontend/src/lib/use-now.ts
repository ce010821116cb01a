import { useEffect, useState, useSyncExternalStore } from "react";

/** The time, told again every `everyMs`: for running durations. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

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
