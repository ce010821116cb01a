import {
  type InfiniteData,
  keepPreviousData,
  type QueryClient,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import {
  type GroupPage,
  type ListDuplicatesData,
  type MergeIn,
  type MergeManyIn,
  type MergeOut,
  type MergePage,
  previewMerge,
} from "@/client";
import {
  cancelDuplicateScanMutation,
  listDuplicatesInfiniteOptions,
  listDuplicatesInfiniteQueryKey,
  listDuplicatesOptions,
  listMergesInfiniteOptions,
  listMergesOptions,
  mergeDuplicatesMutation,
  mergeInHubspotMutation,
  mergeManyDuplicatesMutation,
  rejectDuplicatesMutation,
  reopenDuplicatesMutation,
  startDuplicateScanMutation,
  undoManyMergesMutation,
  undoMergeMutation,
} from "@/client/@tanstack/react-query.gen";
import { keysetPaging } from "@/lib/paging";
import { invalidate } from "@/lib/query-ids";

export type {
  DuplicateSummary,
  GoldenField,
  Group,
  Member,
  MergeIn,
  MergeManyOut,
  MergeOut,
  Pair,
  Preview,
  Reason,
  Report,
  ScanOut,
  UndoManyOut,
} from "@/client";

export type DuplicateFilters = Omit<NonNullable<ListDuplicatesData["query"]>, "cursor" | "limit">;
export type Kind = NonNullable<DuplicateFilters["kind"]>;

/** What a decision changes: two contacts become one, in every list. */
const TOUCHED = [
  "listDuplicates",
  "getDuplicateSummary",
  "getDuplicateGroup",
  "previewMerge",
  "listMerges",
  "listContacts",
  "listFacets",
  "getContact",
  "listChanges",
  "listRejections",
  "listRejectionGroups",
  "getOverview",
];

export const duplicatesQuery = (tenant: string, filters: DuplicateFilters) => ({
  ...listDuplicatesInfiniteOptions({ path: { tenant }, query: filters }),
  ...keysetPaging,
  placeholderData: keepPreviousData,
});

/** Whether a contact may be somebody else's double, too. */
export const duplicateOfQuery = (tenant: string, contactId: string) =>
  listDuplicatesOptions({ path: { tenant }, query: { contact_id: contactId, limit: 1 } });

/** What a merge would make of the contacts. Asked like a question: nothing is changed by it. */
export const mergePreviewQuery = (tenant: string, asked: MergeIn) =>
  queryOptions({
    queryKey: [{ _id: "previewMerge", path: { tenant }, body: asked }] as const,
    queryFn: async ({ signal }) =>
      (await previewMerge({ path: { tenant }, body: asked, signal, throwOnError: true })).data,
    placeholderData: keepPreviousData,
  });

export const mergesQuery = (tenant: string, state: MergeOut["state"] | undefined) => ({
  ...listMergesInfiniteOptions({ path: { tenant }, query: { ...(state && { state }) } }),
  ...keysetPaging,
  getNextPageParam: ({ next_cursor: next }: MergePage) => (next === null ? null : Number(next)),
  placeholderData: keepPreviousData,
});

/** What is one with a contact now: merged into it, or it into another. */
export const mergesOfQuery = (tenant: string, contactId: string) =>
  listMergesOptions({ path: { tenant }, query: { contact_id: contactId, state: "live" } });

/** Takes a decided group out of every list that is shown, until the server's own answer comes. */
function takeOut(queryClient: QueryClient, tenant: string, groupId: number): void {
  const [listed] = listDuplicatesInfiniteQueryKey({ path: { tenant } });
  queryClient.setQueriesData<InfiniteData<GroupPage>>(
    {
      predicate: ({ queryKey }) => {
        const key = queryKey[0] as { _id?: string; _infinite?: boolean; path?: { tenant?: string } };
        return key?._id === listed._id && key._infinite === true && key.path?.tenant === tenant;
      },
    },
    (data) =>
      data && {
        ...data,
        pages: data.pages.map((page) => {
          const groups = page.groups.filter(({ id }) => id !== groupId);
          return { ...page, groups, total: page.total - (page.groups.length - groups.length) };
        }),
      },
  );
}

/** Everything that decides about duplicates. Refusals are told by whoever asked, in place. */
export function useDecisions(tenant: string) {
  const queryClient = useQueryClient();
  const quietly = {
    onSettled: () => void invalidate(queryClient, tenant, TOUCHED),
    meta: { handlesError: true },
  };
  const merging = useMutation({ ...mergeDuplicatesMutation(), ...quietly });
  const many = useMutation({ ...mergeManyDuplicatesMutation(), ...quietly });
  const rejecting = useMutation({ ...rejectDuplicatesMutation(), ...quietly });
  const reopening = useMutation({ ...reopenDuplicatesMutation(), ...quietly });
  const undoing = useMutation({ ...undoMergeMutation(), ...quietly });
  const undoingMany = useMutation({ ...undoManyMergesMutation(), ...quietly });
  const inHubspot = useMutation({ ...mergeInHubspotMutation(), ...quietly });
  return {
    merge: (body: MergeIn) => merging.mutateAsync({ path: { tenant }, body }),
    mergeMany: (body: MergeManyIn) => many.mutateAsync({ path: { tenant }, body }),
    reject: (pairs: number[]) => rejecting.mutateAsync({ path: { tenant }, body: { pairs } }),
    reopen: (pairs: number[]) => reopening.mutateAsync({ path: { tenant }, body: { pairs } }),
    undo: (mergeId: number) => undoing.mutateAsync({ path: { tenant, merge_id: mergeId } }),
    undoMany: (merges: number[]) => undoingMany.mutateAsync({ path: { tenant }, body: { merges } }),
    mergeInHubspot: (mergeId: number) => inHubspot.mutateAsync({ path: { tenant, merge_id: mergeId } }),
    takeOut: (groupId: number) => takeOut(queryClient, tenant, groupId),
    isDeciding: merging.isPending || rejecting.isPending,
    isMergingMany: many.isPending,
    isUndoingMany: undoingMany.isPending || reopening.isPending,
    undoingId: undoing.isPending ? undoing.variables.path.merge_id : undefined,
    sendingId: inHubspot.isPending ? inHubspot.variables.path.merge_id : undefined,
  };
}

/** Begins and ends a search of the whole book. */
export function useScan(tenant: string) {
  const queryClient = useQueryClient();
  const onSettled = () => invalidate(queryClient, tenant, ["getDuplicateSummary", "listDuplicates"]);
  const starting = useMutation({ ...startDuplicateScanMutation(), onSettled });
  const cancelling = useMutation({ ...cancelDuplicateScanMutation(), onSettled });
  return {
    start: () => starting.mutateAsync({ path: { tenant } }),
    cancel: (scanId: number) => cancelling.mutateAsync({ path: { tenant, scan_id: scanId } }),
    isBusy: starting.isPending || cancelling.isPending,
  };
}
