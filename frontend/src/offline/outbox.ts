import { asProblem } from "@/lib/problem";
import type { Store } from "./store";

/**
 * Changes that wait until the server can be reached.
 *
 * Each is on disk before it is sent and leaves it only when the server has answered: a reload, a crash or a dead network
 * in between loses nothing. Sending twice changes once: the server takes a change only on the version it names, and a
 * second sending, which it therefore refuses, finds that the values are already there.
 */

export type Values = Record<string, string | null>;

export interface Change {
  tenant: string;
  id: string;
  /** Whose name the change is shown under. */
  name: string;
  values: Values;
  /** What the changed fields held when the person changed them, as far as it was known. */
  base: Values;
  version: number;
}

export interface Waiting extends Change {
  key: string;
  person: string;
  at: number;
  /** Another each time it is written: what was sent may have been joined by more meanwhile. */
  revision: string;
  /** It waits for the network, for an answer ("theirs or yours?"), or it was refused. */
  state: "waiting" | "asks" | "failed";
  /** What somebody else wrote meanwhile, where both changed the same. */
  theirs?: Values | undefined;
  reason?: string | undefined;
}

/** How a record stands now. */
export interface Standing {
  version: number;
  values: Values;
  isDeleted: boolean;
}

interface Ways<Answer> {
  store: Store<Waiting>;
  send: (change: Change) => Promise<Answer>;
  read: (change: Change) => Promise<Standing>;
  /** Something that waited has arrived; without an answer it was there already. */
  onArrived: (change: Change, answer: Answer | undefined) => void;
  person: () => string | undefined;
  isOnline?: () => boolean;
  /** One tab sends at a time. */
  exclusively?: <T>(work: () => Promise<T>) => Promise<T>;
  /** Other tabs show the same list. */
  channel?: Pick<BroadcastChannel, "postMessage" | "addEventListener"> | undefined;
  now?: () => number;
}

const LOCK = "loanark.outbox";
const MOST_TRIES = 3;

const same = (one: string | null | undefined, other: string | null | undefined) =>
  (one ?? "") === (other ?? "");

export type Outbox<Answer> = ReturnType<typeof createOutbox<Answer>>;

export function createOutbox<Answer>(ways: Ways<Answer>) {
  const { store, send, read, onArrived, person, channel, now = Date.now } = ways;
  const isOnline = ways.isOnline ?? (() => navigator.onLine);
  const exclusively = ways.exclusively ?? oneTabAtATime();
  const listeners = new Set<() => void>();
  let rows: readonly Waiting[] = [];
  let sending: Promise<number> | undefined;

  async function load(): Promise<void> {
    const mine = person() ?? "";
    const all = await store.all();
    rows = all.filter((row) => row.person === mine).sort((one, other) => one.at - other.at);
    for (const listener of listeners) listener();
  }

  async function changed(): Promise<void> {
    await load();
    channel?.postMessage("changed");
  }

  const put = (row: Waiting) => store.put([{ ...row, revision: crypto.randomUUID() }]).then(changed);
  const drop = (key: string) => store.remove([key]).then(changed);
  const find = (key: string) => rows.find((row) => row.key === key);

  /** It arrived: nothing of it waits, unless more was added while it was on its way. */
  async function arrived(sent: Waiting): Promise<void> {
    await load();
    if (find(sent.key)?.revision === sent.revision) await drop(sent.key);
  }

  channel?.addEventListener("message", () => void load());

  /** Tries at once. Undefined: it waits. Throws what the server refused: nothing of it waits then. */
  async function add(change: Change): Promise<Answer | undefined> {
    await load();
    const by = person() ?? "";
    const key = `${by}/${change.tenant}/${change.id}`;
    const before = find(key);
    const row = joined(before, { ...change, key, person: by, at: now(), revision: "", state: "waiting" });
    if (Object.keys(row.values).length === 0) {
      await drop(key);
      return undefined;
    }
    await put(row);
    if (!isOnline()) return undefined;
    return exclusively(async () => {
      await load();
      const kept = find(key);
      if (!kept) return undefined; // Another tab has sent it.
      try {
        const answer = await send(kept);
        await arrived(kept);
        return answer;
      } catch (error) {
        if (isUnreachable(error)) return undefined;
        if (before && asProblem(error).status === 409) {
          // What waited may have arrived though nobody heard so: then this change alone is left to be sent.
          await movedOn(kept, 1);
          return undefined;
        }
        await (before ? put(before) : drop(key));
        throw error;
      }
    });
  }

  /** Sends what waits, oldest first, and stops where the server cannot be reached. Tells how many arrived. */
  function sendAll(): Promise<number> {
    if (sending) return sending.then(() => 0); // Who began tells of it.
    sending = exclusively(async () => {
      await load();
      let count = 0;
      for (const row of rows.filter(({ state }) => state === "waiting")) {
        const outcome = await deliver(row);
        if (outcome === "later") break;
        if (outcome === "arrived") count += 1;
      }
      return count;
    }).finally(() => {
      sending = undefined;
    });
    return sending;
  }

  async function deliver(row: Waiting, tries = 1): Promise<"arrived" | "later" | "stays"> {
    try {
      const answer = await send(row);
      await arrived(row);
      onArrived(row, answer);
      return "arrived";
    } catch (error) {
      const problem = asProblem(error);
      if (isUnreachable(error) || problem.isTransient || problem.status === 401) return "later";
      if (problem.status !== 409 || tries >= MOST_TRIES)
        return stay(row, { state: "failed", reason: problem.detail ?? problem.title });
    }
    return movedOn(row, tries);
  }

  /** The version is another by now. Only where somebody else changed the same field is it a question. */
  async function movedOn(row: Waiting, tries: number): Promise<"arrived" | "later" | "stays"> {
    let standing: Standing;
    try {
      standing = await read(row);
    } catch (error) {
      const problem = asProblem(error);
      if (isUnreachable(error) || problem.isTransient || problem.status === 401) return "later";
      return stay(row, { state: "failed", reason: problem.detail ?? problem.title });
    }
    const { version, values, isDeleted } = standing;
    if (isDeleted) return stay(row, { state: "failed", reason: "The contact was deleted meanwhile." });
    const missing = Object.keys(row.values).filter((name) => !same(values[name], row.values[name]));
    if (missing.length === 0) {
      await arrived(row);
      onArrived(row, undefined);
      return "arrived";
    }
    if (missing.every((name) => name in row.base && same(values[name], row.base[name]))) {
      await put({ ...row, version });
      const again = find(row.key);
      return again ? deliver(again, tries + 1) : "stays";
    }
    const theirs = Object.fromEntries(Object.keys(row.values).map((name) => [name, values[name] ?? null]));
    return stay(row, { state: "asks", theirs, version });
  }

  async function stay(row: Waiting, more: Partial<Waiting>): Promise<"stays"> {
    await put({ ...row, ...more });
    return "stays";
  }

  async function change(key: string, more: (row: Waiting) => Partial<Waiting>): Promise<void> {
    await load();
    const row = find(key);
    if (row) await put({ ...row, ...more(row) });
  }

  return {
    add,
    sendAll,
    load,
    list: () => rows,
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    discard: drop,
    restore: put,
    /** Theirs was seen: it is what mine is written over now. */
    keepMine: async (key: string) => {
      await change(key, ({ theirs }) => ({
        state: "waiting",
        ...(theirs && { base: theirs }),
        theirs: undefined,
      }));
      await sendAll();
    },
    again: async (key: string) => {
      await change(key, () => ({ state: "waiting", reason: undefined }));
      await sendAll();
    },
    clear: () => store.clear().then(changed),
    /** What somebody else left here is not this person's business. */
    clearOthers: async () => {
      const mine = person() ?? "";
      const others = (await store.all()).filter((row) => row.person !== mine);
      await store.remove(others.map(({ key }) => key));
      await load();
    },
  };
}

/** A second change of the same record joins the first, which was made on what the server still has. */
function joined(before: Waiting | undefined, row: Waiting): Waiting {
  if (!before) return row;
  const base = { ...row.base, ...before.base };
  const values = { ...before.values, ...row.values };
  const isBack = (name: string) => name in base && same(values[name], base[name]);
  const kept = Object.fromEntries(Object.entries(values).filter(([name]) => !isBack(name)));
  return { ...row, base, values: kept, version: before.version, at: before.at };
}

/** Nobody answered: whether the change came through is not known. */
function isUnreachable(error: unknown): boolean {
  if (error instanceof DOMException) return error.name === "TimeoutError" || error.name === "AbortError";
  return [0, 502, 503, 504].includes(asProblem(error).status);
}

function oneTabAtATime(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(work: () => Promise<T>) => {
    if ("locks" in navigator) return navigator.locks.request(LOCK, work) as Promise<T>;
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
}
