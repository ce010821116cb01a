import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { Ago } from "@/components/ui/ago";
import { Skeleton } from "@/components/ui/skeleton";
import { SyncBadge } from "@/components/ui/sync-badge";
import { cn } from "@/lib/cn";
import { useHotkeys } from "@/lib/use-hotkeys";
import { useMedia } from "@/lib/use-media";
import type { Column } from "./columns";
import { ContactName } from "./contact-name";
import type { ContactRow, ContactSort } from "./queries";
import { useColumns } from "./use-columns";

const ROW_PX = 38;
const CARD_PX = 72;
const OVERSCAN = 12;
/** The next page is asked for this many rows before the end is seen. */
const EARLY_ROWS = 40;
const SKELETON_ROWS = 18;
const SKELETON_WIDTHS = ["w-4/5", "w-2/5", "w-11/12", "w-3/5"];

interface ContactTableProps {
  contacts: ContactRow[];
  total: number | undefined;
  sort: ContactSort;
  onSort: (sort: ContactSort) => void;
  onOpen: (contact: ContactRow) => void;
  hasMore: boolean;
  isLoadingMore: boolean;
  onMore: () => void;
  isLoading: boolean;
  /** Where to begin: the row somebody came back from. */
  start?: { offset: number; row: number } | undefined;
  onLeave: (place: { offset: number; row: number }) => void;
}

/** Any number of contacts: a window of rows over keyset pages. Rows on a desk, cards on a phone. */
export function ContactTable(props: ContactTableProps) {
  const { contacts, total, hasMore, isLoadingMore, onMore, onOpen } = props;
  const isPhone = !useMedia("(min-width: 48rem)");
  const { columns, template } = useColumns();
  const scroller = useRef<HTMLDivElement>(null);
  const [current, setCurrent] = useState(props.start?.row ?? 0);
  const place = useRef(props.start ?? { offset: 0, row: 0 });
  const { onLeave } = props;

  const virtualizer = useVirtualizer({
    count: contacts.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => (isPhone ? CARD_PX : ROW_PX),
    overscan: OVERSCAN,
    initialOffset: props.start?.offset ?? 0,
  });
  const items = virtualizer.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;

  useEffect(() => {
    if (hasMore && !isLoadingMore && lastShown >= contacts.length - EARLY_ROWS) onMore();
  }, [lastShown, contacts.length, hasMore, isLoadingMore, onMore]);

  // The row that was opened has the focus again, and the list stands where it stood.
  useEffect(() => {
    if (place.current.offset > 0 || place.current.row > 0) {
      if (scroller.current) scroller.current.scrollTop = place.current.offset;
      const row = place.current.row;
      requestAnimationFrame(() => {
        if (document.activeElement !== document.body) return; // Somebody is typing a search.
        scroller.current?.querySelector<HTMLElement>(`[data-row="${row}"]`)?.focus({ preventScroll: true });
      });
    }
    return () => onLeave(place.current);
  }, [onLeave]);

  const moveTo = (index: number) => {
    const next = Math.min(contacts.length - 1, Math.max(0, index));
    setCurrent(next);
    virtualizer.scrollToIndex(next);
    requestAnimationFrame(() =>
      scroller.current?.querySelector<HTMLElement>(`[data-row="${next}"]`)?.focus(),
    );
  };
  useHotkeys({ j: () => moveTo(current + 1), k: () => moveTo(current - 1) });

  const onRowKey = (event: KeyboardEvent, index: number, contact: ContactRow) => {
    const target = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: contacts.length - 1 }[event.key];
    if (target !== undefined) moveTo(target);
    else if (event.key === "Enter") onOpen(contact);
    else return;
    event.preventDefault();
  };

  return (
    <div
      ref={scroller}
      onScroll={({ currentTarget }) => {
        place.current = { ...place.current, offset: currentTarget.scrollTop };
      }}
      role="grid"
      aria-label="Contacts"
      aria-rowcount={total ?? -1}
      aria-busy={props.isLoading}
      className="relative min-h-0 flex-1 overflow-auto overscroll-contain md:rounded-lg md:border md:bg-surface md:shadow-low"
    >
      {!isPhone && <HeadRow columns={columns} template={template} sort={props.sort} onSort={props.onSort} />}
      {props.isLoading ? (
        <SkeletonRows isPhone={isPhone} template={template} columns={columns.length} />
      ) : (
        <div role="rowgroup" className="relative" style={{ height: virtualizer.getTotalSize() }}>
          {items.map(({ index, start }) => {
            const contact = contacts[index];
            if (!contact) return null;
            return (
              <div
                key={contact.id}
                role="row"
                data-row={index}
                aria-rowindex={index + 2}
                tabIndex={index === current ? 0 : -1}
                onFocus={() => {
                  setCurrent(index);
                  place.current = { ...place.current, row: index };
                }}
                onKeyDown={(event) => onRowKey(event, index, contact)}
                onClick={() => onOpen(contact)}
                className={cn(
                  "absolute inset-x-0 cursor-pointer hover:bg-hover focus-visible:bg-selected focus-visible:-outline-offset-2",
                  isPhone ? "pb-2" : "grid items-center gap-3 border-b px-4 text-sm",
                )}
                style={{
                  height: isPhone ? CARD_PX : ROW_PX,
                  transform: `translateY(${start}px)`,
                  gridTemplateColumns: template,
                }}
              >
                {isPhone ? <PhoneCard contact={contact} /> : <Cells contact={contact} columns={columns} />}
              </div>
            );
          })}
        </div>
      )}
      {isLoadingMore && <p className="sticky left-0 p-3 text-center text-muted text-xs">Loading more…</p>}
    </div>
  );
}

function HeadRow({
  columns,
  template,
  sort,
  onSort,
}: { columns: Column[]; template: string } & Pick<ContactTableProps, "sort" | "onSort">) {
  return (
    <div role="rowgroup" className="sticky top-0 z-10 border-b bg-surface md:rounded-t-lg">
      <div
        role="row"
        className="grid h-9 items-center gap-3 px-4 text-muted text-xs"
        style={{ gridTemplateColumns: template }}
      >
        {columns.map(({ key, label, sorts }) => (
          <div
            key={key}
            role="columnheader"
            aria-sort={sorts ? sortState(sort, sorts) : undefined}
            className="truncate font-medium"
          >
            {sorts ? (
              <button
                type="button"
                onClick={() => onSort(sort === sorts[0] ? sorts[1] : sorts[0])}
                className="-mx-1 inline-flex items-center gap-1 rounded-sm px-1 py-0.5 hover:text-ink"
              >
                {label}
                {sorts.includes(sort) &&
                  (sort.startsWith("-") ? (
                    <ArrowDown className="size-3" aria-hidden />
                  ) : (
                    <ArrowUp className="size-3" aria-hidden />
                  ))}
              </button>
            ) : (
              label
            )}
          </div>
        ))}
      </div>
    </div>
  );
}

function sortState(sort: ContactSort, sorts: [ContactSort, ContactSort]) {
  if (!sorts.includes(sort)) return "none" as const;
  return sort.startsWith("-") ? ("descending" as const) : ("ascending" as const);
}

function Cells({ contact, columns }: { contact: ContactRow; columns: Column[] }) {
  return columns.map(({ key, cell }) => (
    <div key={key} role="gridcell" className="min-w-0 truncate text-ink-2 tabular-nums">
      {cell(contact)}
    </div>
  ));
}

function PhoneCard({ contact }: { contact: ContactRow }) {
  return (
    <div
      role="gridcell"
      className="flex h-full flex-col justify-center gap-0.5 rounded-lg border bg-surface px-3 shadow-low"
    >
      <div className="flex items-center justify-between gap-3 text-sm">
        <ContactName contact={contact} />
        <Ago iso={contact.updated_at} isShort className="shrink-0 text-muted text-xs" />
      </div>
      <div className="flex min-w-0 items-center gap-2 pl-8.5">
        <SyncBadge state={contact.sync.state} reason={contact.sync.reason ?? contact.email} />
      </div>
    </div>
  );
}

function SkeletonRows({
  isPhone,
  template,
  columns,
}: {
  isPhone: boolean;
  template: string;
  columns: number;
}) {
  return Array.from({ length: SKELETON_ROWS }, (_, row) => row).map((row) =>
    isPhone ? (
      <Skeleton key={row} className="mb-2 h-16 w-full rounded-lg" />
    ) : (
      <div
        key={row}
        aria-hidden
        className="grid h-9.5 items-center gap-3 border-b px-4"
        style={{ gridTemplateColumns: template }}
      >
        {Array.from({ length: columns }, (_, column) => column).map((column) => (
          <Skeleton
            key={column}
            className={SKELETON_WIDTHS[(row + column) % SKELETON_WIDTHS.length] ?? "w-3/5"}
          />
        ))}
      </div>
    ),
  );
}
