import type { QueryClient } from "@tanstack/react-query";
import type * as sdk from "@/client/sdk.gen";
import { invalidate } from "@/lib/query-ids";

type Operation = keyof typeof sdk;

/** What an event makes stale. The stream never carries data: the pages ask again for what they show. */
const EFFECTS: Record<string, readonly Operation[]> = {
  contacts: [
    "listContacts",
    "listFacets",
    "getContact",
    "listChanges",
    "listConflicts",
    "listRejections",
    "getOverview",
  ],
  runs: ["listRuns", "getRun", "getOverview"],
  connection: ["getConnection", "getMapping", "getOverview"],
  overview: ["getOverview"],
};

/** `data` is `{"kinds": [...]}`; the server has gathered a burst into one. A kind of a newer server is passed over. */
export function applyChange(queryClient: QueryClient, tenant: string, data: string): void {
  const { kinds } = JSON.parse(data) as { kinds: string[] };
  const stale = new Set(kinds.flatMap((kind) => EFFECTS[kind] ?? []));
  if (stale.size > 0) void invalidate(queryClient, tenant, [...stale]);
}

/** After a gap anything may have changed. */
export function refreshAll(queryClient: QueryClient): void {
  void queryClient.invalidateQueries();
}
