import type { DuplicateFilters, Kind } from "./queries";

/** What the page "Duplicates" says in its address: the tab, the filters, and what is looked at. */
export interface DuplicateSearch {
  show?: "open" | "merged";
  likely?: "certain" | "likely" | "possible";
  kind?: Kind;
  held?: "yes";
  /** Only what this contact is in. */
  contact?: string;
  /** A pair of the group that is looked at. */
  at?: string;
  /** Of merges. */
  state?: "live" | "undone";
}

/** Bits from which on a pair is called likely: eight times as likely one person as not. */
const LIKELY_BITS = 3;

export const KINDS = [
  "email",
  "phone",
  "birth",
  "address",
  "identifier",
  "name",
  "hubspot",
] as const satisfies Kind[];

const ONE_OF = {
  show: ["open", "merged"],
  likely: ["certain", "likely", "possible"],
  kind: KINDS,
  held: ["yes"],
  state: ["live", "undone"],
} as const;

export function parseDuplicateSearch(search: Record<string, unknown>): DuplicateSearch {
  const found: Record<string, string> = {};
  for (const [key, allowed] of Object.entries(ONE_OF)) {
    const value = search[key];
    if ((allowed as readonly unknown[]).includes(value)) found[key] = value as string;
  }
  for (const key of ["contact", "at"]) {
    const value = search[key];
    if (typeof value === "string" && value !== "") found[key] = value;
  }
  return found as DuplicateSearch;
}

/** What the server is asked for. */
export function filtersOf({ likely, kind, held, contact }: DuplicateSearch): DuplicateFilters {
  return {
    ...(likely === "certain" && { certain: true }),
    ...(likely === "likely" && { least: LIKELY_BITS }),
    ...(likely === "possible" && { certain: false }),
    ...(kind && { kind }),
    ...(held && { held: true }),
    ...(contact && { contact_id: contact }),
  };
}

export const isFiltered = ({ likely, kind, held, contact }: DuplicateSearch): boolean =>
  Boolean(likely || kind || held || contact);
