import type { Query, QueryClient, QueryKey } from "@tanstack/react-query";
import { mayKeep, onMayKeep } from "@/offline/device";
import { deviceStore, type Row, type Store } from "@/offline/store";

/**
 * What was seen lately, kept on this device to be looked at without a network: answers of these operations, the newest of
 * each. They are one person's, of one shape of the API, and a week old at most. Gone with signing out, with a session
 * that ended, when another person signs in, and when the switch on the account page says so.
 */
const KEPT: Record<string, number> = {
  getSession: 1,
  getOverview: 4,
  getConnection: 4,
  getMapping: 4,
  listContacts: 30,
  listFacets: 30,
  listFields: 4,
  listViews: 4,
  getContact: 300,
  listChanges: 300,
  listConflicts: 8,
  listRejections: 4,
  listDuplicates: 30,
  getDuplicateSummary: 4,
  listMerges: 30,
  listRuns: 4,
  getRun: 20,
};

declare const __API_SHAPE__: string;

const MAX_AGE_MS = 7 * 24 * 60 * 60_000;
/** Restored, they stay in memory for a working day, whatever is looked at. */
const IN_MEMORY_MS = 12 * 60 * 60_000;
const WRITE_AFTER_MS = 1_000;
/** Of a long list its beginning. */
const MOST_PAGES = 3;

export interface Answer extends Row {
  queryKey: QueryKey;
  operation: string;
  data: unknown;
  at: number;
  shape: string;
  person: string;
}

interface Pages {
  pages: unknown[];
  pageParams: unknown[];
}

interface Kept {
  queryClient: QueryClient;
  /** Of the signed-in person, as it is known now. */
  person: () => string | undefined;
  store?: Store<Answer>;
  shape?: string;
  now?: () => number;
}

export type KeptAnswers = ReturnType<typeof keepAnswers>;

export function keepAnswers({
  queryClient,
  person,
  store = deviceStore<Answer>("answers"),
  shape = __API_SHAPE__,
  now = Date.now,
}: Kept) {
  const unwritten = new Map<string, Query>();
  const written = new Map<string, number>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  queryClient.getQueryCache().subscribe((event) => {
    if (event.type !== "updated" || event.action.type !== "success" || !mayKeep()) return;
    const { query } = event;
    if (!(operationOf(query.queryKey) in KEPT) || written.get(query.queryHash) === query.state.dataUpdatedAt)
      return;
    unwritten.set(query.queryHash, query);
    timer ??= setTimeout(() => void write(), WRITE_AFTER_MS);
  });
  window.addEventListener("pagehide", () => void write());
  onMayKeep(() => void (mayKeep() ? keepAll() : forget()));

  function keepAll(): void {
    for (const query of queryClient.getQueryCache().getAll())
      if (operationOf(query.queryKey) in KEPT && query.state.status === "success")
        unwritten.set(query.queryHash, query);
    void write();
  }

  async function write(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const by = person();
    const queries = [...unwritten.values()].filter(({ state }) => state.data !== undefined);
    unwritten.clear();
    if (!by || !mayKeep() || queries.length === 0) return;
    const rows = queries.map(({ queryHash, queryKey, state }) => ({
      key: queryHash,
      queryKey,
      operation: operationOf(queryKey),
      data: beginning(state.data),
      at: state.dataUpdatedAt,
      shape,
      person: by,
    }));
    for (const { key, at } of rows) written.set(key, at);
    await store.put(rows).catch(() => undefined); // A full disk: it is a convenience, and the server has it all.
  }

  /** Gives the memory what it lacks. Done before the first page is drawn, and again when the network goes. */
  async function restore(): Promise<void> {
    if (!mayKeep()) return;
    const rows = await store.all().catch(() => []);
    const owner = person() ?? rows.find(({ operation }) => operation === "getSession")?.person;
    const isGood = (row: Answer) =>
      row.shape === shape && row.person === owner && now() - row.at < MAX_AGE_MS;
    const good = newestOfEach(rows.filter(isGood));
    for (const { key, queryKey, data, at } of good) {
      const query = queryClient.getQueryCache().build(queryClient, { queryKey, gcTime: IN_MEMORY_MS });
      if (query.state.data !== undefined && query.state.dataUpdatedAt >= at) continue;
      written.set(key, at);
      query.setData(data, { updatedAt: at, manual: true });
      query.invalidate(); // However young: it was seen before whatever happened since, and is asked for again.
    }
    const gone = rows.filter((row) => !good.includes(row)).map(({ key }) => key);
    if (gone.length > 0) await store.remove(gone).catch(() => undefined);
  }

  async function forget(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    unwritten.clear();
    written.clear();
    await store.clear().catch(() => undefined);
  }

  return { restore, forget, write };
}

/** The generated keys begin with `{ _id: operation, … }`. */
function operationOf([first]: QueryKey): string {
  return (first as { _id?: string } | undefined)?._id ?? "";
}

function newestOfEach(rows: Answer[]): Answer[] {
  const counts = new Map<string, number>();
  return rows
    .toSorted((one, other) => other.at - one.at)
    .filter(({ operation }) => {
      const count = (counts.get(operation) ?? 0) + 1;
      counts.set(operation, count);
      return count <= (KEPT[operation] ?? 0);
    });
}

function beginning(data: unknown): unknown {
  const { pages, pageParams } = (data ?? {}) as Partial<Pages>;
  if (!Array.isArray(pages) || !Array.isArray(pageParams)) return data;
  return { pages: pages.slice(0, MOST_PAGES), pageParams: pageParams.slice(0, MOST_PAGES) };
}
