import { Plus } from "lucide-react";
import { useCallback, useEffect, useRef } from "react";
import { Button } from "@/components/ui/button";
import { SearchBox } from "@/components/ui/search-box";
import { Select } from "@/components/ui/select";
import { Tooltip } from "@/components/ui/tooltip";
import { formatCount } from "@/lib/format";
import { ColumnsPopover } from "./columns-popover";
import { ExportMenu } from "./export-menu";
import { type ContactSearch, countFilters, DEFAULT_SORT, filtersIn, SORTS, withPart } from "./filters";
import type { ContactSort } from "./queries";
import { SideSwitch } from "./side-switch";
import type { ColumnsApi } from "./use-columns";

interface ListHeadProps {
  tenant: string;
  search: ContactSearch;
  onChange: (search: ContactSearch) => void;
  total: number | undefined;
  isEstimate: boolean;
  seesOwnOnly: boolean;
  columns: ColumnsApi;
  onCreate: (() => void) | undefined;
  isSelecting: boolean;
  onSelecting: (isOn: boolean) => void;
}

/** What the list is, how many, and what can be done with the whole of it. */
export function ListHead(props: ListHeadProps) {
  const { tenant, search, onChange, total, columns } = props;
  const side = search.side ?? "loanark";
  const latest = useRef(search);
  useEffect(() => {
    latest.current = search;
  });
  const onSearch = useCallback(
    (text: string) => onChange(withPart(latest.current, "search", text || undefined)),
    [onChange],
  );
  return (
    <div className="flex flex-wrap items-center gap-x-2.5 gap-y-2">
      <h1 className="font-semibold text-xl">Contacts</h1>
      <p aria-live="polite" className="mt-0.5 min-w-14 text-muted text-sm tabular-nums">
        {total !== undefined &&
          `${props.isEstimate ? "about " : ""}${formatCount(total)}${props.seesOwnOnly ? " of yours" : ""}`}
      </p>
      <div className="flex gap-2 max-md:order-last max-md:basis-full md:min-w-44 md:max-w-96 md:flex-1">
        <SearchBox
          label="Search contacts"
          placeholder="Name, e-mail, company or phone"
          value={search.search ?? ""}
          onSearch={onSearch}
        />
        <Select
          aria-label="Sort"
          value={search.sort ?? DEFAULT_SORT}
          onValueChange={(value) => onChange({ ...search, sort: value as ContactSort })}
          options={SORTS}
          className="w-auto shrink-0 pointer-coarse:text-sm md:hidden"
        />
      </div>
      <div className="ml-auto flex items-center gap-2">
        <Button
          kind="quiet"
          className="md:hidden"
          aria-pressed={props.isSelecting}
          onClick={() => props.onSelecting(!props.isSelecting)}
        >
          {props.isSelecting ? "Done" : "Select"}
        </Button>
        <div className="contents max-md:hidden">
          <SideSwitch
            side={side}
            onChange={(next) => onChange(withPart(search, "side", next === "hubspot" ? next : undefined))}
          />
          <ColumnsPopover tenant={tenant} api={columns} />
          <ExportMenu
            tenant={tenant}
            filters={filtersIn(search)}
            shown={{ fields: columns.fields, side }}
            isNarrowed={countFilters(search) > 0 || Boolean(search.search)}
          />
        </div>
        {props.onCreate && (
          <Tooltip label="New contact" shortcut="N">
            <Button kind="primary" aria-label="New contact" onClick={props.onCreate}>
              <Plus aria-hidden /> <span className="max-sm:sr-only">New contact</span>
            </Button>
          </Tooltip>
        )}
      </div>
    </div>
  );
}
