import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { connect, delayBefore, SILENT_MS } from "./connection";

class FakeSource extends EventTarget {
  isClosed = false;
  close() {
    this.isClosed = true;
  }
  says(type: string, data = "") {
    this.dispatchEvent(new MessageEvent(type, { data }));
  }
}

let sources: FakeSource[];
let told: string[];
let close: () => void = () => undefined;

const latest = () => sources.at(-1) as FakeSource;

function listen(hasMissed = false) {
  close = connect(
    "/live",
    {
      onState: (state) => told.push(state),
      onGap: () => told.push("gap"),
      onChange: (data) => told.push(data),
      onBeat: () => told.push("beat"),
    },
    {
      hasMissed,
      open: () => {
        sources.push(new FakeSource());
        return latest();
      },
    },
  );
}

beforeEach(() => {
  vi.useFakeTimers();
  sources = [];
  told = [];
});

afterEach(() => {
  close();
  vi.useRealTimers();
});

it("waits longer each time, never longer than half a minute", () => {
  expect([0, 1, 2, 9].map((attempt) => delayBefore(attempt, () => 1))).toEqual([1_000, 2_000, 4_000, 30_000]);
});

it("passes on what it hears", () => {
  listen();
  latest().says("open");
  latest().says("change", "1");
  latest().says("beat");
  expect(told).toEqual(["connecting", "open", "1", "beat"]);
});

it("opens again after an error, and tells of the gap once it is open", async () => {
  listen();
  latest().says("open");
  latest().says("error");
  await vi.advanceTimersByTimeAsync(1_000);
  latest().says("error");
  await vi.advanceTimersByTimeAsync(2_000);
  expect(sources).toHaveLength(3);
  expect(sources.slice(0, 2).every(({ isClosed }) => isClosed)).toBe(true);
  latest().says("open");
  expect(told).toEqual(["connecting", "open", "connecting", "lost", "open", "gap"]);
});

it("believes a stream dead that says nothing, though the browser calls it open", async () => {
  listen();
  latest().says("open");
  for (let beat = 0; beat < 6; beat++) {
    await vi.advanceTimersByTimeAsync(15_000);
    latest().says("beat");
  }
  expect(sources).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(SILENT_MS + 12_000);
  expect(sources[0]?.isClosed).toBe(true);
  expect(sources).toHaveLength(2);
});

it("looks at once when the page is looked at again after a sleep", async () => {
  listen();
  latest().says("open");
  vi.setSystemTime(Date.now() + 60 * 60_000);
  document.dispatchEvent(new Event("visibilitychange"));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(sources).toHaveLength(2);
});

it("tells of a gap at the first opening where others heard before", () => {
  listen(true);
  latest().says("open");
  expect(told).toEqual(["connecting", "open", "gap"]);
});
