/** Rows that stand still while somebody is at them: values are always the newest, the order waits. Pure. */

interface Row {
  id: string;
}

export interface Order {
  ids: string[];
  /** How many pages these came from: rows of later pages join at the end. */
  pages: number;
}

export const orderOf = (pages: Row[][]): Order => ({
  ids: pages.flat().map(({ id }) => id),
  pages: pages.length,
});

/** The rows in the order held, with their newest values; those that left are shown as last seen. */
export function held<T extends Row>(order: Order, pages: T[][], lastSeen: Map<string, T>): T[] {
  const now = new Map(pages.flat().map((row) => [row.id, row]));
  const known = new Set(order.ids);
  const stood = order.ids.map((id) => now.get(id) ?? lastSeen.get(id)).filter((row) => row !== undefined);
  const joined = pages
    .slice(order.pages)
    .flat()
    .filter(({ id }) => !known.has(id));
  return [...stood, ...joined];
}

/** How many rows the newest order has elsewhere: new, gone, or moved past others. */
export function displaced(order: Order, pages: Row[][]): number {
  const now = pages.slice(0, order.pages).flat();
  const before = new Map(order.ids.map((id, at) => [id, at]));
  const places = now.map(({ id }) => before.get(id)).filter((at) => at !== undefined);
  const fresh = now.length - places.length;
  const moved = places.length - longestRise(places);
  const later = new Set(
    pages
      .slice(order.pages)
      .flat()
      .map(({ id }) => id),
  );
  const staying = new Set(now.map(({ id }) => id));
  const gone = order.ids.filter((id) => !staying.has(id) && !later.has(id)).length;
  // What a new row pushes off the last page has not gone; a list that only shrinks has lost some.
  return fresh + moved + Math.max(0, gone - fresh);
}

/** Length of the longest rising run picked from a list: the most rows that need not move. */
function longestRise(places: number[]): number {
  const ends: number[] = [];
  for (const place of places) {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] ?? 0) < place) low = middle + 1;
      else high = middle;
    }
    ends[low] = place;
  }
  return ends.length;
}
