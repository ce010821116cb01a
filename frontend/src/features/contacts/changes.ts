import type { ChangeOut } from "./queries";

/** How a change came about, in words that follow "changed". */
export const CAUSES: Record<ChangeOut["cause"], string> = {
  user: "by hand",
  sql: "by another program",
  sync: "carried over",
  conflict: "by deciding a conflict",
  merge: "by a merge",
  undo: "by undo",
  erasure: "erased for privacy",
};
