import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type BulkIn, exportChosenContacts, type RunOut } from "@/client";
import {
  approveRunMutation,
  cancelRunMutation,
  editContactsMutation,
  getRunOptions,
  listPlanOptions,
  undoRunMutation,
} from "@/client/@tanstack/react-query.gen";
import { invalidate } from "@/lib/query-ids";
import { type FileFormat, type Shown, TOUCHED } from "../queries";

export type { RunOut } from "@/client";

export type BulkAct = NonNullable<BulkIn["act"]>;
export type Chosen = BulkIn["selection"];

const RUNNING_MS = 700;
const SAMPLE = 8;

/** Chosen contacts as a file, whole: one that breaks off halfway is no file. */
export async function readChosen(
  tenant: string,
  selection: Chosen,
  shown: Shown,
  format: FileFormat,
): Promise<{ content: Blob; name: string }> {
  const { data, response } = await exportChosenContacts({
    path: { tenant },
    body: { selection, ...shown, format },
    parseAs: "blob",
    throwOnError: true,
  });
  const name = /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "")?.[1];
  return { content: data as unknown as Blob, name: name ?? `contacts.${format}` };
}

/** A bulk edit while it plans and while it is carried out. */
export const bulkRunQuery = (tenant: string, runId: number) => ({
  ...getRunOptions({ path: { tenant, run_id: runId } }),
  refetchInterval: ({ state }: { state: { data?: RunOut | undefined } }) =>
    state.data?.status === "running" ? RUNNING_MS : (false as const),
});

/** The first contacts that it would change. */
export const bulkPlanQuery = (tenant: string, runId: number) =>
  listPlanOptions({ path: { tenant, run_id: runId }, query: { limit: SAMPLE } });

/** Many contacts at once: planned, looked at, carried out, and put back whole. */
export function useBulkActions(tenant: string) {
  const queryClient = useQueryClient();
  const onSuccess = () =>
    void invalidate(queryClient, tenant, [...TOUCHED, "listRuns", "getRun", "listPlan"]);
  const begin = useMutation({ ...editContactsMutation(), meta: { handlesError: true } });
  const approve = useMutation({ ...approveRunMutation(), onSuccess });
  const cancel = useMutation({ ...cancelRunMutation() });
  const undo = useMutation({ ...undoRunMutation(), onSuccess });
  return {
    plan: async (selection: Chosen, act: BulkAct, values?: Record<string, string | null>) =>
      (await begin.mutateAsync({
        path: { tenant },
        body: { selection, act, ...(values && { values }) },
      })) as RunOut,
    resync: async (selection: Chosen) => {
      const done = await begin.mutateAsync({ path: { tenant }, body: { selection, act: "resync" } });
      onSuccess();
      return "contacts" in done ? done.contacts : 0;
    },
    approve: (runId: number) => approve.mutateAsync({ path: { tenant, run_id: runId } }),
    cancel: (runId: number) => cancel.mutateAsync({ path: { tenant, run_id: runId } }),
    undo: (runId: number) => undo.mutateAsync({ path: { tenant, run_id: runId }, body: { approve: true } }),
    refresh: onSuccess,
  };
}
