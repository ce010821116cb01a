import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { connect, type LiveState } from "./connection";
import { catchUp, createRefresher, refreshAll, staleAfter } from "./effects";
import { joinGroup } from "./group";

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

/** The stream of the organisation in view, shared by all tabs. Each event only says which queries are stale. */
export function useLiveStream(tenant: string): void {
  const queryClient = useQueryClient();

  useEffect(() => {
    const url = `/api/tenants/${encodeURIComponent(tenant)}/live`;
    const refresh = createRefresher(queryClient, tenant);
    let hasOpened = false;
    const onState = (next: LiveState) => {
      become(next);
      if (next !== "open" || hasOpened) return;
      hasOpened = true;
      catchUp(queryClient);
    };
    const join = () =>
      joinGroup({
        name: `loanark.live.${tenant}`,
        hearer: {
          onState,
          onGap: () => refreshAll(queryClient),
          onChange: (data) => refresh(staleAfter(data)),
          onBeat: () => undefined,
        },
        lead: (hearer, hasMissed) => connect(url, hearer, { hasMissed }),
        ...("BroadcastChannel" in globalThis && { channel: (name: string) => new BroadcastChannel(name) }),
        ...("locks" in navigator && { locks: navigator.locks }),
      });
    let leave: (() => void) | undefined = join();

    // A page that is put aside for "back" hears nothing, and must not keep the others' lock.
    const putAside = () => {
      leave?.();
      leave = undefined;
    };
    const comeBack = ({ persisted }: PageTransitionEvent) => {
      if (!persisted) return;
      leave ??= join();
      refreshAll(queryClient);
    };
    const fallback = setInterval(() => {
      if (state === "lost" && navigator.onLine) refreshAll(queryClient);
    }, FALLBACK_EVERY_MS);
    window.addEventListener("pagehide", putAside);
    window.addEventListener("pageshow", comeBack);
    return () => {
      putAside();
      clearInterval(fallback);
      window.removeEventListener("pagehide", putAside);
      window.removeEventListener("pageshow", comeBack);
      become("connecting");
    };
  }, [tenant, queryClient]);
}
