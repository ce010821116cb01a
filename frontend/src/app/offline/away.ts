import { notifyManager, type QueryClient, type QueryKey, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useSyncExternalStore } from "react";
import { editsOf, useWaitingEdits, type Waiting } from "@/features/contacts/queries";
import { formatDateTime, formatTime, plural } from "@/lib/format";
import { asProblem } from "@/lib/problem";
import { toastDone } from "@/lib/toast";
import { useOnline } from "@/lib/use-online";
import { useLiveState } from "@/live/stream";

const TRY_EVERY_MS = 30_000;

/** Asked for by the house around every page: their age is not the page's. */
const OF_THE_HOUSE = ["getOverview", "getConnection"];
const operationOf = ([first]: QueryKey) => (first as { _id?: string } | undefined)?._id ?? "";

/** Of when the oldest is that the page in view shows. */
export function loadedAt(queryClient: QueryClient): number | undefined {
  const shown = queryClient
    .getQueryCache()
    .getAll()
    .filter((query) => query.isActive() && query.state.dataUpdatedAt > 0)
    .filter(({ queryKey }) => operationOf(queryKey) !== "getSession");
  const own = shown.filter(({ queryKey }) => !OF_THE_HOUSE.includes(operationOf(queryKey)));
  const times = (own.length > 0 ? own : shown).map(({ state }) => state.dataUpdatedAt);
  return times.length > 0 ? Math.min(...times) : undefined;
}

/** What is to be seen in all that was asked. It is told after, not in, the rendering that asks for something new. */
function useOfAnswers<T>(read: (queryClient: QueryClient) => T): T {
  const queryClient = useQueryClient();
  const subscribe = useCallback(
    (listener: () => void) => queryClient.getQueryCache().subscribe(notifyManager.batchCalls(listener)),
    [queryClient],
  );
  return useSyncExternalStore(subscribe, () => read(queryClient));
}

/** Whether something in view was asked for again in vain: what is shown is what was answered before. */
export function isRefused(queryClient: QueryClient): boolean {
  return queryClient
    .getQueryCache()
    .getAll()
    .some(
      (query) =>
        query.isActive() &&
        query.state.dataUpdatedAt > 0 &&
        query.state.status === "error" &&
        asProblem(query.state.error).isTransient,
    );
}

/** "2:03 PM", or with its day when that is not today. */
export function clockTime(time: number, now = new Date()): string {
  const iso = new Date(time).toISOString();
  return new Date(time).toDateString() === now.toDateString() ? formatTime(iso) : formatDateTime(iso);
}

export interface Away {
  /** What is seen may be old. */
  isStale: boolean;
  isOnline: boolean;
  /** Since when: what is shown was loaded at this time. */
  since: string | undefined;
  edits: Waiting[];
  /** "1 change waits", "2 changes need your answer"; nothing when nothing waits. */
  waiting: string | undefined;
  needsAnswer: boolean;
}

export function useAway(tenant: string): Away {
  const isOnline = useOnline();
  const isLost = useLiveState() === "lost";
  const isUnanswered = useOfAnswers(isRefused);
  const at = useOfAnswers(loadedAt);
  const edits = useWaitingEdits(tenant);
  const open = edits.filter(({ state }) => state !== "waiting").length;
  const told = open || edits.length;
  const verb = open ? (open === 1 ? "needs your answer" : "need your answer") : told === 1 ? "waits" : "wait";
  return {
    isStale: !isOnline || isLost || isUnanswered,
    isOnline,
    since: at === undefined ? undefined : clockTime(at),
    edits,
    waiting: told > 0 ? `${plural(told, "change")} ${verb}` : undefined,
    needsAnswer: open > 0,
  };
}

/** Sends what waits, as soon as the server can be reached again; and asks from time to time. */
export function useSending(): void {
  const queryClient = useQueryClient();
  const live = useLiveState();
  const isOnline = useOnline();
  useEffect(() => {
    const outbox = editsOf(queryClient);
    const send = async () => {
      const arrived = await outbox.sendAll();
      if (arrived > 0) toastDone(`${plural(arrived, "change")} ${arrived === 1 ? "was" : "were"} sent`);
    };
    const sendIfAny = () => {
      if (navigator.onLine && outbox.list().some(({ state }) => state === "waiting")) void send();
    };
    if (isOnline && live !== "lost") void outbox.load().then(sendIfAny);
    const timer = setInterval(sendIfAny, TRY_EVERY_MS);
    return () => clearInterval(timer);
  }, [queryClient, live, isOnline]);
}
