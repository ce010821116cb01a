import type { ContactFilters, ContactSort } from "./queries";

/** Filters as the address bar holds them; the same names as the API's. */
export interface ContactSearch extends ContactFilters {
  sort?: ContactSort;
  /** Whose values the list shows; LoanArk's where nothing is said. */
  side?: "hubspot";
  /** The saved view it began with. */
  view?: string;
}

export const DEFAULT_SORT: ContactSort = "-updated_at";

export const SORTS: { value: ContactSort; label: string }[] = [
  { value: "-updated_at", label: "Last changed" },
  { value: "-created_at", label: "Newest" },
  { value: "created_at", label: "Oldest" },
  { value: "lastname", label: "Name A–Z" },
  { value: "-lastname", label: "Name Z–A" },
];

export const LIST_FILTERS = [
  "sync",
  "email_verification_status",
  "client_type_vip_status",
  "client_type_prospects",
  "state",
  "created_side",
  "owner",
] as const;

/** Within how long. */
export const SPANS = [
  { value: "1d", label: "24 hours" },
  { value: "7d", label: "7 days" },
  { value: "30d", label: "30 days" },
  { value: "90d", label: "90 days" },
] as const;
export type Span = (typeof SPANS)[number]["value"];
export const TIME_FILTERS = ["changed", "created"] as const;
export type TimeFilter = (typeof TIME_FILTERS)[number];

const isSpan = (value: unknown): value is Span => SPANS.some((span) => span.value === value);

export type ListFilter = (typeof LIST_FILTERS)[number];

function list(value: unknown): string[] {
  // "" is a value like any other: contacts in which the field is blank.
  return [value].flat().filter((one): one is string => typeof one === "string");
}

/** Reads what someone may have typed or shared; nonsense is left out, never an error. */
export function parseContactSearch(raw: Record<string, unknown>): ContactSearch {
  const filters = Object.fromEntries(
    LIST_FILTERS.map((name) => [name, list(raw[name])] as const).filter(([, values]) => values.length > 0),
  );
  return {
    ...(filters as ContactFilters),
    ...Object.fromEntries(
      TIME_FILTERS.map((name) => [name, raw[name]] as const).filter(([, span]) => isSpan(span)),
    ),
    ...(typeof raw.search === "string" && raw.search !== "" && { search: raw.search }),
    ...(raw.deleted === "true" || raw.deleted === true ? { deleted: true } : {}),
    ...(SORTS.some(({ value }) => value === raw.sort) && { sort: raw.sort as ContactSort }),
    ...(raw.side === "hubspot" && { side: raw.side }),
    ...(typeof raw.view === "string" && /^[\w-]{1,64}$/.test(raw.view) && { view: raw.view }),
  };
}

/** What of the address narrows the list. */
export function filtersIn({ sort: _, side: __, view: ___, ...filters }: ContactSearch): ContactFilters {
  return filters;
}

export function countFilters(search: ContactSearch): number {
  const times = TIME_FILTERS.filter((name) => search[name]).length;
  return LIST_FILTERS.reduce(
    (sum, name) => sum + (search[name]?.length ?? 0),
    times + (search.deleted ? 1 : 0),
  );
}

/** It is not all contacts. */
export const isNarrowed = (search: ContactSearch): boolean =>
  countFilters(search) > 0 || Boolean(search.search);

/** The same list unfiltered: search, order, side and view stay. */
export function withoutFilters({ search, sort, side, view }: ContactSearch): ContactSearch {
  return { ...(search && { search }), ...(sort && { sort }), ...(side && { side }), ...(view && { view }) };
}

/** The same search with one thing said or, undefined, not said. */
export function withPart<K extends keyof ContactSearch>(
  search: ContactSearch,
  name: K,
  value: ContactSearch[K] | undefined,
): ContactSearch {
  const { [name]: _, ...rest } = search;
  return value === undefined ? rest : { ...rest, [name]: value };
}

/** The same search with one value of one filter switched on or off. */
export function toggle(search: ContactSearch, name: ListFilter, value: string): ContactSearch {
  const values: string[] = search[name] ?? [];
  const next = values.includes(value) ? values.filter((one) => one !== value) : [...values, value];
  const { [name]: _, ...rest } = search;
  return next.length > 0 ? ({ ...rest, [name]: next } as ContactSearch) : rest;
}
