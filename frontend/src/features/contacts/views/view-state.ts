import type { ColumnChoice } from "../columns/column-choices";
import { type ContactSearch, DEFAULT_SORT, filtersIn } from "../filters";
import type { ViewOut, ViewState } from "./queries";

/** A view is the address, without its name, and the columns. Pure. */

export function stateOf(search: ContactSearch, columns: ColumnChoice[]): ViewState {
  const { search: text, ...filters } = filtersIn(search);
  return {
    search: text ?? "",
    filters,
    sort: search.sort ?? DEFAULT_SORT,
    side: search.side ?? "loanark",
    columns,
  };
}

export function searchOf({ id, state }: Pick<ViewOut, "id" | "state">): ContactSearch {
  return {
    ...said(state.filters ?? {}),
    ...(state.search && { search: state.search }),
    ...(state.sort && state.sort !== DEFAULT_SORT && { sort: state.sort }),
    ...(state.side === "hubspot" && { side: state.side }),
    view: String(id),
  };
}

export const columnsOf = ({ columns = [] }: ViewState): ColumnChoice[] =>
  columns.map(({ field, width = null, pinned = false }) => ({ field, width, pinned }));

/** Whether the list still shows what the view says. Columns are compared where some were chosen here. */
export function isAsSaved(view: ViewOut, search: ContactSearch, kept: ColumnChoice[] | undefined): boolean {
  const norm = (state: ViewState) =>
    JSON.stringify([
      state.search ?? "",
      Object.entries(said(state.filters ?? {})).sort(([a], [b]) => a.localeCompare(b)),
      state.sort ?? DEFAULT_SORT,
      state.side ?? "loanark",
      columnsOf(state),
    ]);
  const columns = kept ?? columnsOf(view.state);
  return norm(view.state) === norm(stateOf(search, columns));
}

/** Only filters that filter: no empty lists, no nulls. */
function said(filters: NonNullable<ViewState["filters"]>): ContactSearch {
  return Object.fromEntries(
    Object.entries(filters).filter(([, value]) =>
      Array.isArray(value) ? value.length > 0 : value !== null && value !== undefined && value !== false,
    ),
  ) as ContactSearch;
}
