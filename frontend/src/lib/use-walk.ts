import { useEffect, useRef } from "react";

interface Walk<Id> {
  ids: (Id | undefined)[];
  /** The one in view. */
  shown: Id | undefined;
  /** What the address says. */
  at: string | undefined;
}

/**
 * A list walked by keys, one in view at a time. The view follows the address, and that is slower than fingers: a step
 * begins where the one before leads to, and a decision is only about what is in view.
 */
export function useWalk<Id>({ ids, shown, at }: Walk<Id>) {
  const heading = useRef(shown);
  // biome-ignore lint/correctness/useExhaustiveDependencies: an address that was reached ends the way, wherever it led
  useEffect(() => {
    heading.current = shown;
  }, [shown, at]);
  return {
    headFor: (id: Id | undefined) => {
      heading.current = id;
    },
    /** The place `step` further on; it may be beyond the list. */
    placeAfter: (step: 1 | -1): number => {
      const from = ids.indexOf(heading.current);
      return (from >= 0 ? from : ids.indexOf(shown)) + step;
    },
    /** Whether what is in view is where one wants to be, and not on its way out. */
    hasArrived: (): boolean => [undefined, shown].includes(heading.current) || at === String(heading.current),
  };
}
