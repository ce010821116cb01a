import { type Side, SideBadge } from "@/components/ui/side";
import { cn } from "@/lib/cn";
import { formatCount } from "@/lib/format";
import type { RunCounts as Counts } from "./queries";

interface Line {
  key: keyof Counts;
  label: string;
  /** Zero is normal for these, and anything else wants to be seen. */
  loud?: "ask" | "warn" | "bad";
}

const CALM: Line[] = [
  { key: "read", label: "Read" },
  { key: "unchanged", label: "Unchanged" },
  { key: "matched", label: "Matched" },
  { key: "cleared", label: "Cleared" },
  { key: "deleted", label: "Deleted" },
];
const TROUBLED: Line[] = [
  { key: "conflicted", label: "Conflicts", loud: "ask" },
  { key: "rejected", label: "Refused", loud: "bad" },
  { key: "held", label: "Held", loud: "warn" },
];
/** Only an undo leaves contacts as they are. */
const SKIPPED: Line = { key: "skipped", label: "Left as they are", loud: "warn" };
const LOUD = {
  ask: "bg-ask-wash text-ask-ink",
  warn: "bg-warn-wash text-warn-ink",
  bad: "bg-bad-wash text-bad-ink",
};

interface RunCountsProps {
  counts: Counts;
  /** How many contacts each side has before: given for what is only planned. */
  totals?: Record<Side, number>;
}

/** What a run did (or would do), contact by contact. Nothing is left out: zeros are said, losses are loud. */
export function RunCounts({ counts, totals }: RunCountsProps) {
  return (
    <div className="grid content-start gap-x-12 gap-y-4 lg:grid-cols-[minmax(0,1fr)_17rem]">
      <table className="w-full self-start text-sm">
        <thead>
          <tr className="h-8.5 border-b text-left text-muted text-xs">
            <th scope="col" className="font-medium">
              {totals ? "Contacts" : "Written"}
            </th>
            <th scope="col" className="text-right font-normal">
              <SideBadge side="hubspot" className="text-xs" />
            </th>
            <th scope="col" className="text-right font-normal">
              <SideBadge side="loanark" className="text-xs" />
            </th>
          </tr>
        </thead>
        <tbody className="tabular-nums">
          {totals && <WrittenRow label="Now" {...totals} />}
          <WrittenRow
            label={totals ? "To create" : "Created"}
            hubspot={counts.created_in_hubspot}
            loanark={counts.created_in_loanark}
          />
          <WrittenRow
            label={totals ? "To update" : "Updated"}
            hubspot={counts.updated_in_hubspot}
            loanark={counts.updated_in_loanark}
          />
          {totals && !counts.deleted && (
            <WrittenRow
              label="Afterwards"
              hubspot={totals.hubspot + (counts.created_in_hubspot ?? 0)}
              loanark={totals.loanark + (counts.created_in_loanark ?? 0)}
            />
          )}
        </tbody>
      </table>
      <dl className="grid grid-cols-2 gap-x-6 gap-y-2.5 sm:grid-cols-4 lg:grid-cols-2 lg:content-start lg:pt-1.5">
        {[...CALM, ...TROUBLED, ...(counts.skipped ? [SKIPPED] : [])].map((line) => (
          <CountLine key={line.key} line={line} count={counts[line.key] ?? 0} />
        ))}
      </dl>
    </div>
  );
}

function WrittenRow({
  label,
  hubspot = 0,
  loanark = 0,
}: {
  label: string;
  hubspot?: number;
  loanark?: number;
}) {
  return (
    <tr className="h-8.5 border-b">
      <th scope="row" className="text-left font-normal">
        {label}
      </th>
      <td className={cn("text-right", hubspot > 0 ? "font-semibold" : "text-muted")}>
        {formatCount(hubspot)}
      </td>
      <td className={cn("text-right", loanark > 0 ? "font-semibold" : "text-muted")}>
        {formatCount(loanark)}
      </td>
    </tr>
  );
}

function CountLine({ line, count }: { line: Line; count: number }) {
  return (
    <div className={cn("rounded-md", line.loud && count > 0 && ["-m-1.5 p-1.5", LOUD[line.loud]])}>
      <dt className={cn("text-xs", !(line.loud && count > 0) && "text-muted")}>{line.label}</dt>
      <dd className={cn("tabular-nums", count > 0 ? "font-semibold" : "text-muted")}>{formatCount(count)}</dd>
    </div>
  );
}
