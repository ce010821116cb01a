import { keepPreviousData, type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { useMemo, useSyncExternalStore } from "react";
import type {
  ContactOut,
  ContactRow,
  Facet,
  HubSpotEditOut,
  ListChangesData,
  ListContactsData,
  LookOut,
  MappingOut,
} from "@/client";
import { getContact as getContactNow, editContact as sendEdit } from "@/client";
import {
  createContactMutation,
  deleteContactMutation,
  getContactOptions,
  getContactQueryKey,
  getLookOptions,
  getMappingOptions,
  listChangesInfiniteOptions,
  listContactsInfiniteOptions,
  listContactsOptions,
  listFacetsOptions,
  listFieldsOptions,
  listHubspotEditsOptions,
  restoreContactMutation,
  resyncContactMutation,
  undoChangeMutation,
} from "@/client/@tanstack/react-query.gen";
import { fullName } from "@/lib/format";
import { keysetPaging } from "@/lib/paging";
import { invalidate } from "@/lib/query-ids";
import { toastDone } from "@/lib/toast";
import { type Change, createOutbox, type Outbox, type Values, type Waiting } from "@/offline/outbox";
import { whoIsHere } from "@/offline/person";
import { deviceStore } from "@/offline/store";

export type {
  ChangeOut,
  ConflictOut,
  ContactOut,
  ContactRow,
  Facet,
  FieldChange,
  FieldDefinition,
  FieldOut,
  HubSpotEditOut as HubSpotEdit,
  RejectionOut,
} from "@/client";
export type { Waiting } from "@/offline/outbox";

type ListQuery = NonNullable<ListContactsData["query"]>;
export type ContactFilters = Omit<ListQuery, "cursor" | "limit" | "sort" | "fields" | "side">;
export type ContactSort = NonNullable<ListQuery["sort"]>;

const PAGE_SIZE = 100;
const PENDING_MS = 1_500;
const PENDING_LIST_MS = 3_000;
const PENDING_PAGES = 2;
const PALETTE_SIZE = 7;
/** What is asked anew when contacts changed here. */
export const TOUCHED = [
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

/** What a list shows of each contact. */
export interface Shown {
  fields: string[];
  side: "loanark" | "hubspot";
}

export const contactsQuery = (tenant: string, filters: ContactFilters, sort: ContactSort, shown: Shown) => ({
  ...listContactsInfiniteOptions({
    path: { tenant },
    query: { ...filters, ...shown, sort, limit: PAGE_SIZE },
  }),
  ...keysetPaging,
  placeholderData: keepPreviousData,
  refetchInterval: ({ state }: { state: { data?: ListPages | undefined } }) =>
    hasPending(state.data) ? PENDING_LIST_MS : false,
});

/** Every field a contact may have, the organisation's own included. */
export const fieldListQuery = (tenant: string) => listFieldsOptions({ path: { tenant } });

/** Fields that HubSpot alone says: nobody changes them here. */
export const readOnlyFieldsQuery = (tenant: string) => ({
  ...getMappingOptions({ path: { tenant } }),
  select: readOnlyOf,
});

const readOnlyOf = ({ fields }: MappingOut): ReadonlySet<string> =>
  new Set(fields.filter(({ direction }) => direction === "to_loanark").map(({ field }) => field));

interface ListPages {
  pages: { items: { sync: { state: string } }[] }[];
}

/** Looked for at the top only: whoever has scrolled far is not made to load it all again. */
function hasPending(data: ListPages | undefined): boolean {
  if (!data || data.pages.length > PENDING_PAGES) return false;
  return data.pages.some(({ items }) => items.some(({ sync }) => sync.state === "pending"));
}

/** The values of one filter with their counts, each under the other filters. */
export const facetQuery = (tenant: string, filters: ContactFilters, name: Facet["name"]) => ({
  ...listFacetsOptions({ path: { tenant }, query: { ...filters, names: [name] } }),
  placeholderData: keepPreviousData,
  select: (facets: Facet[]) => facets.find((facet) => facet.name === name),
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

/** Who changed the values in HubSpot last, by field; a field that is not in it: not known. */
export const hubspotEditsQuery = (tenant: string, contactId: string) => ({
  ...listHubspotEditsOptions({ path: { tenant, contact_id: contactId } }),
  select: (edits: HubSpotEditOut[]) => new Map(edits.map((edit) => [edit.field, edit])),
});

/** A look takes a moment; where nothing moves at all, it takes as long as that lasts. */
const LOOK_MS = 700;
const STOPPED_LOOK_MS = 5_000;

/** Whether a contact still waits for a look. */
export const lookQuery = (tenant: string, contactId: string) => ({
  ...getLookOptions({ path: { tenant, contact_id: contactId } }),
  refetchInterval: ({ state: { data } }: { state: { data?: LookOut | undefined } }) =>
    data?.waits === false ? false : data?.stopped ? STOPPED_LOOK_MS : LOOK_MS,
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

interface ListKey {
  _id?: string;
  path?: { tenant?: string };
  query?: Partial<ListQuery>;
}

const orderKey = (query: object): string => JSON.stringify(Object.entries(query).sort());

/** Who stands before and after a contact in a list that was loaded; nothing where it was not. */
export function neighboursOf(
  queryClient: QueryClient,
  tenant: string,
  filters: ContactFilters,
  sort: ContactSort,
  contactId: string,
): { before: string | undefined; after: string | undefined } {
  // Whatever columns it shows, of either side.
  const wanted = orderKey({ ...filters, sort });
  const [found] = queryClient.getQueriesData<ListData>({
    predicate: ({ queryKey: [key] }) => {
      const { _id, path, query = {} } = (key ?? {}) as ListKey;
      const { fields: _fields, side: _side, limit: _limit, ...order } = query;
      return _id === "listContacts" && path?.tenant === tenant && orderKey(order) === wanted;
    },
  });
  const ids = found?.[1]?.pages?.flatMap(({ items }) => items.map(({ id }) => id)) ?? [];
  const at = ids.indexOf(contactId);
  return at < 0 ? { before: undefined, after: undefined } : { before: ids[at - 1], after: ids[at + 1] };
}

function keep(queryClient: QueryClient, tenant: string, contact: ContactOut): void {
  queryClient.setQueryData(getContactQueryKey({ path: { tenant, contact_id: contact.id } }), contact);
}

const SEND_WITHIN_MS = 20_000;
const outboxes = new WeakMap<QueryClient, Outbox<ContactOut>>();

/** Edits that wait until the server can be reached. Every edit passes through: it is on disk before it is sent. */
export function editsOf(queryClient: QueryClient): Outbox<ContactOut> {
  const known = outboxes.get(queryClient);
  if (known) return known;
  const path = ({ tenant, id }: Change) => ({ tenant, contact_id: id });
  const outbox = createOutbox<ContactOut>({
    store: deviceStore("edits"),
    person: whoIsHere,
    send: async (change) => {
      const { values, version } = change;
      const signal = AbortSignal.timeout(SEND_WITHIN_MS);
      return (await sendEdit({ path: path(change), body: { values, version }, signal, throwOnError: true }))
        .data;
    },
    read: async (change) => {
      const { data } = await getContactNow({ path: path(change), throwOnError: true });
      return { version: data.version, values: valuesOf(data), isDeleted: data.deleted_at !== null };
    },
    onArrived: ({ tenant }, contact) => {
      if (contact) keep(queryClient, tenant, contact);
      void invalidate(queryClient, tenant, TOUCHED);
    },
    ...("BroadcastChannel" in globalThis && { channel: new BroadcastChannel("loanark.edits") }),
  });
  outboxes.set(queryClient, outbox);
  return outbox;
}

const valuesOf = ({ fields }: ContactOut): Values =>
  Object.fromEntries(fields.map(({ name, loanark }) => [name, loanark ?? null]));

/** A contact as this device saw it last, if it did: on its own page, or as a row of a list. */
function seen(queryClient: QueryClient, tenant: string, id: string): { name: string; values: Values } {
  const contact = queryClient.getQueryData<ContactOut>(
    getContactQueryKey({ path: { tenant, contact_id: id } }),
  );
  if (contact) return { name: contact.name, values: valuesOf(contact) };
  const lists = queryClient.getQueriesData<{ pages?: { items: ContactRow[] }[] }>({
    predicate: ({ queryKey }) => (queryKey[0] as { _id?: string })._id === "listContacts",
  });
  for (const [, list] of lists)
    for (const { items } of list?.pages ?? []) {
      const row = items.find((one) => one.id === id);
      if (row) return { name: fullName(row), values: { ...(row as unknown as Values), ...row.values } };
    }
  return { name: "A contact", values: {} };
}

function changeOf(
  queryClient: QueryClient,
  { tenant, id, values, version }: Pick<Change, "tenant" | "id" | "values" | "version">,
): Change {
  const { name, values: now } = seen(queryClient, tenant, id);
  const known = Object.keys(values).filter((field) => field in now);
  const base = Object.fromEntries(known.map((field) => [field, now[field] ?? null]));
  return { tenant, id, name, values, version, base };
}

/** Puts a saved contact into the lists that show it, so that nothing flickers until they are asked again. */
export function useListCache(tenant: string) {
  const queryClient = useQueryClient();
  return (contact: ContactOut) => {
    const isList = ({ queryKey }: { queryKey: readonly unknown[] }) => isListOf(queryKey[0], tenant);
    queryClient.setQueriesData<ListData>(
      { predicate: isList },
      (list) => list?.pages && withSaved(list, contact),
    );
  };
}

interface ListData {
  pages: { items: ContactRow[] }[];
  pageParams: unknown[];
}

function isListOf(key: unknown, tenant: string): boolean {
  const { _id, path, query } = (key ?? {}) as {
    _id?: string;
    path?: { tenant?: string };
    query?: Partial<Shown>;
  };
  return _id === "listContacts" && path?.tenant === tenant && query?.side !== "hubspot";
}

function withSaved(list: ListData, contact: ContactOut): ListData {
  const said = new Map(contact.fields.map(({ name, loanark }) => [name, loanark ?? null]));
  const saved = (row: ContactRow): ContactRow => ({
    ...row,
    values: Object.fromEntries(
      Object.entries(row.values ?? {}).map(([name, value]) => [
        name,
        said.has(name) ? (said.get(name) ?? null) : value,
      ]),
    ),
    version: contact.version,
    updated_at: contact.updated_at,
    sync: contact.sync,
  });
  const pages = list.pages.map((page) => ({
    ...page,
    items: page.items.map((row) => (row.id === contact.id ? saved(row) : row)),
  }));
  return { ...list, pages };
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
  const edit = useMutation({
    mutationFn: (change: Change) => editsOf(queryClient).add(change),
    onSuccess: (contact) => {
      if (contact) onSuccess(contact);
      else toastDone("Kept on this device", { detail: "It is sent when LoanArk can be reached." });
    },
    meta: { handlesError: true },
  });
  const restore = useMutation({ ...restoreContactMutation(), onSuccess });
  const resync = useMutation({ ...resyncContactMutation(), onSuccess });
  const remove = useMutation({ ...deleteContactMutation(), onSuccess: refresh });
  const undo = useMutation({ ...undoChangeMutation(), onSuccess, meta: { handlesError: true } });
  return {
    create: (values: Record<string, string | null>) =>
      create.mutateAsync({ path: { tenant }, body: { values } }),
    /** The contact as it is then; nothing where the edit waits for the network (and has said so). */
    edit: (id: string, values: Record<string, string | null>, version: number) =>
      edit.mutateAsync(changeOf(queryClient, { tenant, id, values, version })),
    restore: (id: string) => restore.mutateAsync({ path: { tenant, contact_id: id } }),
    resync: (id: string) => resync.mutateAsync({ path: { tenant, contact_id: id } }),
    remove: (id: string) => remove.mutateAsync({ path: { tenant, contact_id: id } }),
    undo: (id: string, changeId: number) =>
      undo.mutateAsync({ path: { tenant, contact_id: id, change_id: changeId } }),
    /** The version the server holds now: what a later save must name. */
    versionNow: async (id: string) =>
      (await queryClient.fetchQuery({ ...contactQuery(tenant, id), staleTime: 0 })).version,
    /** The contact as the server holds it now. */
    contactNow: (id: string) => queryClient.fetchQuery({ ...contactQuery(tenant, id), staleTime: 0 }),
    isResyncing: resync.isPending,
    isRemoving: remove.isPending,
    undoing: undo.isPending ? undo.variables.path.change_id : undefined,
  };
}

/** Edits of an organisation's contacts that are not sent yet, oldest first. */
export function useWaitingEdits(tenant: string): Waiting[] {
  const outbox = editsOf(useQueryClient());
  const all = useSyncExternalStore(outbox.subscribe, outbox.list);
  return useMemo(() => all.filter((edit) => edit.tenant === tenant), [all, tenant]);
}

export function useWaitingEdit(contactId: string): Waiting | undefined {
  const outbox = editsOf(useQueryClient());
  return useSyncExternalStore(outbox.subscribe, () => outbox.list().find(({ id }) => id === contactId));
}

/** A contact with what waits to be sent in its place: what the person believes to have saved. */
export function withWaiting(contact: ContactOut, waiting: Waiting | undefined): ContactOut {
  if (waiting?.state !== "waiting") return contact;
  const { values } = waiting;
  const fields = contact.fields.map((field) =>
    field.name in values
      ? { ...field, loanark: values[field.name] ?? null, state: "loanark_changed" as const }
      : field,
  );
  return { ...contact, fields };
}

export type FileFormat = "csv" | "ndjson";

/** What the filters leave, as a file that the browser saves while the server writes it. */
export function exportAddress(
  tenant: string,
  filters: ContactFilters,
  { fields, side }: Shown,
  format: FileFormat,
): string {
  const params = new URLSearchParams({ format });
  for (const [name, value] of Object.entries({ ...filters, fields, side }))
    for (const one of [value].flat()) if (one !== undefined && one !== null) params.append(name, String(one));
  return `/api/tenants/${encodeURIComponent(tenant)}/contacts/export?${params}`;
}
