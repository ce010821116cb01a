import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { createRefresher, refreshAll, staleAfter } from "./effects";

export type LiveState = "connecting" | "open" | "lost";

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 30_000;
/** While the stream is down the page still moves: everything in view is asked again this often. */
const FALLBACK_EVERY_MS = 20_000;

let state: LiveState = "connecting";
const listeners = new Set<() => void>();

function become(next: LiveState): void {
  if (state === next) return;
  state = next;
  for (const listener of listeners) listener();
}

export function useLiveState(): LiveState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );
}

/** Doubling, with jitter so that a restarted server is not met by everyone at once. */
export function delayBefore(attempt: number, random: () => number = Math.random): number {
  return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt) * (0.5 + random() / 2);
}

/** One EventSource for the organisation in view. Each event only says which queries are stale. */
export function useLiveStream(tenant: string): void {
  const queryClient = useQueryClient();

  useEffect(() => {
    let source: EventSource | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let attempt = 0;
    let missedSome = false;
    const refresh = createRefresher(queryClient, tenant);

    const open = () => {
      source = new EventSource(`/api/tenants/${encodeURIComponent(tenant)}/live`);
      source.onopen = () => {
        attempt = 0;
        become("open");
        if (missedSome) refreshAll(queryClient);
        missedSome = false;
      };
      source.onerror = retry;
      source.addEventListener("change", (event) => refresh(staleAfter(event.data)));
    };

    const retry = () => {
      source?.close();
      clearTimeout(timer);
      missedSome = true;
      if (attempt > 0) become("lost");
      else become("connecting");
      timer = setTimeout(open, delayBefore(attempt));
      attempt += 1;
    };

    const retryNow = () => {
      attempt = 0;
      retry();
    };

    const fallback = setInterval(() => {
      if (state === "lost" && navigator.onLine) refreshAll(queryClient);
    }, FALLBACK_EVERY_MS);

    open();
    window.addEventListener("online", retryNow);
    return () => {
      source?.close();
      clearTimeout(timer);
      clearInterval(fallback);
      window.removeEventListener("online", retryNow);
      become("connecting");
    };
  }, [tenant, queryClient]);
}
