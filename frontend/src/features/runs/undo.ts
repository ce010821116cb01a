import { formatDateTime } from "@/lib/format";
import type { RunOut } from "./queries";

const OVER: RunOut["status"][] = ["succeeded", "partial", "failed", "cancelled"];
const MOMENT = /\d{4}-\d\d-\d\dT\d\d:\d\d[\d:.]*(Z|[+-]\d\d:\d\d)/g;

/** Whether a run is over and changed something in LoanArk that could be put back. An undo is not undone from here. */
export function canBeUndone({ kind, status, counts }: RunOut): boolean {
  const changed = (counts.created_in_loanark ?? 0) + (counts.updated_in_loanark ?? 0) + (counts.deleted ?? 0);
  return (kind === "backfill" || kind === "sweep") && OVER.includes(status) && changed > 0;
}

/** What an undo undoes, with its moments as people read them. */
export const undoesOf = (undoes: string): string => undoes.replaceAll(MOMENT, (iso) => formatDateTime(iso));
