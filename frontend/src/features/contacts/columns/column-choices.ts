/** Which columns a list shows, in which order, how wide, and which stay when it is pulled sideways. Pure. */

export interface ColumnChoice {
  field: string;
  /** In pixels; null: what is left over is shared out. */
  width: number | null;
  pinned: boolean;
}

/** Who a row is about: always there, always first. */
export const NAME = "name";
export const NARROWEST = 72;
export const WIDEST = 640;

/** What is shown until somebody chooses. The most dispensable give way first where room is short. */
export const DEFAULTS: { field: string; from?: "lg" | "xl" | "2xl" }[] = [
  { field: NAME },
  { field: "sync" },
  { field: "email" },
  { field: "phone", from: "lg" },
  { field: "company", from: "xl" },
  { field: "city", from: "2xl" },
  { field: "created_at", from: "xl" },
  { field: "updated_at" },
];

export const choice = (field: string): ColumnChoice => ({ field, width: null, pinned: field === NAME });

/** Pinned ones stand first and the name before all, whatever order they came in; each field once. */
export function arrange(choices: ColumnChoice[]): ColumnChoice[] {
  const once = [...new Map(choices.map((one) => [one.field, one])).values()];
  const name = once.find(({ field }) => field === NAME) ?? choice(NAME);
  const rest = once.filter(({ field }) => field !== NAME);
  return [
    { ...name, pinned: true },
    ...rest.filter(({ pinned }) => pinned),
    ...rest.filter(({ pinned }) => !pinned),
  ];
}

export function withColumn(choices: ColumnChoice[], field: string, isShown: boolean): ColumnChoice[] {
  if (field === NAME) return choices;
  const rest = choices.filter((one) => one.field !== field);
  return arrange(isShown ? [...rest, choice(field)] : rest);
}

export function resized(choices: ColumnChoice[], field: string, width: number | null): ColumnChoice[] {
  const kept = width === null ? null : Math.round(Math.min(WIDEST, Math.max(NARROWEST, width)));
  return choices.map((one) => (one.field === field ? { ...one, width: kept } : one));
}

export function pinnedAs(choices: ColumnChoice[], field: string, pinned: boolean): ColumnChoice[] {
  return arrange(choices.map((one) => (one.field === field ? { ...one, pinned } : one)));
}

/** One column to where another stands. It joins the pinned ones, or leaves them, as its new neighbour is. */
export function movedTo(choices: ColumnChoice[], field: string, target: string): ColumnChoice[] {
  const from = choices.findIndex((one) => one.field === field);
  const to = choices.findIndex((one) => one.field === target);
  const moved = choices[from];
  const place = choices[to];
  if (!moved || !place || from === to || field === NAME) return choices;
  const rest = choices.filter((one) => one !== moved);
  rest.splice(to, 0, { ...moved, pinned: target === NAME || place.pinned });
  return arrange(rest);
}

/** One step to the left or right, among its like: pinned among pinned. */
export function movedBy(choices: ColumnChoice[], field: string, step: -1 | 1): ColumnChoice[] {
  const from = choices.findIndex((one) => one.field === field);
  const neighbour = choices[from + step];
  if (!neighbour || neighbour.field === NAME || neighbour.pinned !== choices[from]?.pinned) return choices;
  return movedTo(choices, field, neighbour.field);
}

export function canMove(choices: ColumnChoice[], field: string, step: -1 | 1): boolean {
  return field !== NAME && movedBy(choices, field, step) !== choices;
}

export const areSame = (a: ColumnChoice[], b: ColumnChoice[]): boolean =>
  a.length === b.length &&
  a.every((one, at) => {
    const other = b[at];
    return other?.field === one.field && other.width === one.width && other.pinned === one.pinned;
  });
