import { useCallback, useSyncExternalStore } from "react";
import type { ColumnChoice } from "./column-choices";

/** Columns somebody chose and did not save with a view: kept on this device, by organisation and view. */

const listeners = new Set<() => void>();
const read = new Map<string, { raw: string | null; choices: ColumnChoice[] | undefined }>();

const keyOf = (tenant: string, view: string | undefined) => `loanark.columns.${tenant}.${view ?? "all"}`;

function isChoice(value: unknown): value is ColumnChoice {
  const { field, width, pinned } = (value ?? {}) as Partial<ColumnChoice>;
  return (
    typeof field === "string" && typeof pinned === "boolean" && (width === null || typeof width === "number")
  );
}

function parse(raw: string | null): ColumnChoice[] | undefined {
  try {
    const value: unknown = JSON.parse(raw ?? "null");
    return Array.isArray(value) && value.every(isChoice) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The same array for the same text, so that nothing is drawn again without need. */
export function keptColumns(tenant: string, view: string | undefined): ColumnChoice[] | undefined {
  const key = keyOf(tenant, view);
  const raw = localStorage.getItem(key);
  const known = read.get(key);
  if (known?.raw === raw) return known.choices;
  const choices = parse(raw);
  read.set(key, { raw, choices });
  return choices;
}

export function keepColumns(tenant: string, view: string | undefined, choices: ColumnChoice[] | undefined) {
  if (choices) localStorage.setItem(keyOf(tenant, view), JSON.stringify(choices));
  else localStorage.removeItem(keyOf(tenant, view));
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useKeptColumns(tenant: string, view: string | undefined) {
  const kept = useSyncExternalStore(subscribe, () => keptColumns(tenant, view));
  const keep = useCallback(
    (choices: ColumnChoice[] | undefined) => keepColumns(tenant, view, choices),
    [tenant, view],
  );
  return { kept, keep };
}
