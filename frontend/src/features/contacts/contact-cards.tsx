import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import { Ago } from "@/components/ui/ago";
import { Skeleton } from "@/components/ui/skeleton";
import { SyncBadge } from "@/components/ui/sync-badge";
import { cn } from "@/lib/cn";
import { fullName } from "@/lib/format";
import type { ListProps } from "./contact-list";
import { ContactName } from "./contact-name";
import type { ContactRow } from "./queries";
import { has } from "./selection";
import type { SelectionApi } from "./use-selection";

const CARD_PX = 72;
const OVERSCAN = 10;
const EARLY_CARDS = 40;
const LONG_MS = 450;
const SKELETONS = 10;

interface ContactCardsProps extends ListProps {
  rows: ContactRow[];
  selection: SelectionApi;
  onHold: (part: "scrolled", isOn: boolean) => void;
}

/** The list for thumbs: a card opens; held long, or with "Select", it is chosen. */
export function ContactCards(props: ContactCardsProps) {
  const { rows, selection, isSelecting, hasMore, isLoadingMore, onMore, onLeave, onHold } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const left = useRef(props.start ?? { offset: 0, row: 0 });
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => CARD_PX,
    overscan: OVERSCAN,
    initialOffset: props.start?.offset ?? 0,
  });
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
      className="relative -mx-4 min-h-0 flex-1 overflow-auto overscroll-contain px-4"
    >
      {props.isLoading ? (
        Array.from({ length: SKELETONS }, (_, card) => card).map((card) => (
          <Skeleton key={card} className="mb-2 h-16 w-full rounded-lg" />
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
                style={{ height: CARD_PX, transform: `translateY(${start}px)` }}
              >
                <ContactCard
                  contact={contact}
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

interface ContactCardProps {
  contact: ContactRow;
  isSelecting: boolean;
  isChosen: boolean;
  onOpen: () => void;
  onToggle: () => void;
}

function ContactCard({ contact, isSelecting, isChosen, onOpen, onToggle }: ContactCardProps) {
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
      <span className="flex min-w-0 flex-1 flex-col justify-center gap-0.5">
        <span className="flex items-center justify-between gap-3 text-sm">
          <ContactName contact={contact} />
          <Ago iso={contact.updated_at} isShort className="shrink-0 text-muted text-xs" />
        </span>
        <span className="flex min-w-0 items-center gap-2 pl-8.5">
          <SyncBadge state={contact.sync.state} reason={contact.sync.reason ?? contact.email} />
        </span>
      </span>
    </button>
  );
}
