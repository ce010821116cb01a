import { useCallback, useMemo, useRef, useState } from "react";
import type { ContactRow } from "../queries";
import { EVERYTHING, has, NOTHING, put, type Selection, sizeOf } from "./selection";

export interface SelectionApi {
  selection: Selection;
  size: number;
  toggle: (index: number, isRange: boolean) => void;
  /** From a row to its neighbour, both chosen. */
  extend: (from: number, to: number) => void;
  toggleLoaded: () => void;
  chooseAll: () => void;
  clear: () => void;
  /** Of the rows that are loaded: all, some or none. */
  loaded: boolean | "mixed";
}

const between = (rows: ContactRow[], from: number, to: number) =>
  rows.slice(Math.min(from, to), Math.max(from, to) + 1).map(({ id }) => id);

export function useSelection(rows: ContactRow[], total: number): SelectionApi {
  const [selection, setSelection] = useState<Selection>(NOTHING);
  const latest = useRef({ rows, selection });
  latest.current = { rows, selection };
  const anchor = useRef(0);

  const toggle = useCallback((index: number, isRange: boolean) => {
    const row = latest.current.rows[index];
    if (!row) return;
    const isChosen = !has(latest.current.selection, row.id);
    const ids = isRange ? between(latest.current.rows, anchor.current, index) : [row.id];
    setSelection((before) => put(before, ids, isRange || isChosen));
    anchor.current = index;
  }, []);
  const extend = useCallback((from: number, to: number) => {
    anchor.current = from;
    const ids = between(latest.current.rows, from, to);
    setSelection((before) => put(before, ids, true));
  }, []);

  const loaded = useMemo(() => {
    const chosen = rows.reduce((sum, { id }) => sum + (has(selection, id) ? 1 : 0), 0);
    return chosen === 0 ? false : chosen === rows.length ? true : ("mixed" as const);
  }, [rows, selection]);

  return {
    selection,
    size: sizeOf(selection, total),
    toggle,
    extend,
    toggleLoaded: () =>
      setSelection(
        loaded === true
          ? NOTHING
          : put(
              NOTHING,
              rows.map(({ id }) => id),
              true,
            ),
      ),
    chooseAll: () => setSelection(EVERYTHING),
    clear: useCallback(() => setSelection(NOTHING), []),
    loaded,
  };
}
