import { Panel } from "@/components/ui/card";
import { Stat } from "@/components/ui/stat";
import { formatCount, formatPercent } from "@/lib/format";
import type { Report } from "./queries";

const shareOf = (part: number, whole: number) => (whole > 0 ? formatPercent(part / whole) : undefined);

/** How good the merges were: one that was undone was wrong. */
export function QualityReport({ report }: { report: Report }) {
  const { days, by_people, automatic, followed, undone, undone_automatic, rejected, people } = report;
  const all = by_people + automatic + followed;
  const wrong = shareOf(undone, all);
  return (
    <Panel title={`How good the merges were, in ${days} days`} bodyClassName="grid gap-4">
      <dl className="grid grid-cols-2 gap-4 sm:grid-cols-3 lg:grid-cols-5">
        <Stat label="By people" value={formatCount(by_people)} />
        <Stat label="Automatic" value={formatCount(automatic)} note="let through by the strict rules" />
        <Stat label="Followed" value={formatCount(followed)} note="merged in HubSpot" />
        <Stat
          label="Undone"
          value={formatCount(undone)}
          note={wrong && `${wrong} of all; ${formatCount(undone_automatic)} of them automatic`}
        />
        <Stat label="Not the same person" value={formatCount(rejected)} note="said by people" />
      </dl>
      {people.length > 0 && (
        <div className="overflow-x-auto">
          <table className="w-full max-w-xl text-sm">
            <caption className="sr-only">Decisions by person</caption>
            <thead>
              <tr className="h-7 border-b text-muted text-xs">
                <th scope="col" className="text-left font-medium">
                  Who
                </th>
                {["Merged", "Not the same", "Undone"].map((title) => (
                  <th key={title} scope="col" className="pl-3 text-right font-medium">
                    {title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {people.map(({ by, ...counts }) => (
                <tr key={by} className="h-8 border-line/70 border-b last:border-0">
                  <th scope="row" className="text-left font-medium">
                    {by}
                  </th>
                  {[counts.merged, counts.rejected, counts.undone].map((count, index) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: the columns above, in their order
                    <td key={index} className="pl-3 text-right tabular-nums">
                      {formatCount(count)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}
