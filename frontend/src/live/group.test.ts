import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Hearer } from "./connection";
import { joinGroup } from "./group";

/** The browser's side: one channel and one lock, for as many tabs as are opened. */
function browser() {
  type Listener = (event: { data: never }) => void;
  const ears = new Set<{ listeners: Listener[] }>();
  const channel = () => {
    const own = { listeners: [] as Listener[] };
    ears.add(own);
    return {
      postMessage: (data: unknown) => {
        for (const ear of ears)
          if (ear !== own) for (const listener of ear.listeners) listener({ data: data as never });
      },
      addEventListener: (_type: "message", listener: Listener) => own.listeners.push(listener),
      close: () => ears.delete(own),
    };
  };

  interface Claim {
    work: () => Promise<void>;
    done: () => void;
    fail: (error: Error) => void;
  }
  let holder: Claim | undefined;
  const waiting: Claim[] = [];
  const next = () => {
    holder = waiting.shift();
    const claim = holder;
    void claim?.work().then(() => {
      claim.done();
      if (holder === claim) next();
    });
  };
  const locks = {
    request: (
      _name: string,
      { steal, signal }: { steal?: boolean; signal?: AbortSignal },
      work: () => Promise<void>,
    ) =>
      new Promise<void>((done, fail) => {
        const claim = { work, done, fail };
        signal?.addEventListener("abort", () => {
          const place = waiting.indexOf(claim);
          if (place >= 0) waiting.splice(place, 1);
          fail(new Error("AbortError"));
        });
        if (steal) {
          const old = holder;
          waiting.unshift(claim);
          next();
          old?.fail(new Error("AbortError"));
        } else {
          waiting.push(claim);
          if (!holder) next();
        }
      }),
  };
  return { channel, locks };
}

type Browser = ReturnType<typeof browser>;

/** A tab; `stream` is there while it leads. */
function tab({ channel, locks }: Partial<Browser>) {
  const heard: string[] = [];
  const own: { stream: Hearer | undefined; hasMissed: boolean | undefined } = {
    stream: undefined,
    hasMissed: undefined,
  };
  const leave = joinGroup({
    name: "live",
    hearer: {
      onState: (state) => state !== "connecting" && heard.push(state),
      onGap: () => heard.push("gap"),
      onChange: (data) => heard.push(data),
      onBeat: () => undefined,
    },
    lead: (hearer, hasMissed) => {
      own.stream = hearer;
      own.hasMissed = hasMissed;
      return () => {
        own.stream = undefined;
      };
    },
    channel: channel as never,
    locks,
    random: () => 0,
  });
  return { heard, own, leave };
}

const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("has one stream for all tabs, and all hear the same", async () => {
  const here = browser();
  const [one, two, three] = [tab(here), tab(here), tab(here)];
  await settle();
  expect([one, two, three].map(({ own }) => own.stream !== undefined)).toEqual([true, false, false]);
  one.own.stream?.onState("open");
  one.own.stream?.onChange("contacts");
  for (const { heard } of [one, two, three]) expect(heard).toEqual(["open", "contacts"]);
});

it("tells a tab that comes later how it stands", async () => {
  const here = browser();
  const one = tab(here);
  await settle();
  one.own.stream?.onState("open");
  expect(tab(here).heard).toEqual(["open"]);
});

it("hands over when the leader is closed, and the new one knows that some was missed", async () => {
  const here = browser();
  const [one, two, three] = [tab(here), tab(here), tab(here)];
  await settle();
  expect(one.own.hasMissed).toBe(false);
  one.own.stream?.onState("open");
  one.leave();
  await settle();
  expect(one.own.stream).toBeUndefined();
  expect(two.own.hasMissed).toBe(true);
  two.own.stream?.onGap();
  expect(three.heard).toEqual(["open", "gap"]);
});

it("replaces a leader that is frozen, which follows when it wakes", async () => {
  const here = browser();
  const [one, two] = [tab(here), tab(here)];
  await settle();
  one.own.stream?.onState("open");
  await vi.advanceTimersByTimeAsync(30_000);
  one.own.stream?.onBeat();
  await vi.advanceTimersByTimeAsync(30_000);
  expect(two.own.stream, "a beat is a sign of life").toBeUndefined();
  await vi.advanceTimersByTimeAsync(40_000);
  expect(two.own.stream).toBeDefined();
  expect(one.own.stream).toBeUndefined();
  two.own.stream?.onChange("runs");
  expect(one.heard).toContain("runs");
  two.leave();
  await settle();
  expect(one.own.stream, "it waits in line again").toBeDefined();
});

it.each([
  ["locks", { channel: browser().channel }],
  ["channels", { locks: browser().locks }],
])("gives each tab its own stream without %s", (_what, here) => {
  const [one, two] = [tab(here), tab(here)];
  expect(one.own.stream).toBeDefined();
  expect(two.own.stream).toBeDefined();
  one.own.stream?.onChange("contacts");
  expect([one.heard, two.heard]).toEqual([["contacts"], []]);
});
