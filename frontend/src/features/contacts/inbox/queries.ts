import {
  type InfiniteData,
  keepPreviousData,
  type QueryClient,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import type { ConflictOut, ConflictPage, ContactOut, ListConflictsData, ReopenedOut } from "@/client";
import {
  changeMappedFieldMutation,
  getConflictSummaryOptions,
  getContactQueryKey,
  listAlikeOptions,
  listConflictsInfiniteOptions,
  listConflictsInfiniteQueryKey,
  listRejectionGroupsOptions,
  listRejectionsInfiniteOptions,
  overturnConflictMutation,
  reopenConflictsMutation,
  resolveConflictMutation,
  resolveConflictsMutation,
  retryRejectionMutation,
  retryRejectionsMutation,
} from "@/client/@tanstack/react-query.gen";
import { keysetPaging } from "@/lib/paging";
import { invalidate } from "@/lib/query-ids";

export type {
  AlikeOut,
  ConflictOut,
  ConflictSummary,
  FieldOut,
  RejectionGroup,
  RejectionOut,
  ReopenedOut,
  ResolvedOut,
} from "@/client";

export type ConflictFilters = Omit<NonNullable<ListConflictsData["query"]>, "cursor" | "limit">;
export type Winner = "hubspot" | "loanark";
export type Policy = ConflictOut["policy"];

const TOUCHED = [
  "listContacts",
  "listFacets",
  "getContact",
  "listChanges",
  "listConflicts",
  "getConflictSummary",
  "listAlike",
  "listRejections",
  "listRejectionGroups",
  "getOverview",
];

export const conflictsQuery = (tenant: string, filters: ConflictFilters) => ({
  ...listConflictsInfiniteOptions({ path: { tenant }, query: filters }),
  ...keysetPaging,
  placeholderData: keepPreviousData,
});

export const conflictSummaryQuery = (tenant: string) => getConflictSummaryOptions({ path: { tenant } });

export const alikeQuery = (tenant: string, conflictId: number, sameValues: boolean) => ({
  ...listAlikeOptions({ path: { tenant, conflict_id: conflictId }, query: { same_values: sameValues } }),
  placeholderData: keepPreviousData,
});

export const rejectionGroupsQuery = (tenant: string) => listRejectionGroupsOptions({ path: { tenant } });

export const rejectionsQuery = (tenant: string, code: string) => ({
  ...listRejectionsInfiniteOptions({ path: { tenant }, query: { code } }),
  ...keysetPaging,
});

/** Takes conflicts out of every list of open ones and every contact that is shown, until the server's own answer comes. */
async function takeOut(queryClient: QueryClient, tenant: string, ids: ReadonlySet<number>): Promise<void> {
  const [listed] = listConflictsInfiniteQueryKey({ path: { tenant } });
  const isOpenList = ([key]: readonly unknown[]) => {
    const { _id, path, query } = (key ?? {}) as {
      _id?: string;
      path?: { tenant?: string };
      query?: { open?: boolean };
    };
    return _id === listed._id && path?.tenant === tenant && query?.open !== false;
  };
  await queryClient.cancelQueries({ predicate: ({ queryKey }) => isOpenList(queryKey) });
  queryClient.setQueriesData<InfiniteData<ConflictPage>>(
    { predicate: ({ queryKey }) => isOpenList(queryKey) },
    (data) =>
      data && {
        ...data,
        pages: data.pages.map((page) => {
          const items = page.items.filter(({ id }) => !ids.has(id));
          return { ...page, items, total: page.total - (page.items.length - items.length) };
        }),
      },
  );
  const [shown] = getContactQueryKey({ path: { tenant, contact_id: "" } });
  queryClient.setQueriesData<ContactOut>(
    { predicate: ({ queryKey }) => (queryKey[0] as { _id?: string } | undefined)?._id === shown._id },
    (contact) =>
      contact && { ...contact, conflicts: contact.conflicts.filter(({ id, open }) => !open || !ids.has(id)) },
  );
}

/** Everything that decides. What is decided is gone from the list at once; a refusal brings it back. */
export function useDecisions(tenant: string) {
  const queryClient = useQueryClient();
  const onSettled = () => invalidate(queryClient, tenant, TOUCHED);
  const quietly = { onSettled, meta: { handlesError: true } };
  const one = useMutation({ ...resolveConflictMutation(), ...quietly });
  const many = useMutation({ ...resolveConflictsMutation(), ...quietly });
  const back = useMutation({ ...reopenConflictsMutation(), ...quietly });
  const turned = useMutation({ ...overturnConflictMutation(), ...quietly });
  const rule = useMutation({
    ...changeMappedFieldMutation(),
    onSettled: () => invalidate(queryClient, tenant, [...TOUCHED, "getMapping", "listMappingVersions"]),
    meta: { handlesError: true },
  });
  return {
    decide: async (id: number, winner: Winner | "typed", value?: string | null) => {
      await takeOut(queryClient, tenant, new Set([id]));
      return one.mutateAsync({
        path: { tenant, conflict_id: id },
        body: { winner, ...(winner === "typed" && { value: value ?? null }) },
      });
    },
    decideAlike: (winner: Winner, field: string, sameAs: number | null, expected: number) =>
      many.mutateAsync({
        path: { tenant },
        body: { winner, field, expected, ...(sameAs !== null && { same_as: sameAs }) },
      }),
    reopen: (ids: number[]): Promise<ReopenedOut> => back.mutateAsync({ path: { tenant }, body: { ids } }),
    overturn: (id: number, winner: Winner) =>
      turned.mutateAsync({ path: { tenant, conflict_id: id }, body: { winner } }),
    setPolicy: (field: string, policy: Policy) =>
      rule.mutateAsync({ path: { tenant, field }, body: { policy } }),
    overturning: turned.isPending ? turned.variables.path.conflict_id : undefined,
    isDecidingMany: many.isPending,
  };
}

export function useRetries(tenant: string) {
  const queryClient = useQueryClient();
  const onSuccess = () => void invalidate(queryClient, tenant, TOUCHED);
  const one = useMutation({ ...retryRejectionMutation(), onSuccess });
  const all = useMutation({ ...retryRejectionsMutation(), onSuccess });
  return {
    retry: (id: number) => one.mutateAsync({ path: { tenant, rejection_id: id } }),
    retryAll: (code: string) => all.mutateAsync({ path: { tenant }, body: { code } }),
    retrying: one.isPending ? one.variables.path.rejection_id : undefined,
    retryingAll: all.isPending ? all.variables.body.code : undefined,
  };
}
