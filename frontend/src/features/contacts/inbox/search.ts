import type { ConflictFilters } from "./queries";

/** What the page "Needs you" says in its address: the tab, the filters, and which conflict is looked at. */
export interface InboxSearch {
  show?: "conflicts" | "values" | "decided";
  field?: string;
  search?: string;
  /** Days that it has waited at least. */
  older?: "1" | "7" | "30";
  empty?: "hubspot" | "loanark";
  late?: "yes";
  winner?: "hubspot" | "loanark" | "typed";
  at?: string;
}

const ONE_OF = {
  show: ["conflicts", "values", "decided"],
  older: ["1", "7", "30"],
  empty: ["hubspot", "loanark"],
  late: ["yes"],
  winner: ["hubspot", "loanark", "typed"],
} as const;

export function parseInboxSearch(search: Record<string, unknown>): InboxSearch {
  const found: Record<string, string> = {};
  for (const [key, allowed] of Object.entries(ONE_OF)) {
    const value = search[key];
    if ((allowed as readonly unknown[]).includes(value)) found[key] = value as string;
  }
  for (const key of ["field", "search", "at"]) {
    const value = search[key];
    if (typeof value === "string" && value !== "") found[key] = value;
  }
  return found as InboxSearch;
}

/** What the server is asked for. */
export function filtersOf(
  { field, search, older, empty, late, winner }: InboxSearch,
  open: boolean,
): ConflictFilters {
  return {
    open,
    ...(field && { field }),
    ...(search && { search }),
    ...(older && open && { older_than_days: Number(older) }),
    ...(empty && open && { empty }),
    ...(late && open && { late: true }),
    ...(winner && !open && { winner }),
  };
}

export const isFiltered = ({ field, search, older, empty, late, winner }: InboxSearch): boolean =>
  Boolean(field || search || older || empty || late || winner);
