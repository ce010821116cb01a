/** Where the device remembers that a person took the tour, or did not want it. */
export const seenKey = (personId: number): string => `loanark.tour-seen.${personId}`;
