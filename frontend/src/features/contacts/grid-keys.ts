import type { KeyboardEvent } from "react";
import type { SelectionApi } from "./bulk/use-selection";
import { movedBy, NAME, resized } from "./columns/column-choices";
import type { ColumnsApi } from "./columns/use-columns";

export interface Place {
  /** -1: the headings. */
  row: number;
  /** 0: the box. */
  column: number;
}

interface Grid {
  rows: number;
  columns: ColumnsApi;
  selection: SelectionApi;
  canEdit: boolean;
  go: (place: Place) => void;
  open: (row: number) => void;
  /** Begins an edit, with what was typed where something was. */
  edit: (place: Place, typed?: string) => void;
}

const PAGE = 18;
const STEP = 16;

/** The keys of an ARIA grid, and this one's own. */
export function onGridKey(event: KeyboardEvent<HTMLElement>, place: Place, grid: Grid): void {
  if (place.row < 0 ? onHeadKey(event, place, grid) : onCellKey(event, place, grid)) event.preventDefault();
}

function onHeadKey(event: KeyboardEvent<HTMLElement>, place: Place, grid: Grid): boolean {
  const { choices, columns, change } = grid.columns;
  const column = columns[place.column - 1];
  const step = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
  if (step !== 0 && column && (event.ctrlKey || event.metaKey)) {
    if (column.field === NAME) return true;
    const next = movedBy(choices, column.field, step);
    change(next);
    if (next !== choices) grid.go({ row: -1, column: place.column + step });
    return true;
  }
  if (step !== 0 && column && event.shiftKey) {
    const wide = event.currentTarget.querySelector<HTMLElement>(
      `[data-field="${column.field}"]`,
    )?.parentElement;
    change(resized(choices, column.field, (column.width ?? wide?.offsetWidth ?? column.least) + step * STEP));
    return true;
  }
  return move(event, place, grid);
}

function onCellKey(event: KeyboardEvent<HTMLElement>, place: Place, grid: Grid): boolean {
  const { selection } = grid;
  const column = grid.columns.columns[place.column - 1];
  const isEditable = grid.canEdit && (column?.isEditable ?? false);
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
  const down = { ArrowDown: 1, ArrowUp: -1, ...(isEditable ? {} : { J: 1, K: -1 }) }[event.key];
  if (event.shiftKey && isPlain && down !== undefined) {
    const row = Math.min(grid.rows - 1, Math.max(0, place.row + down));
    selection.extend(place.row, row);
    grid.go({ ...place, row });
    return true;
  }
  if (event.key === " " && isPlain) {
    selection.toggle(place.row, event.shiftKey);
    return true;
  }
  if (event.key === "Enter") {
    if (column?.field === NAME || (!isEditable && place.column > 0)) grid.open(place.row);
    else if (place.column === 0) selection.toggle(place.row, false);
    else grid.edit(place);
    return true;
  }
  if (event.key === "F2" && isEditable) {
    grid.edit(place);
    return true;
  }
  if ((event.key === "Backspace" || event.key === "Delete") && isEditable) {
    grid.edit(place, "");
    return true;
  }
  if (event.key === "Escape" && selection.size > 0) {
    selection.clear();
    return true;
  }
  // On a value one types; on the name and whatever is not typed into, letters are shortcuts.
  if (isPlain && event.key.length === 1 && isEditable) {
    grid.edit(place, event.key);
    return true;
  }
  return move(event, place, grid);
}

function move(event: KeyboardEvent<HTMLElement>, { row, column }: Place, grid: Grid): boolean {
  if (event.altKey) return false;
  const isFar = event.ctrlKey || event.metaKey;
  const last = grid.columns.columns.length;
  const targets: Record<string, Place> = {
    ArrowLeft: { row, column: column - 1 },
    ArrowRight: { row, column: column + 1 },
    ArrowUp: { row: row - 1, column },
    ArrowDown: { row: row + 1, column },
    PageUp: { row: Math.max(0, row - PAGE), column },
    PageDown: { row: row + PAGE, column },
    Home: { row: isFar ? 0 : row, column: isFar ? 1 : 0 },
    End: { row: isFar ? grid.rows - 1 : row, column: last },
  };
  const target = targets[event.key];
  if (!target) return false;
  grid.go({
    row: Math.min(grid.rows - 1, Math.max(-1, target.row)),
    column: Math.min(last, Math.max(0, target.column)),
  });
  return true;
}
