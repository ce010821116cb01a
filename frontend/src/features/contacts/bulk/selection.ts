/** Which contacts are chosen: some by name, or all that match but a few. Pure. */

export type Selection = { all: false; ids: ReadonlySet<string> } | { all: true; except: ReadonlySet<string> };

export const NOTHING: Selection = { all: false, ids: new Set() };
export const EVERYTHING: Selection = { all: true, except: new Set() };
/** As many as one request may name. */
export const MOST_NAMED = 10_000;

export const has = (selection: Selection, id: string): boolean =>
  selection.all ? !selection.except.has(id) : selection.ids.has(id);

export function put(selection: Selection, ids: string[], isChosen: boolean): Selection {
  const next = new Set(selection.all ? selection.except : selection.ids);
  for (const id of ids) {
    if (isChosen === selection.all) next.delete(id);
    else next.add(id);
  }
  return selection.all ? { all: true, except: next } : { all: false, ids: next };
}

export const sizeOf = (selection: Selection, total: number): number =>
  selection.all ? Math.max(0, total - selection.except.size) : selection.ids.size;
