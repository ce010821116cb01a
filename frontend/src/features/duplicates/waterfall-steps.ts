import type { Pair, Reason } from "./queries";

/** One reason, and where the sum of bits stands before and after it. */
export interface Step {
  reason: Reason;
  from: number;
  to: number;
}

/** Where everybody begins comes first; the rest stays in its order. */
const BEGINNING = "book";

/** The reasons one after the other, each from where the one before it ended; and the least and most of all places. */
export function stepsOf({ reasons }: Pick<Pair, "reasons">): { steps: Step[]; low: number; high: number } {
  const ordered = [
    ...reasons.filter(({ what }) => what === BEGINNING),
    ...reasons.filter(({ what }) => what !== BEGINNING),
  ];
  let sum = 0;
  const steps = ordered.map((reason) => {
    const from = sum;
    sum += reason.bits;
    return { reason, from, to: sum };
  });
  const places = [0, ...steps.map(({ to }) => to)];
  return { steps, low: Math.min(...places), high: Math.max(...places) };
}
