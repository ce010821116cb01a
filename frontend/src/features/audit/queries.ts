import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { EventPage, ListAuditEventsData } from "@/client";
import {
  getAuditStateOptions,
  listAuditChangesInfiniteOptions,
  listAuditEventsInfiniteOptions,
  listAuditEventsOptions,
  listAuditFacetsOptions,
  listFieldsOptions,
  setAuditRetentionMutation,
  verifyAuditMutation,
} from "@/client/@tanstack/react-query.gen";
import { keysetPaging } from "@/lib/paging";
import { invalidate } from "@/lib/query-ids";

export type {
  AuditFacets,
  AuditStateOut,
  ContactChangeOut,
  EventOut,
  EventPage,
  VerificationOut,
} from "@/client";

/** Filters as the API takes them. */
export type EventQuery = Omit<NonNullable<ListAuditEventsData["query"]>, "cursor" | "limit">;

const PAGE_SIZE = 50;
const CHANGES_SIZE = 20;

/**
 * What the page shows. It stays as it is under the reader's eyes: events tell of `listAuditEvents`, which this is not
 * called, and what is new is offered (`newestQuery`).
 */
export function eventsQuery(tenant: string, query: EventQuery) {
  const options = listAuditEventsInfiniteOptions({ path: { tenant }, query: { ...query, limit: PAGE_SIZE } });
  const [key] = options.queryKey;
  return {
    ...options,
    queryKey: [{ ...key, _id: "shownAuditEvents" }] as unknown as typeof options.queryKey,
    ...keysetPaging,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnReconnect: false,
  };
}

/** The newest page, which open pages hear of. */
export const newestQuery = (tenant: string, query: EventQuery) =>
  listAuditEventsOptions({ path: { tenant }, query: { ...query, limit: PAGE_SIZE } });

export const changesQuery = (tenant: string, eventId: number) => ({
  ...listAuditChangesInfiniteOptions({
    path: { tenant, event_id: eventId },
    query: { limit: CHANGES_SIZE },
  }),
  ...keysetPaging,
  staleTime: Number.POSITIVE_INFINITY, // What was done stays done.
});

export const auditFacetsQuery = (tenant: string) => listAuditFacetsOptions({ path: { tenant } });
export const auditStateQuery = (tenant: string) => getAuditStateOptions({ path: { tenant } });
export const fieldsQuery = (tenant: string) => listFieldsOptions({ path: { tenant } });

/** Puts the newest page in place of what is shown. */
export function useShowNewest(tenant: string, query: EventQuery): (newest: EventPage) => void {
  const queryClient = useQueryClient();
  return (newest) =>
    queryClient.setQueryData(eventsQuery(tenant, query).queryKey, {
      pages: [newest],
      pageParams: [{}],
    } as never);
}

export function useAuditActions(tenant: string) {
  const queryClient = useQueryClient();
  const onSuccess = () => invalidate(queryClient, tenant, ["getAuditState", "listAuditEvents"]);
  const verify = useMutation({ ...verifyAuditMutation(), onSuccess, meta: { handlesError: true } });
  const keep = useMutation({ ...setAuditRetentionMutation(), onSuccess, meta: { handlesError: true } });
  return { verify, keep };
}

/** The log, narrowed like the list, as a file that the browser saves while the server writes it. */
export function exportAddress(tenant: string, query: EventQuery, format: "csv" | "ndjson"): string {
  const params = new URLSearchParams({ format });
  for (const [name, value] of Object.entries(query))
    for (const one of [value].flat()) if (one) params.append(name, String(one));
  return `/api/tenants/${encodeURIComponent(tenant)}/audit/export?${params}`;
}
