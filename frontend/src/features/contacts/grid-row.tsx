import { memo } from "react";
import type { Side } from "@/components/ui/side";
import { cn } from "@/lib/cn";
import { fullName } from "@/lib/format";
import type { Column } from "./columns/columns";
import { ListCell } from "./list-cell";
import type { ContactRow } from "./queries";
import type { RowEdits } from "./use-cell-edits";

interface GridRowProps {
  contact: ContactRow;
  index: number;
  start: number;
  columns: Column[];
  /** Which of its cells the keyboard is at; 0 is the box. */
  current: number | undefined;
  isChosen: boolean;
  other: ContactRow | undefined;
  side: Side;
  edits: RowEdits | undefined;
  onToggle: (index: number, isRange: boolean) => void;
}

/** A pinned cell stands on the row's own ground, so that what passes under it is not seen through it. */
export const pin = "sticky z-1 bg-inherit";

export const GridRow = memo(function GridRow(props: GridRowProps) {
  const { contact, index, columns, current, isChosen, side, edits } = props;
  return (
    <div
      role="row"
      data-row={index}
      aria-rowindex={index + 2}
      aria-selected={isChosen}
      className={cn(
        "absolute inset-x-0 grid h-(--row) items-stretch border-b text-sm",
        isChosen ? "bg-selected" : "bg-surface hover:bg-hover",
      )}
      style={{
        transform: `translateY(${props.start}px)`,
        gridTemplateColumns: "var(--columns)",
      }}
    >
      <div
        role="gridcell"
        data-column={0}
        aria-colindex={1}
        tabIndex={current === 0 ? 0 : -1}
        className={cn(pin, "left-0 grid place-items-center focus-visible:-outline-offset-2")}
      >
        <input
          type="checkbox"
          tabIndex={-1}
          checked={isChosen}
          aria-label={`Choose ${fullName(contact)}`}
          onChange={(event) => props.onToggle(index, (event.nativeEvent as MouseEvent).shiftKey)}
          className="size-4 accent-ink"
        />
      </div>
      {columns.map((column, at) => {
        const edit = edits?.[column.field];
        const isRefused = edit !== undefined && edit.state !== "saving";
        return (
          <div
            key={column.field}
            role="gridcell"
            data-column={at + 1}
            aria-colindex={at + 2}
            aria-readonly={!column.isEditable || side === "hubspot" || undefined}
            aria-invalid={isRefused || undefined}
            tabIndex={current === at + 1 ? 0 : -1}
            className={cn(
              "flex min-w-0 items-center px-2.5 text-ink-2 focus-visible:-outline-offset-2 [&>*]:min-w-0 [&>*]:flex-1",
              column.pinned && pin,
              isRefused && "shadow-[inset_0_0_0_1.5px_var(--bad)]",
            )}
            style={column.pinned ? { left: `var(--left-${at})` } : undefined}
          >
            <ListCell contact={contact} column={column} other={props.other} side={side} edit={edit} />
          </div>
        );
      })}
    </div>
  );
});

const SKELETON_ROWS = 20;
const WIDTHS = ["w-4/5", "w-2/5", "w-11/12", "w-3/5"];

/** The place of the rows that are on their way. */
export function SkeletonRows({ columns }: { columns: number }) {
  return Array.from({ length: SKELETON_ROWS }, (_, row) => row).map((row) => (
    <div
      key={row}
      aria-hidden
      className="grid h-(--row) items-center border-b"
      style={{ gridTemplateColumns: "var(--columns)" }}
    >
      <span />
      {Array.from({ length: columns }, (_, column) => column).map((column) => (
        <span key={column} className="px-2.5">
          <span className={cn("skeleton block h-4", WIDTHS[(row + column) % WIDTHS.length])} />
        </span>
      ))}
    </div>
  ));
}
