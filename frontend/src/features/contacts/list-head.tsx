import { Plus } from "lucide-react";
import { useCallback, useEffect, useRef } from "react";
import { Button } from "@/components/ui/button";
import { SearchBox } from "@/components/ui/search-box";
import { Tooltip } from "@/components/ui/tooltip";
import { formatCount } from "@/lib/format";
import { ColumnsPopover } from "./columns/columns-popover";
import type { ColumnsApi } from "./columns/use-columns";
import { ExportMenu } from "./export-menu";
import { FilterBar, StateChips } from "./filter-bar";
import { type ContactSearch, filtersIn, isNarrowed, withPart } from "./filters";
import { SideSwitch } from "./side-switch";
import type { ViewsApi } from "./views/use-views";
import { ViewsBar } from "./views/views-bar";

export interface ListHeadProps {
  tenant: string;
  search: ContactSearch;
  onChange: (search: ContactSearch) => void;
  total: number | undefined;
  isEstimate: boolean;
  seesOwnOnly: boolean;
  columns: ColumnsApi;
  views: ViewsApi;
  canEdit: boolean;
  onCreate: () => void;
}

/** What the list is, how many, and what can be done with the whole of it. */
export function ListHead(props: ListHeadProps) {
  const { tenant, search, onChange, columns } = props;
  const side = search.side ?? "loanark";
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-2.5 gap-y-2">
        <ListTitle {...props} />
        <div className="flex min-w-44 max-w-96 flex-1">
          <ListSearch {...props} />
        </div>
        <div className="ml-auto flex items-center gap-2">
          <SideSwitch side={side} onChange={(next) => onChange(onSide(search, next))} />
          <ColumnsPopover tenant={tenant} api={columns} />
          <ExportMenu
            tenant={tenant}
            filters={filtersIn(search)}
            shown={{ fields: columns.fields, side }}
            isNarrowed={isNarrowed(search)}
          />
          <NewContact {...props} />
        </div>
      </div>
      <div className="flex min-h-10 items-center justify-between gap-4">
        <ViewsBar api={props.views} canShare={props.canEdit} />
        <StateChips tenant={tenant} search={search} onChange={onChange} />
      </div>
      <FilterBar tenant={tenant} search={search} onChange={onChange} />
    </>
  );
}

export const onSide = (search: ContactSearch, side: "loanark" | "hubspot"): ContactSearch =>
  withPart(search, "side", side === "hubspot" ? side : undefined);

export function ListTitle({ total, isEstimate, seesOwnOnly }: ListHeadProps) {
  return (
    <>
      <h1 className="font-semibold text-xl">Contacts</h1>
      <p aria-live="polite" className="mt-0.5 min-w-14 text-muted text-sm tabular-nums">
        {total !== undefined &&
          `${isEstimate ? "about " : ""}${formatCount(total)}${seesOwnOnly ? " of yours" : ""}`}
      </p>
    </>
  );
}

export function ListSearch({ search, onChange }: ListHeadProps) {
  const latest = useRef(search);
  useEffect(() => {
    latest.current = search;
  });
  const onSearch = useCallback(
    (text: string) => onChange(withPart(latest.current, "search", text || undefined)),
    [onChange],
  );
  return (
    <SearchBox
      label="Search contacts"
      placeholder="Name, e-mail, company or phone"
      value={search.search ?? ""}
      onSearch={onSearch}
    />
  );
}

export function NewContact({ canEdit, onCreate }: ListHeadProps) {
  if (!canEdit) return null;
  return (
    <Tooltip label="New contact" shortcut="N">
      <Button kind="primary" aria-label="New contact" onClick={onCreate}>
        <Plus aria-hidden /> <span className="max-sm:sr-only">New contact</span>
      </Button>
    </Tooltip>
  );
}
