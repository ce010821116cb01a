import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ListRunsData } from "@/client";
import {
  approveRunMutation,
  cancelRunMutation,
  getRunOptions,
  listPlanInfiniteOptions,
  listRunChangesInfiniteOptions,
  listRunReasonsOptions,
  listRunRejectionsInfiniteOptions,
  listRunsInfiniteOptions,
  retryRejectionMutation,
  retryRejectionsMutation,
  startRunMutation,
  undoRunMutation,
} from "@/client/@tanstack/react-query.gen";
import { keysetPaging } from "@/lib/paging";
import { invalidate } from "@/lib/query-ids";

export type {
  Budget,
  FieldChange,
  OperationOut,
  PlannedOut,
  PreviewOut,
  RejectionOut,
  RunChange,
  RunCounts,
  RunOut,
  RunReason,
  RunSample,
} from "@/client";

/** Which runs, as the API takes it. */
export type RunQuery = Omit<NonNullable<ListRunsData["query"]>, "cursor" | "limit">;

const WHILE_RUNNING_MS = 1_500;
const PAGE_SIZE = 50;
const PLAN_PAGE_SIZE = 20;
const TOUCHED = ["listRuns", "getRun", "listPlan", "listHeld", "getOverview"];

export const runQuery = (tenant: string, runId: number) => ({
  ...getRunOptions({ path: { tenant, run_id: runId } }),
  refetchInterval: (query: { state: { data?: { status: string } | undefined } }) =>
    query.state.data?.status === "running" ? WHILE_RUNNING_MS : false,
});

export const runsQuery = (tenant: string, query: RunQuery = {}) => ({
  ...listRunsInfiniteOptions({ path: { tenant }, query: { ...query, limit: PAGE_SIZE } }),
  ...keysetPaging,
});

/** What a run could not carry over, by reason. */
export const reasonsQuery = (tenant: string, runId: number) =>
  listRunReasonsOptions({ path: { tenant, run_id: runId } });

/** The contacts behind one reason. */
export const refusedQuery = (tenant: string, runId: number, code: string, reason: string) => ({
  ...listRunRejectionsInfiniteOptions({
    path: { tenant, run_id: runId },
    query: { code, reason, limit: PLAN_PAGE_SIZE },
  }),
  ...keysetPaging,
});

/** What a run changed in LoanArk, contact by contact. */
export const changesQuery = (tenant: string, runId: number) => ({
  ...listRunChangesInfiniteOptions({ path: { tenant, run_id: runId }, query: { limit: PLAN_PAGE_SIZE } }),
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

const RETRIED = ["listRunReasons", "listRunRejections", "listRejections", "getOverview", "getMonitor"];

export function useRetries(tenant: string) {
  const queryClient = useQueryClient();
  const onSuccess = () => void invalidate(queryClient, tenant, RETRIED);
  const one = useMutation({ ...retryRejectionMutation(), onSuccess });
  const all = useMutation({ ...retryRejectionsMutation(), onSuccess });
  return {
    retry: (rejectionId: number) => one.mutateAsync({ path: { tenant, rejection_id: rejectionId } }),
    /** Everything a run could not carry over for one reason. */
    retryReason: (runId: number, code: string, reason: string) =>
      all.mutateAsync({ path: { tenant }, body: { run_id: runId, code, reason } }),
    retrying: one.isPending ? one.variables.path.rejection_id : undefined,
    isRetryingReason: all.isPending,
  };
}
