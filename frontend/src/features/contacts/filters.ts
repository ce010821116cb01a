import type { ContactFilters, ContactSort } from "./queries";

/** Filters as the address bar holds them; the same names as the API's. */
export interface ContactSearch extends ContactFilters {
  sort?: ContactSort;
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
] as const;

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
    ...(typeof raw.search === "string" && raw.search !== "" && { search: raw.search }),
    ...(raw.deleted === "true" || raw.deleted === true ? { deleted: true } : {}),
    ...(SORTS.some(({ value }) => value === raw.sort) && { sort: raw.sort as ContactSort }),
  };
}

export function countFilters(search: ContactSearch): number {
  return LIST_FILTERS.reduce((sum, name) => sum + (search[name]?.length ?? 0), search.deleted ? 1 : 0);
}

/** The same search with one value of one filter switched on or off. */
export function toggle(search: ContactSearch, name: ListFilter, value: string): ContactSearch {
  const values: string[] = search[name] ?? [];
  const next = values.includes(value) ? values.filter((one) => one !== value) : [...values, value];
  const { [name]: _, ...rest } = search;
  return next.length > 0 ? ({ ...rest, [name]: next } as ContactSearch) : rest;
}
