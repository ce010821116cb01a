import { ArrowDown, ArrowUp, ChevronDown } from "lucide-react";
import { type PointerEvent, useState } from "react";
import { Menu, MenuTrigger } from "@/components/ui/menu";
import { cn } from "@/lib/cn";
import { movedTo, NAME } from "./columns/column-choices";
import { ColumnMenu } from "./columns/column-menu";
import type { Column } from "./columns/columns";
import type { ColumnsApi } from "./columns/use-columns";
import { pin } from "./grid-row";
import type { ContactSort } from "./queries";

interface GridHeadProps {
  api: ColumnsApi;
  sort: ContactSort;
  onSort: (sort: ContactSort) => void;
  loaded: boolean | "mixed";
  onToggleLoaded: () => void;
  /** Which heading the keyboard is at. */
  current: number | undefined;
}

/** Headings: click to sort, pull a border to resize, drag to reorder, and a menu for all of it by keys. */
export function GridHead({ api, sort, onSort, loaded, onToggleLoaded, current }: GridHeadProps) {
  const [dragged, setDragged] = useState<string | undefined>();
  const [over, setOver] = useState<string | undefined>();
  const drop = (target: string) => {
    if (dragged) api.change(movedTo(api.choices, dragged, target));
    setDragged(undefined);
    setOver(undefined);
  };
  return (
    <div
      role="rowgroup"
      className="sticky top-0 z-10 border-b bg-sunken"
      style={{ minWidth: api.layout.least }}
    >
      <div
        role="row"
        data-row={-1}
        aria-rowindex={1}
        className="grid h-9 bg-sunken text-muted text-xs"
        style={{ gridTemplateColumns: "var(--columns)" }}
      >
        <div role="columnheader" aria-colindex={1} className={cn(pin, "left-0 grid place-items-center")}>
          <input
            type="checkbox"
            ref={(box) => {
              if (box) box.indeterminate = loaded === "mixed";
            }}
            data-column={0}
            tabIndex={current === 0 ? 0 : -1}
            checked={loaded === true}
            onChange={onToggleLoaded}
            aria-label="Choose all rows that are loaded"
            className="size-4 accent-ink"
          />
        </div>
        {api.columns.map((column, at) => (
          <div
            key={column.field}
            role="columnheader"
            aria-colindex={at + 2}
            aria-sort={column.sorts && sortState(sort, column.sorts)}
            draggable={column.field !== NAME}
            onDragStart={(event) => {
              event.dataTransfer.effectAllowed = "move";
              setDragged(column.field);
            }}
            onDragEnd={() => drop("")}
            onDragOver={(event) => {
              if (!dragged) return;
              event.preventDefault();
              setOver(column.field);
            }}
            onDrop={() => drop(column.field)}
            className={cn(
              "group relative flex min-w-0 items-center pl-2.5 font-medium",
              column.pinned && pin,
              dragged === column.field && "opacity-40",
              dragged && over === column.field && "shadow-[inset_2px_0_0_var(--ink)]",
            )}
            style={column.pinned ? { left: `var(--left-${at})` } : undefined}
          >
            <Heading
              column={column}
              at={at}
              api={api}
              sort={sort}
              onSort={onSort}
              isCurrent={current === at + 1}
            />
            <Border field={column.field} api={api} />
          </div>
        ))}
      </div>
    </div>
  );
}

interface HeadingProps extends Pick<GridHeadProps, "api" | "sort" | "onSort"> {
  column: Column;
  at: number;
  isCurrent: boolean;
}

function Heading({ column, at, api, sort, onSort, isCurrent }: HeadingProps) {
  const [open, setOpen] = useState(false);
  const { label, sorts, isNumber } = column;
  return (
    <Menu open={open} onOpenChange={setOpen}>
      <button
        type="button"
        data-column={at + 1}
        data-field={column.field}
        tabIndex={isCurrent ? 0 : -1}
        aria-keyshortcuts="Alt+ArrowDown Control+ArrowLeft Control+ArrowRight Shift+ArrowLeft Shift+ArrowRight"
        onClick={() => (sorts ? onSort(sort === sorts[0] ? sorts[1] : sorts[0]) : setOpen(true))}
        onKeyDown={(event) => {
          if (!event.altKey || event.key !== "ArrowDown") return;
          event.preventDefault();
          event.stopPropagation();
          setOpen(true);
        }}
        className={cn(
          "flex h-full min-w-0 flex-1 items-center gap-1 rounded-sm hover:text-ink focus-visible:-outline-offset-2",
          isNumber && "justify-end",
        )}
      >
        <span className="truncate">{label}</span>
        {sorts?.includes(sort) &&
          (sort.startsWith("-") ? (
            <ArrowDown className="size-3 shrink-0" aria-hidden />
          ) : (
            <ArrowUp className="size-3 shrink-0" aria-hidden />
          ))}
      </button>
      <MenuTrigger
        tabIndex={-1}
        aria-label={`Column ${label}`}
        className="mr-1 grid size-6 shrink-0 place-items-center rounded-sm opacity-0 hover:bg-hover focus-visible:opacity-100 group-hover:opacity-100 data-[state=open]:opacity-100"
      >
        <ChevronDown className="size-3.5" aria-hidden />
      </MenuTrigger>
      {open && <ColumnMenu column={column} api={api} onSort={onSort} />}
    </Menu>
  );
}

/** The border to pull. By keys: shift and arrows at the heading. */
function Border({ field, api }: { field: string; api: ColumnsApi }) {
  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    event.preventDefault();
    const handle = event.currentTarget;
    const heading = handle.parentElement;
    const from = { x: event.clientX, width: heading?.offsetWidth ?? 0 };
    handle.setPointerCapture(event.pointerId);
    handle.onpointermove = ({ clientX }) => api.pull(field, from.width + clientX - from.x);
  };
  return (
    <span
      aria-hidden
      data-border={field}
      draggable={false}
      onPointerDown={onPointerDown}
      onPointerUp={({ currentTarget }) => {
        currentTarget.onpointermove = null;
        api.letGo();
      }}
      className="absolute inset-y-0 -right-1 z-2 w-2 cursor-col-resize touch-none after:absolute after:inset-y-2 after:left-1/2 after:w-px after:bg-line-strong hover:after:inset-y-0 hover:after:w-0.5 hover:after:bg-ink"
    />
  );
}

function sortState(sort: ContactSort, sorts: [ContactSort, ContactSort]) {
  if (!sorts.includes(sort)) return "none" as const;
  return sort.startsWith("-") ? ("descending" as const) : ("ascending" as const);
}
