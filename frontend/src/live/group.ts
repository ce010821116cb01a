import type { Hearer, LiveState } from "./connection";

/**
 * Tabs of one browser share one stream. Whoever holds the lock leads: it has the stream and tells the others on a channel.
 * A browser gives the lock to the next tab the moment the leader's is closed; the new leader opens a stream of its own and
 * tells everybody to ask again. Where there are no locks or channels, each tab has a stream of its own.
 */

/** The leader repeats every sign of life. One that is silent for longer is frozen, and another takes its place. */
const LEADER_SILENT_MS = 50_000;
const CHECK_EVERY_MS = 10_000;

type Message =
  | { kind: "state"; state: LiveState }
  | { kind: "change"; data: string }
  | { kind: "gap" }
  | { kind: "beat" }
  | { kind: "hello" };

interface Channel {
  postMessage: (message: Message) => void;
  addEventListener: (type: "message", listener: (event: { data: Message }) => void) => void;
  close: () => void;
}

interface Locks {
  request: (
    name: string,
    options: { steal?: boolean; signal?: AbortSignal },
    work: () => Promise<void>,
  ) => Promise<unknown>;
}

interface Group {
  name: string;
  hearer: Hearer;
  /** Opens the stream; `hasMissed` when others led before. Tells how to close it. */
  lead: (hearer: Hearer, hasMissed: boolean) => () => void;
  channel?: ((name: string) => Channel) | undefined;
  locks?: Locks | undefined;
  now?: () => number;
  random?: () => number;
}

export function joinGroup({ name, hearer, lead, channel, locks, now = Date.now, random }: Group): () => void {
  if (!channel || !locks) return lead(hearer, false);
  const air = channel(name);
  const leaving = new AbortController();
  let state: LiveState = "connecting";
  let isLeading = false;
  let hasLedOrFollowed = false;
  let heardAt = now();
  let stopLeading: () => void = () => undefined;

  function apply(message: Message): void {
    if (message.kind === "state") {
      state = message.state;
      hearer.onState(state);
    } else if (message.kind === "change") hearer.onChange(message.data);
    else if (message.kind === "gap") hearer.onGap();
    else if (message.kind === "beat") hearer.onBeat();
  }

  function tell(message: Message): void {
    apply(message);
    air.postMessage(message);
  }

  air.addEventListener("message", ({ data }) => {
    if (data.kind === "hello") {
      if (isLeading) air.postMessage({ kind: "state", state });
      return;
    }
    if (isLeading) return;
    heardAt = now();
    hasLedOrFollowed = true;
    apply(data);
  });

  const asLeader: Hearer = {
    onState: (next) => tell({ kind: "state", state: next }),
    onGap: () => tell({ kind: "gap" }),
    onChange: (data) => tell({ kind: "change", data }),
    onBeat: () => tell({ kind: "beat" }),
  };

  /** Holds the lock until one leaves, or another takes it away. */
  function holdIt(): Promise<void> {
    return new Promise((resolve) => {
      isLeading = true;
      const close = lead(asLeader, hasLedOrFollowed);
      hasLedOrFollowed = true;
      stopLeading = () => {
        isLeading = false;
        heardAt = now();
        close();
        resolve();
      };
    });
  }

  function queue(options: { steal?: boolean }): void {
    // A lock cannot be both stolen and waited for with a signal.
    const asked = options.steal ? options : { signal: leaving.signal };
    const held = locks?.request(name, asked, async () => {
      if (!leaving.signal.aborted) await holdIt();
    });
    held?.catch(() => {
      if (leaving.signal.aborted) return;
      stopLeading(); // It was taken away: this tab was thought dead. It follows now.
      queue({});
    });
  }

  const checking = setInterval(() => {
    if (isLeading || now() - heardAt <= LEADER_SILENT_MS) return;
    heardAt = now() - (random ?? Math.random)() * CHECK_EVERY_MS; // Not all at once, should this fail.
    queue({ steal: true });
  }, CHECK_EVERY_MS);

  queue({});
  air.postMessage({ kind: "hello" });
  return () => {
    leaving.abort();
    clearInterval(checking);
    stopLeading();
    air.close();
  };
}
