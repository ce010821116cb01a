import { ChevronDown, UsersRound } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import { Button, buttonStyle } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { Switch } from "@/components/ui/switch";
import { cn } from "@/lib/cn";
import { formatCount } from "@/lib/format";
import { ColumnPicker } from "./columns/column-picker";
import { MOST_ON_CARD, onCard } from "./contact-cards";
import { FORMATS } from "./export-menu";
import { Choice, FACETS, FacetValues, Spans, spanLabel, TIMES, valueLabel } from "./filter-values";
import {
  countFilters,
  DEFAULT_SORT,
  filtersIn,
  type ListFilter,
  SORTS,
  type TimeFilter,
  withoutFilters,
  withPart,
} from "./filters";
import { type ListHeadProps, onSide } from "./list-head";
import { exportAddress } from "./queries";
import { SideSwitch } from "./side-switch";
import { type Asking, ViewDialog } from "./views/save-view";
import type { ViewsApi } from "./views/use-views";

interface ListSheetProps extends ListHeadProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** All that a desk has around the list, for thumbs. Every choice shows in the list behind it at once. */
export function ListSheet({ open, onOpenChange, ...list }: ListSheetProps) {
  const { tenant, search, onChange, columns, views, total } = list;
  const sort = search.sort ?? DEFAULT_SORT;
  const side = search.side ?? "loanark";
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Filters and view" shape="sheet">
      <Part label="View" says={views.current?.name ?? "All contacts"}>
        <Views api={views} canShare={list.canEdit} />
      </Part>
      <Part label="Order" says={SORTS.find(({ value }) => value === sort)?.label}>
        {SORTS.map(({ value, label }) => (
          <Choice
            key={value}
            type="radio"
            name="sort"
            isOn={value === sort}
            onChoose={() => onChange({ ...search, sort: value })}
          >
            {label}
          </Choice>
        ))}
      </Part>
      <div className={lineStyle}>
        <span className="flex-1 font-medium">Values of</span>
        <SideSwitch side={side} onChange={(next) => onChange(onSide(search, next))} />
      </div>

      <h3 className="eyebrow pt-5 pb-1">Filters</h3>
      {Object.entries({ sync: "Sync", ...FACETS }).map(([name, label]) => (
        <Part key={name} label={label} says={saysOf(name as ListFilter, search[name as ListFilter])}>
          <FacetValues tenant={tenant} name={name as ListFilter} search={search} onChange={onChange} />
        </Part>
      ))}
      {Object.entries(TIMES).map(([name, label]) => (
        <Part key={name} label={label} says={spanLabel(search[name as TimeFilter])}>
          <Spans name={name as TimeFilter} search={search} onChange={onChange} />
        </Part>
      ))}
      <label htmlFor="deleted" className={lineStyle}>
        <span className="flex-1 font-medium">Deleted contacts</span>
        <Switch
          id="deleted"
          checked={search.deleted ?? false}
          onCheckedChange={(isOn) => onChange(withPart(search, "deleted", isOn || undefined))}
        />
      </label>

      <h3 className="eyebrow pt-5 pb-1">List</h3>
      <Part
        label="Fields on a card"
        says={onCard(columns.columns)
          .map(({ label }) => label)
          .join(", ")}
      >
        <p className="px-2 pb-2 text-muted text-xs">
          A card has room for {MOST_ON_CARD} fields: the first of those that are shown.
        </p>
        <ColumnPicker tenant={tenant} api={columns} isForCards />
        {columns.isOwn && (
          <Button kind="quiet" onClick={columns.reset}>
            Back to the view’s fields
          </Button>
        )}
      </Part>
      <Part label="Export" says={total === undefined ? undefined : amount(list)}>
        <div className="grid gap-2">
          {FORMATS.map(({ format, label, icon: Icon }) => (
            <a
              key={format}
              href={exportAddress(tenant, filtersIn(search), { fields: columns.fields, side }, format)}
              download
              className={cn(buttonStyle(), "justify-start")}
            >
              <Icon aria-hidden /> {label}
            </a>
          ))}
        </div>
      </Part>

      <DialogActions>
        {countFilters(search) > 0 && (
          <Button kind="quiet" className="mr-auto" onClick={() => onChange(withoutFilters(search))}>
            Clear filters
          </Button>
        )}
        <Button kind="primary" onClick={() => onOpenChange(false)}>
          {total === undefined ? "Show contacts" : `Show ${amount(list)}`}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

const amount = ({ total = 0, isEstimate }: Pick<ListHeadProps, "total" | "isEstimate">): string =>
  `${isEstimate ? "about " : ""}${formatCount(total)} ${total === 1 ? "contact" : "contacts"}`;

function saysOf(name: ListFilter, values: readonly string[] = []): string | undefined {
  if (values.length === 0) return undefined;
  return values.length > 1 ? `${values.length} chosen` : valueLabel(name, values[0] ?? "");
}

const lineStyle = "flex min-h-13 items-center gap-3 border-b text-sm";

interface PartProps {
  label: string;
  /** What is chosen. */
  says: string | undefined;
  children: ReactNode;
}

/** A line that opens; nothing of it is asked for before. */
function Part({ label, says, children }: PartProps) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  return (
    <>
      <button
        type="button"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={({ currentTarget }) => {
          setOpen(!isOpen);
          if (!isOpen) currentTarget.scrollIntoView({ block: "start" }); // Room for what comes below it.
        }}
        className={cn(lineStyle, "w-full text-left", isOpen && "border-b-0")}
      >
        <span className="shrink-0 font-medium">{label}</span>{" "}
        <span className="min-w-0 flex-1 truncate text-right text-muted">{says}</span>
        <ChevronDown
          className={cn("size-4 shrink-0 text-muted transition-transform", isOpen && "rotate-180")}
          aria-hidden
        />
      </button>
      {isOpen && (
        <div id={id} className="border-b pb-3">
          <div className="-mx-2">{children}</div>
        </div>
      )}
    </>
  );
}

function Views({ api, canShare }: { api: ViewsApi; canShare: boolean }) {
  const { views, current, isChanged } = api;
  const [asking, setAsking] = useState<Asking>();
  return (
    <>
      <Choice type="radio" name="view" isOn={!current} onChoose={() => api.choose(undefined)}>
        All contacts
      </Choice>
      {views.map((view) => (
        <Choice
          key={view.id}
          type="radio"
          name="view"
          isOn={view === current}
          onChoose={() => api.choose(view)}
          aside={
            view.shared && (
              <span className="flex items-center gap-1.5">
                <UsersRound className="size-3.5" aria-hidden /> shared by {view.mine ? "you" : view.by}
              </span>
            )
          }
        >
          {view.name}
        </Choice>
      ))}
      <div className="flex flex-wrap gap-2 px-2 pt-2">
        {current?.may_change && isChanged && (
          <Button onClick={() => void api.save(current)}>Save “{current.name}” as shown</Button>
        )}
        {current && isChanged && (
          <Button kind="quiet" onClick={() => api.reset(current)}>
            Reset
          </Button>
        )}
        <Button onClick={() => setAsking({ view: undefined })}>Save as a new view…</Button>
        {current?.may_change && (
          <>
            <Button kind="quiet" onClick={() => setAsking({ view: current })}>
              Rename or share…
            </Button>
            <Button kind="quiet" onClick={() => void api.remove(current)}>
              Delete view
            </Button>
          </>
        )}
      </div>
      <ViewDialog api={api} canShare={canShare} asking={asking} onClose={() => setAsking(undefined)} />
    </>
  );
}
