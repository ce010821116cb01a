import type { ListRequestsData, RequestOut } from "@/client";
import { getRequestOptions, listRequestsInfiniteOptions } from "@/client/@tanstack/react-query.gen";
import { keysetPaging } from "@/lib/paging";

export type { RequestDetail, RequestOut } from "@/client";

/** Filters as the API takes them. */
export type RequestQuery = Omit<NonNullable<ListRequestsData["query"]>, "cursor" | "limit">;
export type StatusClass = NonNullable<RequestQuery["status"]>[number];
export type Lane = RequestOut["lane"];

const PAGE_SIZE = 50;

/** What was asked of HubSpot lately. It stays as it is under the reader's eyes: a button asks again. */
export const requestsQuery = (tenant: string, query: RequestQuery) => ({
  ...listRequestsInfiniteOptions({ path: { tenant }, query: { ...query, limit: PAGE_SIZE } }),
  ...keysetPaging,
});

export const requestQuery = (tenant: string, id: number) => ({
  ...getRequestOptions({ path: { tenant, request_id: id } }),
  staleTime: Number.POSITIVE_INFINITY, // What was asked stays asked.
});
