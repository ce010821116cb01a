import { keepPreviousData, type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import type { ContactOut, ListChangesData, ListContactsData } from "@/client";
import {
  createContactMutation,
  deleteContactMutation,
  editContactMutation,
  getContactOptions,
  getContactQueryKey,
  listChangesInfiniteOptions,
  listContactsInfiniteOptions,
  listContactsOptions,
  listFacetsOptions,
  resolveConflictMutation,
  restoreContactMutation,
  resyncContactMutation,
  retryRejectionMutation,
  undoChangeMutation,
} from "@/client/@tanstack/react-query.gen";
import { keysetPaging } from "@/lib/paging";
import { invalidate } from "@/lib/query-ids";

export type {
  ChangeOut,
  ConflictOut,
  ContactOut,
  ContactRow,
  Facet,
  FieldChange,
  FieldOut,
  RejectionOut,
} from "@/client";

export type ContactFilters = Omit<NonNullable<ListContactsData["query"]>, "cursor" | "limit" | "sort">;
export type ContactSort = NonNullable<NonNullable<ListContactsData["query"]>["sort"]>;

const PAGE_SIZE = 100;
const PENDING_MS = 1_500;
const PENDING_LIST_MS = 3_000;
const PENDING_PAGES = 2;
const PALETTE_SIZE = 7;
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

export const contactsQuery = (tenant: string, filters: ContactFilters, sort: ContactSort) => ({
  ...listContactsInfiniteOptions({ path: { tenant }, query: { ...filters, sort, limit: PAGE_SIZE } }),
  ...keysetPaging,
  placeholderData: keepPreviousData,
  refetchInterval: ({ state }: { state: { data?: ListPages | undefined } }) =>
    hasPending(state.data) ? PENDING_LIST_MS : false,
});

interface ListPages {
  pages: { items: { sync: { state: string } }[] }[];
}

/** Looked for at the top only: whoever has scrolled far is not made to load it all again. */
function hasPending(data: ListPages | undefined): boolean {
  if (!data || data.pages.length > PENDING_PAGES) return false;
  return data.pages.some(({ items }) => items.some(({ sync }) => sync.state === "pending"));
}

export const facetsQuery = (tenant: string, filters: ContactFilters) => ({
  ...listFacetsOptions({ path: { tenant }, query: filters }),
  placeholderData: keepPreviousData,
});

/** A few contacts by some letters, for the palette. */
export const contactSearchQuery = (tenant: string, search: string) => ({
  ...listContactsOptions({ path: { tenant }, query: { search, limit: PALETTE_SIZE } }),
  select: (page: {
    items: { id: string; firstname: string | null; lastname: string | null; email: string | null }[];
  }) =>
    page.items.map(({ id, firstname, lastname, email }) => ({
      id,
      email,
      name: [firstname, lastname].filter(Boolean).join(" ") || email || "No name",
    })),
});

/** While something of it is on its way, its state is asked for: the arrival changes no value, so no event tells of it. */
export const contactQuery = (tenant: string, contactId: string) => ({
  ...getContactOptions({ path: { tenant, contact_id: contactId } }),
  refetchInterval: ({ state }: { state: { data?: ContactOut | undefined } }) =>
    state.data?.sync.state === "pending" ? PENDING_MS : false,
});

export type ChangeFilters = Omit<NonNullable<ListChangesData["query"]>, "cursor" | "limit">;

export const timelineQuery = (tenant: string, contactId: string, filters: ChangeFilters = {}) => ({
  ...listChangesInfiniteOptions({ path: { tenant, contact_id: contactId }, query: filters }),
  ...keysetPaging,
});

/** Who stands before and after a contact in a list that was loaded; nothing where it was not. */
export function neighboursOf(
  queryClient: QueryClient,
  tenant: string,
  filters: ContactFilters,
  sort: ContactSort,
  contactId: string,
): { before: string | undefined; after: string | undefined } {
  const { queryKey } = contactsQuery(tenant, filters, sort);
  const list = queryClient.getQueryData<{ pages: { items: { id: string }[] }[] }>(queryKey);
  const ids = list?.pages.flatMap(({ items }) => items.map(({ id }) => id)) ?? [];
  const at = ids.indexOf(contactId);
  return at < 0 ? { before: undefined, after: undefined } : { before: ids[at - 1], after: ids[at + 1] };
}

function keep(queryClient: QueryClient, tenant: string, contact: ContactOut): void {
  queryClient.setQueryData(getContactQueryKey({ path: { tenant, contact_id: contact.id } }), contact);
}

/** Everything a person can do to a contact. The answer is shown at once, then whatever it touched is asked again. */
export function useContactActions(tenant: string) {
  const queryClient = useQueryClient();
  const refresh = () => void invalidate(queryClient, tenant, TOUCHED);
  const onSuccess = (contact: ContactOut) => {
    keep(queryClient, tenant, contact);
    refresh();
  };
  const create = useMutation({ ...createContactMutation(), onSuccess, meta: { handlesError: true } });
  const edit = useMutation({ ...editContactMutation(), onSuccess, meta: { handlesError: true } });
  const restore = useMutation({ ...restoreContactMutation(), onSuccess });
  const resync = useMutation({ ...resyncContactMutation(), onSuccess });
  const remove = useMutation({ ...deleteContactMutation(), onSuccess: refresh });
  const undo = useMutation({ ...undoChangeMutation(), onSuccess, meta: { handlesError: true } });
  return {
    create: (values: Record<string, string | null>) =>
      create.mutateAsync({ path: { tenant }, body: { values } }),
    edit: (id: string, values: Record<string, string | null>, version: number) =>
      edit.mutateAsync({ path: { tenant, contact_id: id }, body: { values, version } }),
    restore: (id: string) => restore.mutateAsync({ path: { tenant, contact_id: id } }),
    resync: (id: string) => resync.mutateAsync({ path: { tenant, contact_id: id } }),
    remove: (id: string) => remove.mutateAsync({ path: { tenant, contact_id: id } }),
    undo: (id: string, changeId: number) =>
      undo.mutateAsync({ path: { tenant, contact_id: id, change_id: changeId } }),
    /** The version the server holds now: what a later save must name. */
    versionNow: async (id: string) =>
      (await queryClient.fetchQuery({ ...contactQuery(tenant, id), staleTime: 0 })).version,
    isResyncing: resync.isPending,
    isRemoving: remove.isPending,
    undoing: undo.isPending ? undo.variables.path.change_id : undefined,
  };
}

export function useAttentionActions(tenant: string) {
  const queryClient = useQueryClient();
  const onSuccess = () => void invalidate(queryClient, tenant, TOUCHED);
  const resolve = useMutation({ ...resolveConflictMutation(), onSuccess });
  const retry = useMutation({ ...retryRejectionMutation(), onSuccess });
  return {
    resolve: (conflictId: number, winner: "hubspot" | "loanark") =>
      resolve.mutate({ path: { tenant, conflict_id: conflictId }, body: { winner } }),
    retry: (rejectionId: number) => retry.mutate({ path: { tenant, rejection_id: rejectionId } }),
    resolving: resolve.isPending ? resolve.variables.path.conflict_id : undefined,
    retrying: retry.isPending ? retry.variables.path.rejection_id : undefined,
  };
}
