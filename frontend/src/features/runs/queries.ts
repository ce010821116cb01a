import { useMutation, useQueryClient } from "@tanstack/react-query";
import {
  approveRunMutation,
  cancelRunMutation,
  getRunOptions,
  listPlanInfiniteOptions,
  listRunsInfiniteOptions,
  startRunMutation,
  undoRunMutation,
} from "@/client/@tanstack/react-query.gen";
import { keysetPaging } from "@/lib/paging";
import { invalidate } from "@/lib/query-ids";

export type { OperationOut, PlannedOut, PreviewOut, RunCounts, RunOut, RunSample } from "@/client";

const WHILE_RUNNING_MS = 1_500;
const PAGE_SIZE = 50;
const PLAN_PAGE_SIZE = 20;
const TOUCHED = ["listRuns", "getRun", "listPlan", "listHeld", "getOverview"];

export const runQuery = (tenant: string, runId: number) => ({
  ...getRunOptions({ path: { tenant, run_id: runId } }),
  refetchInterval: (query: { state: { data?: { status: string } | undefined } }) =>
    query.state.data?.status === "running" ? WHILE_RUNNING_MS : false,
});

export const runsQuery = (tenant: string) => ({
  ...listRunsInfiniteOptions({ path: { tenant }, query: { limit: PAGE_SIZE } }),
  ...keysetPaging,
});

/** What a preview or an undo would do, contact by contact; afterwards, what became of each. */
export const planQuery = (tenant: string, runId: number) => ({
  ...listPlanInfiniteOptions({ path: { tenant, run_id: runId }, query: { limit: PLAN_PAGE_SIZE } }),
  ...keysetPaging,
});

export function useRunActions(tenant: string) {
  const queryClient = useQueryClient();
  const onSuccess = () => invalidate(queryClient, tenant, TOUCHED);
  const start = useMutation({ ...startRunMutation(), onSuccess });
  const approve = useMutation({ ...approveRunMutation(), onSuccess });
  const cancel = useMutation({ ...cancelRunMutation(), onSuccess });
  const undo = useMutation({ ...undoRunMutation(), onSuccess });
  return {
    start: (kind: "preview" | "full") => start.mutateAsync({ path: { tenant }, body: { kind } }),
    approve: (runId: number) => approve.mutateAsync({ path: { tenant, run_id: runId } }),
    cancel: (runId: number) => cancel.mutateAsync({ path: { tenant, run_id: runId } }),
    /** Plans it only: the new run waits for approval. */
    undo: (runId: number) => undo.mutateAsync({ path: { tenant, run_id: runId }, body: {} }),
    isStarting: start.isPending,
    isApproving: approve.isPending,
    isCancelling: cancel.isPending,
    isUndoing: undo.isPending,
  };
}
