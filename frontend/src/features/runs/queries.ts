import { useMutation, useQueryClient } from "@tanstack/react-query";
import {
  approveRunMutation,
  cancelRunMutation,
  getRunOptions,
  listRunsInfiniteOptions,
  startRunMutation,
} from "@/client/@tanstack/react-query.gen";
import { keysetPaging } from "@/lib/paging";
import { invalidate } from "@/lib/query-ids";

export type { PreviewOut, RunCounts, RunOut, RunSample } from "@/client";

const WHILE_RUNNING_MS = 1_500;
const PAGE_SIZE = 50;
const TOUCHED = ["listRuns", "getRun", "getOverview"];

export const runQuery = (tenant: string, runId: number) => ({
  ...getRunOptions({ path: { tenant, run_id: runId } }),
  refetchInterval: (query: { state: { data?: { status: string } | undefined } }) =>
    query.state.data?.status === "running" ? WHILE_RUNNING_MS : false,
});

export const runsQuery = (tenant: string) => ({
  ...listRunsInfiniteOptions({ path: { tenant }, query: { limit: PAGE_SIZE } }),
  ...keysetPaging,
});

export function useRunActions(tenant: string) {
  const queryClient = useQueryClient();
  const onSuccess = () => invalidate(queryClient, tenant, TOUCHED);
  const start = useMutation({ ...startRunMutation(), onSuccess });
  const approve = useMutation({ ...approveRunMutation(), onSuccess });
  const cancel = useMutation({ ...cancelRunMutation(), onSuccess });
  return {
    start: (kind: "preview" | "full") => start.mutateAsync({ path: { tenant }, body: { kind } }),
    approve: (runId: number) => approve.mutateAsync({ path: { tenant, run_id: runId } }),
    cancel: (runId: number) => cancel.mutateAsync({ path: { tenant, run_id: runId } }),
    isStarting: start.isPending,
    isApproving: approve.isPending,
    isCancelling: cancel.isPending,
  };
}
