import { useVirtualizer } from "@tanstack/react-virtual";
import { type CSSProperties, type MouseEvent, useEffect, useRef, useState } from "react";
import { cn } from "@/lib/cn";
import { useRowHeight } from "@/lib/density";
import { toastDone } from "@/lib/toast";
import { useHotkeys } from "@/lib/use-hotkeys";
import { has } from "./bulk/selection";
import type { SelectionApi } from "./bulk/use-selection";
import { CellEditor, CellNote, type Leaving } from "./cell-layer";
import type { ListProps } from "./contact-list";
import { GridHead } from "./grid-head";
import { onGridKey, type Place } from "./grid-keys";
import { GridRow, SkeletonRows } from "./grid-row";
import type { ContactRow } from "./queries";
import type { CellEditsApi } from "./use-cell-edits";
import { placeOf, useGridPlace } from "./use-grid-place";

const OVERSCAN = 12;
const HEAD_PX = 36;
/** Room below the last row for the bar of those that are chosen, which lies over the list. */
const BAR_PX = 64;
/** The next page is asked for this many rows before the end is seen. */
const EARLY_ROWS = 60;

interface Editing {
  row: ContactRow;
  place: Place;
  typed: string | undefined;
  cell: HTMLElement;
}

interface ContactGridProps extends ListProps {
  rows: ContactRow[];
  selection: SelectionApi;
  edits: CellEditsApi;
  /** Somebody is at it: its rows stand still. */
  onHold: (part: "scrolled" | "pointed" | "focused" | "editing", isOn: boolean) => void;
}

/** Any number of contacts as a grid: a window of rows over keyset pages, walked cell by cell. */
export function ContactGrid(props: ContactGridProps) {
  const { rows, columns, selection, edits, side, hasMore, isLoadingMore, onMore, onLeave, onHold } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [editing, setEditing] = useState<Editing | undefined>();
  const canEdit = props.canEdit && side === "loanark" && !props.isDeleted;

  const rowPx = useRowHeight();
  const footPx = selection.size > 0 ? BAR_PX : 0;
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: OVERSCAN,
    initialOffset: props.start?.offset ?? 0,
    scrollPaddingStart: HEAD_PX,
    scrollPaddingEnd: footPx,
  });
  const items = virtualizer.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;

  useEffect(() => {
    if (hasMore && !isLoadingMore && lastShown >= rows.length - EARLY_ROWS) onMore();
  }, [lastShown, rows.length, hasMore, isLoadingMore, onMore]);
  const drawnPx = useRef(rowPx);
  useEffect(() => {
    if (drawnPx.current === rowPx) return;
    virtualizer.measure();
    // The same rows are in view as before.
    if (scroller.current) scroller.current.scrollTop *= rowPx / drawnPx.current;
    drawnPx.current = rowPx;
  }, [virtualizer, rowPx]);
  useEffect(() => onHold("editing", editing !== undefined), [editing, onHold]);

  const { current, cellAt, go, onScrolled, onFocused } = useGridPlace({
    scroller,
    scrollToRow: (row) => virtualizer.scrollToIndex(row),
    start: props.start,
    onLeave,
  });
  const goRow = (row: number) =>
    go({ row: Math.min(rows.length - 1, Math.max(0, row)), column: current.column });
  const open = (row: number) => rows[row] && props.onOpen(rows[row]);

  const edit = (place: Place, typed?: string) => {
    const row = rows[place.row];
    const cell = cellAt(place);
    if (!row || !cell || !columns.columns[place.column - 1]?.isEditable) return;
    if (canEdit) setEditing({ row, place, typed, cell });
    else if (props.canEdit && side === "hubspot")
      toastDone("These are HubSpot's values", { detail: "Switch to LoanArk to edit." });
  };
  const leave = ({ row, column }: Place, leaving: Leaving) => {
    setEditing(undefined);
    if (leaving === "stay") return go({ row, column });
    const step = leaving === "next" ? 1 : -1;
    let next = column + step;
    while (columns.columns[next - 1] && !columns.columns[next - 1]?.isEditable) next += step;
    if (!columns.columns[next - 1]) return go({ row, column });
    go({ row, column: next });
    requestAnimationFrame(() => edit({ row, column: next }));
  };

  useHotkeys({
    j: () => goRow(current.row + 1),
    k: () => goRow(current.row - 1),
    o: () => open(current.row),
    x: () => selection.toggle(current.row, false),
  });

  const onClick = (event: MouseEvent) => {
    const place = placeOf(event.target);
    if (!place || place.row < 0 || !event.shiftKey || place.column === 0) return;
    event.preventDefault();
    selection.toggle(place.row, true);
  };

  const { told } = edits;
  const toldColumn = told && columns.columns.findIndex(({ field }) => field === told.field);
  const toldRow = told && rows.findIndex(({ id }) => id === told.row.id);
  const toldPlace =
    toldColumn !== undefined && toldRow !== undefined ? { row: toldRow, column: toldColumn + 1 } : undefined;
  const toldCell = toldPlace && cellAt(toldPlace);
  const lefts = Object.fromEntries(
    columns.layout.lefts.map((left, at) => [`--left-${at}`, `${left ?? 0}px`]),
  );

  return (
    <div
      ref={scroller}
      role="grid"
      aria-label="Contacts"
      aria-multiselectable
      aria-rowcount={props.total === undefined ? -1 : props.total + 1}
      aria-colcount={columns.columns.length + 1}
      aria-busy={props.isLoading}
      onScroll={({ currentTarget: { scrollTop } }) => {
        onScrolled(scrollTop);
        onHold("scrolled", scrollTop > 0);
      }}
      onPointerEnter={() => onHold("pointed", true)}
      onPointerLeave={() => onHold("pointed", false)}
      onFocus={({ target }) => {
        const place = placeOf(target);
        if (!place) return;
        onHold("focused", true);
        onFocused(place);
      }}
      onBlur={({ relatedTarget }) =>
        onHold("focused", scroller.current?.contains(relatedTarget as Node | null) ?? false)
      }
      onKeyDown={(event) => {
        const place = placeOf(event.target);
        if (!place || event.defaultPrevented) return;
        onGridKey(event, place, {
          rows: rows.length,
          columns,
          selection,
          canEdit: props.canEdit,
          go,
          open,
          edit,
        });
      }}
      onClickCapture={onClick}
      onDoubleClick={({ target }) => {
        const place = placeOf(target);
        if (place && place.row >= 0) edit(place);
      }}
      className="relative min-h-0 flex-1 overflow-auto overscroll-contain rounded-lg border bg-surface shadow-low"
      style={
        {
          "--columns": columns.layout.template,
          ...lefts,
          scrollPaddingLeft: columns.layout.pinned,
          scrollPaddingTop: HEAD_PX,
          scrollPaddingBottom: footPx,
          paddingBottom: footPx,
        } as CSSProperties
      }
    >
      <GridHead
        api={columns}
        sort={props.sort}
        onSort={props.onSort}
        loaded={selection.loaded}
        onToggleLoaded={selection.toggleLoaded}
        current={props.isLoading || current.row < 0 ? current.column : undefined}
      />
      {props.isLoading ? (
        <SkeletonRows columns={columns.columns.length} />
      ) : (
        <div
          role="rowgroup"
          className={cn("relative transition-opacity", props.isStandIn && "opacity-60")}
          style={{ height: virtualizer.getTotalSize(), minWidth: columns.layout.least }}
        >
          {items.map(({ index, start }) => {
            const contact = rows[index];
            if (!contact) return null;
            return (
              <GridRow
                key={contact.id}
                contact={contact}
                index={index}
                start={start}
                columns={columns.columns}
                current={index === current.row ? current.column : undefined}
                isChosen={has(selection.selection, contact.id)}
                other={props.others?.get(contact.id)}
                side={side}
                edits={edits.ofRow(contact)}
                onToggle={selection.toggle}
              />
            );
          })}
        </div>
      )}
      {isLoadingMore && <p className="sticky left-0 p-2 text-center text-muted text-xs">Loading more…</p>}
      {editing && (
        <CellEditor
          key={`${editing.row.id} ${editing.place.column}`}
          cell={editing.cell}
          column={columns.columns[editing.place.column - 1] as never}
          value={edits.shownIn(editing.row, columns.columns[editing.place.column - 1]?.field ?? "")}
          typed={editing.typed}
          onSave={(value, leaving) => {
            edits.save(editing.row, columns.columns[editing.place.column - 1]?.field ?? "", value);
            leave(editing.place, leaving);
          }}
          onCancel={() => leave(editing.place, "stay")}
        />
      )}
      {told && toldCell && toldPlace && !editing && (
        <CellNote
          cell={toldCell}
          column={columns.columns[toldPlace.column - 1] as never}
          edit={told}
          onAgain={() => {
            edits.drop(told);
            edit(toldPlace, told.value ?? "");
          }}
          onDrop={() => {
            edits.drop(told);
            go(toldPlace);
          }}
          onMine={() => {
            edits.saveMine(told);
            go(toldPlace);
          }}
        />
      )}
    </div>
  );
}
