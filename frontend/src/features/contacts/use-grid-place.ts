import { type RefObject, useEffect, useRef, useState } from "react";
import type { Place } from "./grid-keys";

/** Where the list was left: how far it was scrolled, and at which row. */
export interface Left {
  offset: number;
  row: number;
}

interface GridPlaceProps {
  scroller: RefObject<HTMLElement | null>;
  scrollToRow: (row: number) => void;
  start: Left | undefined;
  onLeave: (left: Left) => void;
}

/** The cell that an element of the grid is, or is in. */
export function placeOf(target: EventTarget): Place | undefined {
  if (!(target instanceof Element)) return undefined;
  const row = target.closest<HTMLElement>("[data-row]")?.dataset.row;
  const column = target.closest<HTMLElement>("[data-column]")?.dataset.column;
  return row === undefined || column === undefined ? undefined : { row: Number(row), column: Number(column) };
}

/** Which cell of the grid the keyboard is at. Whoever comes back from a contact is where they were. */
export function useGridPlace({ scroller, scrollToRow, start, onLeave }: GridPlaceProps) {
  const [current, setCurrent] = useState<Place>({ row: start?.row ?? 0, column: 1 });
  const left = useRef(start ?? { offset: 0, row: 0 });

  const cellAt = ({ row, column }: Place) =>
    scroller.current?.querySelector<HTMLElement>(`[data-row="${row}"] [data-column="${column}"]`) ??
    undefined;

  // The row that was opened has the focus again, and the list stands where it stood.
  useEffect(() => {
    const { offset, row } = left.current;
    if (offset > 0 || row > 0) {
      if (scroller.current) scroller.current.scrollTop = offset;
      requestAnimationFrame(() => {
        if (document.activeElement !== document.body) return; // Somebody is typing a search.
        scroller.current
          ?.querySelector<HTMLElement>(`[data-row="${row}"] [data-column="1"]`)
          ?.focus({ preventScroll: true });
      });
    }
    return () => onLeave(left.current);
  }, [scroller, onLeave]);

  return {
    current,
    cellAt,
    go: (place: Place) => {
      setCurrent(place);
      if (place.row >= 0) scrollToRow(place.row);
      requestAnimationFrame(() => {
        // A refusal that was quicker has the focus, and would take its loss for its end.
        if (!document.activeElement?.closest("[role=dialog]")) cellAt(place)?.focus();
      });
    },
    onScrolled: (offset: number) => {
      left.current = { ...left.current, offset };
    },
    onFocused: (place: Place) => {
      setCurrent(place);
      if (place.row >= 0) left.current = { ...left.current, row: place.row };
    },
  };
}
