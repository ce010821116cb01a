import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import type { Side } from "@/components/ui/side";
import { Skeleton } from "@/components/ui/skeleton";
import { cn } from "@/lib/cn";
import { fullName } from "@/lib/format";
import { has } from "./bulk/selection";
import type { SelectionApi } from "./bulk/use-selection";
import type { Column } from "./columns/columns";
import type { ListProps } from "./contact-list";
import { ContactName } from "./contact-name";
import { ListCell } from "./list-cell";
import type { ContactRow, ContactSort } from "./queries";

/** A card with its name alone, the line of its state, and a line a field; the gap to the next is in it. */
const CARD_PX = 48;
const STATE_PX = 24;
const FIELD_PX = 22;
/** So many fields have room on a card. */
export const MOST_ON_CARD = 4;
const OVERSCAN = 10;
const EARLY_CARDS = 40;
/** Values that say by themselves what they are. */
const SPEAKS: ReadonlySet<string> = new Set(["email", "phone"]);
const LONG_MS = 450;
const SKELETONS = 10;

interface ContactCardsProps extends ListProps {
  rows: ContactRow[];
  selection: SelectionApi;
  onHold: (part: "scrolled", isOn: boolean) => void;
}

/** Those of the list's fields that a card shows, below name and state. */
export const onCard = (columns: Column[]): Column[] =>
  columns.filter(({ def }) => def !== null).slice(0, MOST_ON_CARD);

/** The list for thumbs: a card opens; held long, or with "Select", it is chosen. */
export function ContactCards(props: ContactCardsProps) {
  const { rows, selection, isSelecting, hasMore, isLoadingMore, onMore, onLeave, onHold } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const { columns } = props.columns;
  const shown = {
    fields: onCard(columns),
    state: columnOf(columns, "sync"),
    time: timeOf(columns, props.sort),
  };
  const height = CARD_PX + (shown.state ? STATE_PX : 0) + shown.fields.length * FIELD_PX;
  const left = useRef(props.start ?? { offset: 0, row: 0 });
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: OVERSCAN,
    initialOffset: props.start?.offset ?? 0,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: it measures anew when the height is another.
  useEffect(() => virtualizer.measure(), [virtualizer, height]);
  const items = virtualizer.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && !isLoadingMore && lastShown >= rows.length - EARLY_CARDS) onMore();
  }, [lastShown, rows.length, hasMore, isLoadingMore, onMore]);
  useEffect(() => {
    if (scroller.current && left.current.offset > 0) scroller.current.scrollTop = left.current.offset;
    return () => onLeave(left.current);
  }, [onLeave]);

  return (
    <div
      ref={scroller}
      aria-busy={props.isLoading}
      onScroll={({ currentTarget: { scrollTop } }) => {
        left.current = { ...left.current, offset: scrollTop };
        onHold("scrolled", scrollTop > 0);
      }}
      className={cn(
        "relative -mx-4 min-h-0 flex-1 overflow-auto overscroll-contain px-4",
        selection.size > 0 && "pb-32", // The bar of those that are chosen lies over the list.
      )}
    >
      {props.isLoading ? (
        Array.from({ length: SKELETONS }, (_, card) => card).map((card) => (
          <div key={card} className="pb-2" style={{ height }}>
            <Skeleton className="h-full w-full rounded-lg" />
          </div>
        ))
      ) : (
        <ul aria-label="Contacts" className="relative" style={{ height: virtualizer.getTotalSize() }}>
          {items.map(({ index, start }) => {
            const contact = rows[index];
            if (!contact) return null;
            return (
              <li
                key={contact.id}
                className="absolute inset-x-0 pb-2"
                style={{ height, transform: `translateY(${start}px)` }}
              >
                <ContactCard
                  contact={contact}
                  shown={shown}
                  other={props.others?.get(contact.id)}
                  side={props.side}
                  isSelecting={isSelecting}
                  isChosen={has(selection.selection, contact.id)}
                  onOpen={() => {
                    left.current = { ...left.current, row: index };
                    props.onOpen(contact);
                  }}
                  onToggle={() => {
                    props.onSelecting(true);
                    selection.toggle(index, false);
                  }}
                />
              </li>
            );
          })}
        </ul>
      )}
      {isLoadingMore && <p className="p-3 text-center text-muted text-xs">Loading more…</p>}
    </div>
  );
}

/** What a card shows beside the name. */
interface OnCard {
  fields: Column[];
  state: Column | undefined;
  time: Column | undefined;
}

const columnOf = (columns: Column[], field: string) => columns.find((one) => one.field === field);

/** There is room for one time: that of the order, else the last change. */
function timeOf(columns: Column[], sort: ContactSort): Column | undefined {
  const created = columnOf(columns, "created_at");
  const updated = columnOf(columns, "updated_at");
  return sort.endsWith("created_at") ? (created ?? updated) : (updated ?? created);
}

interface ContactCardProps {
  contact: ContactRow;
  shown: OnCard;
  other: ContactRow | undefined;
  side: Side;
  isSelecting: boolean;
  isChosen: boolean;
  onOpen: () => void;
  onToggle: () => void;
}

function ContactCard({
  contact,
  shown,
  other,
  side,
  isSelecting,
  isChosen,
  onOpen,
  onToggle,
}: ContactCardProps) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const wasLong = useRef(false);
  const stop = () => clearTimeout(timer.current);
  return (
    <button
      type="button"
      aria-pressed={isSelecting ? isChosen : undefined}
      aria-label={isSelecting ? `Choose ${fullName(contact)}` : undefined}
      onPointerDown={() => {
        wasLong.current = false;
        timer.current = setTimeout(() => {
          wasLong.current = true;
          onToggle();
        }, LONG_MS);
      }}
      onPointerUp={stop}
      onPointerLeave={stop}
      onPointerCancel={stop}
      onContextMenu={(event) => event.preventDefault()}
      onClick={() => {
        if (wasLong.current) return;
        if (isSelecting) onToggle();
        else onOpen();
      }}
      className={cn(
        "flex h-full w-full select-none items-center gap-3 rounded-lg border px-3 text-left shadow-low",
        isChosen ? "border-ink bg-selected" : "bg-surface",
      )}
    >
      {isSelecting && (
        <input
          type="checkbox"
          tabIndex={-1}
          aria-hidden
          readOnly
          checked={isChosen}
          className="size-4.5 accent-ink"
        />
      )}
      <span className="grid min-w-0 flex-1 content-center text-ink-2 text-sm">
        <span className="flex h-6 items-center justify-between gap-3">
          <ContactName contact={contact} side={side} />
          {shown.time && (
            <span className="shrink-0 text-muted text-xs">
              <ListCell contact={contact} column={shown.time} side={side} />
            </span>
          )}
        </span>
        {shown.state && (
          <span className="flex h-6 min-w-0 items-center pl-8.5">
            <ListCell contact={contact} column={shown.state} side={side} />
          </span>
        )}
        {shown.fields.map((column) => (
          <span key={column.field} className="flex h-5.5 min-w-0 items-center gap-2 pl-8.5">
            <span className={SPEAKS.has(column.def?.kind ?? "") ? "sr-only" : "shrink-0 text-muted text-xs"}>
              {column.label}
            </span>{" "}
            <ListCell contact={contact} column={column} other={other} side={side} />
          </span>
        ))}
      </span>
    </button>
  );
}
