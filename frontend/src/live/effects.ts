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
  runs: ["listRuns", "getRun", "listPlan", "getOverview"],
  connection: ["getConnection", "getMapping", "getOverview"],
  overview: ["getOverview", "listHeld", "getSyncSettings"],
  audit: ["listAuditEvents", "getAuditState"],
  views: ["listViews"],
  members: ["listMembers", "listTokens", "getSession"],
  organisation: ["getOrganisation", "getSession", "listContacts", "listFacets", "getOverview"],
};

/** What a message of the stream makes stale; a kind of a newer server is passed over. */
export function staleAfter(data: string): Operation[] {
  const { kinds } = JSON.parse(data) as { kinds: string[] };
  return kinds.flatMap((kind) => EFFECTS[kind] ?? []);
}

/**
 * Asks again for what went stale, one round at a time: a change that comes while a round is out waits for the next.
 * During a backfill changes come four times a second; asked again at each, a server that needs longer would be buried
 * under questions whose answers nobody waits for. A pause as long as the round leaves it half of its time.
 */
export function createRefresher(
  queryClient: QueryClient,
  tenant: string,
  pause: (ms: number) => Promise<void> = (ms) => new Promise((done) => setTimeout(done, ms)),
): (operations: readonly Operation[]) => void {
  const stale = new Set<Operation>();
  let running = false;

  async function run(): Promise<void> {
    running = true;
    while (stale.size > 0) {
      const round = [...stale];
      stale.clear();
      const began = performance.now();
      await invalidate(queryClient, tenant, round);
      await pause(performance.now() - began);
    }
    running = false;
  }

  return (operations) => {
    for (const operation of operations) stale.add(operation);
    if (!running) void run();
  };
}

/** After a gap anything may have changed. */
export function refreshAll(queryClient: QueryClient): void {
  void queryClient.invalidateQueries();
}
