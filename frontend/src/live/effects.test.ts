import { QueryClient } from "@tanstack/react-query";
import { expect, it } from "vitest";
import { getOverviewQueryKey, getRunQueryKey } from "@/client/@tanstack/react-query.gen";
import { applyChange } from "./effects";
import { delayBefore } from "./stream";

it("makes stale what an event touches, in its organisation only", async () => {
  const queryClient = new QueryClient();
  const run = getRunQueryKey({ path: { tenant: "a", run_id: 1 } });
  const others = getRunQueryKey({ path: { tenant: "b", run_id: 1 } });
  const overview = getOverviewQueryKey({ path: { tenant: "a" } });
  for (const key of [run, others, overview]) queryClient.setQueryData(key, {} as never);

  applyChange(queryClient, "a", '{"kinds": ["runs", "from-a-newer-server"]}');

  const isStale = (key: readonly unknown[]) => queryClient.getQueryState(key)?.isInvalidated;
  expect([isStale(run), isStale(others), isStale(overview)]).toEqual([true, false, true]);
});

it("waits longer each time, never longer than half a minute", () => {
  expect([0, 1, 2, 9].map((attempt) => delayBefore(attempt, () => 1))).toEqual([1_000, 2_000, 4_000, 30_000]);
});
