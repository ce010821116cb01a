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
    "getLook",
    "listHubspotEdits",
    "listChanges",
    "listConflicts",
    "getConflictSummary",
    "listAlike",
    "listRejections",
    "listRejectionGroups",
    "getActivity",
    "getOverview",
    "getMonitor",
    "explainRecord",
    "listRunReasons",
    "listRunRejections",
    "listDuplicates",
    "getDuplicateGroup",
    "previewMerge",
    "listMerges",
  ],
  duplicates: [
    "listDuplicates",
    "getDuplicateSummary",
    "getDuplicateGroup",
    "previewMerge",
    "listMerges",
    "getDuplicateSettings",
  ],
  runs: [
    "listRuns",
    "getRun",
    "listPlan",
    "listRunReasons",
    "listRunChanges",
    "listDays",
    "getOverview",
    "explainRecord",
    "previewSchedule",
  ],
  connection: ["getConnection", "getMapping", "getOverview", "getMonitor", "explainRecord"],
  overview: ["getOverview", "listHeld", "getSyncSettings", "getMonitor"],
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

/** In a tab nobody looks at, what is stale is only marked: it is asked for when somebody looks again. */
const inView = () => (document.visibilityState === "hidden" ? "none" : "active");

const wait = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

/**
 * Asks again for what went stale, one round at a time: a change that comes while a round is out waits for the next.
 * During a backfill changes come four times a second; asked again at each, a server that needs longer would be buried
 * under questions whose answers nobody waits for. A pause as long as the round leaves it half of its time.
 */
export function createRefresher(
  queryClient: QueryClient,
  tenant: string,
  pause: (ms: number) => Promise<void> = wait,
): (operations: readonly Operation[]) => void {
  const stale = new Set<Operation>();
  let running = false;

  async function run(): Promise<void> {
    running = true;
    while (stale.size > 0) {
      const round = [...stale];
      stale.clear();
      const began = performance.now();
      await invalidate(queryClient, tenant, round, inView());
      await pause(performance.now() - began);
    }
    running = false;
  }

  return (operations) => {
    for (const operation of operations) stale.add(operation);
    void invalidate(queryClient, tenant, operations, "none");
    if (!running) void run();
  };
}

/** After a gap anything may have changed. */
export function refreshAll(queryClient: QueryClient): void {
  void queryClient.invalidateQueries({ refetchType: inView() });
}

/** What was read before the stream was open may have changed since, with nobody to tell of it. */
export function catchUp(queryClient: QueryClient): void {
  const opened = Date.now();
  void queryClient.invalidateQueries({
    predicate: ({ state }) => state.dataUpdatedAt > 0 && state.dataUpdatedAt < opened,
    refetchType: inView(),
  });
}
