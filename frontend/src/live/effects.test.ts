import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, it, vi } from "vitest";
import { getOverviewQueryKey, getRunQueryKey, getSessionQueryKey } from "@/client/@tanstack/react-query.gen";
import { createRefresher, refreshAll, staleAfter } from "./effects";

it("makes stale what an event touches, in its organisation only", () => {
  const queryClient = new QueryClient();
  const run = getRunQueryKey({ path: { tenant: "a", run_id: 1 } });
  const others = getRunQueryKey({ path: { tenant: "b", run_id: 1 } });
  const overview = getOverviewQueryKey({ path: { tenant: "a" } });
  for (const key of [run, others, overview]) queryClient.setQueryData(key, {} as never);

  createRefresher(queryClient, "a")(staleAfter('{"kinds": ["runs", "from-a-newer-server"]}'));

  const isStale = (key: readonly unknown[]) => queryClient.getQueryState(key)?.isInvalidated;
  expect([isStale(run), isStale(others), isStale(overview)]).toEqual([true, false, true]);
});

it("asks for the session again when the person's own rights may have changed", () => {
  const queryClient = new QueryClient();
  queryClient.setQueryData(getSessionQueryKey(), {} as never);
  createRefresher(queryClient, "a")(staleAfter('{"kinds": ["members"]}'));
  expect(queryClient.getQueryState(getSessionQueryKey())?.isInvalidated).toBe(true);
});

it("asks one round at a time, and once more for what changed meanwhile", async () => {
  const queryClient = new QueryClient();
  const answers: Array<() => void> = [];
  const queryFn = () => new Promise<null>((answer) => answers.push(() => answer(null)));
  const queryKey = getOverviewQueryKey({ path: { tenant: "a" } });
  new QueryObserver(queryClient, {
    queryKey,
    queryFn,
    initialData: null,
    staleTime: Infinity,
  } as never).subscribe(() => {});
  const refresh = createRefresher(queryClient, "a", async () => {});
  const asked = async (times: number) => vi.waitFor(() => expect(answers).toHaveLength(times));

  refresh(["getOverview"]);
  await asked(1);
  for (let burst = 0; burst < 20; burst++) refresh(["getOverview"]);
  await new Promise((done) => setTimeout(done));
  await asked(1);

  answers[0]?.();
  await asked(2);
  answers[1]?.();
  await new Promise((done) => setTimeout(done));
  await asked(2);
});

it("only marks what is stale in a tab nobody looks at", async () => {
  const queryClient = new QueryClient();
  queryClient.mount();
  const queryFn = vi.fn(async () => null);
  const queryKey = getOverviewQueryKey({ path: { tenant: "a" } });
  new QueryObserver(queryClient, {
    queryKey,
    queryFn,
    initialData: null,
    staleTime: Infinity,
  } as never).subscribe(() => {});
  const visibility = vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
  const refresh = createRefresher(queryClient, "a", async () => {});
  refresh(["getOverview"]);
  refreshAll(queryClient);
  await new Promise((done) => setTimeout(done));
  expect(queryFn).not.toHaveBeenCalled();
  expect(queryClient.getQueryState(queryKey)?.isInvalidated).toBe(true);

  visibility.mockReturnValue("visible");
  window.dispatchEvent(new Event("visibilitychange"));
  await vi.waitFor(() => expect(queryFn).toHaveBeenCalledTimes(1));
  visibility.mockRestore();
  queryClient.unmount();
});
