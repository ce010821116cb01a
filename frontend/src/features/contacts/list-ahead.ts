import { DEFAULTS } from "./columns/column-choices";
import { keptColumns } from "./columns/column-store";
import { fieldsOf } from "./columns/columns";
import { type ContactSearch, DEFAULT_SORT, filtersIn } from "./filters";
import { contactsQuery } from "./queries";

/** What the list will ask for, known before its code has come: its columns may be those kept on this device. */
export function listAhead(tenant: string, search: ContactSearch) {
  const choices = keptColumns(tenant, search.view) ?? DEFAULTS;
  const { sort = DEFAULT_SORT, side = "loanark" } = search;
  return contactsQuery(tenant, filtersIn(search), sort, { fields: fieldsOf(choices), side });
}
