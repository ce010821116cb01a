import type { QueryClient } from "@tanstack/react-query";
import type * as sdk from "@/client/sdk.gen";
import { invalidate } from "@/lib/query-ids";

type Operation = keyof typeof sdk;

/** What an event makes stale. The stream never carries data: the pages ask again for what they show. */
const EFFECTS: Record<string, readonly Operation[]> = {
  contacts: ["listContacts", "listFacets", "getContact", "listChanges", "getOverview"],
  conflicts: ["listConflicts", "getContact", "listContacts", "getOverview"],
  rejections: ["listRejections", "getContact", "listContacts", "getOverview"],
  runs: ["listRuns", "getRun", "getOverview"],
  connection: ["getConnection", "getOverview"],
  mapping: ["getMapping", "getContact"],
  overview: ["getOverview"],
};

export const EVENT_KINDS = Object.keys(EFFECTS);

/** A burst of events becomes one round of questions. */
const GATHER_MS = 400;
const waiting = new Map<string, Set<string>>();

export function applyEvent(queryClient: QueryClient, tenant: string, name: string, data: string): void {
  const operations = EFFECTS[kindOf(name, data)];
  if (!operations) return;
  const gathered = waiting.get(tenant);
  if (gathered) {
    for (const operation of operations) gathered.add(operation);
    return;
  }
  const fresh = new Set<string>(operations);
  waiting.set(tenant, fresh);
  setTimeout(() => {
    waiting.delete(tenant);
    void invalidate(queryClient, tenant, [...fresh]);
  }, GATHER_MS);
}

/** After a gap anything may have changed. */
export function refreshAll(queryClient: QueryClient): void {
  void queryClient.invalidateQueries();
}

function kindOf(name: string, data: string): string {
  if (name !== "message") return name;
  try {
    return (JSON.parse(data) as { kind?: string }).kind ?? "";
  } catch {
    return "";
  }
}
