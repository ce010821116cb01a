import { Panel } from "@/components/ui/card";
import { Progress } from "@/components/ui/progress";
import { formatCount, formatDateTime, plural } from "@/lib/format";
import type { ConnectionOut } from "./queries";

/** Who sends requests, in the words of people. */
const LANES: Record<string, string> = {
  person: "People on these pages",
  webhook: "What HubSpot told of",
  edit: "Edits made in LoanArk",
  poll: "Looking for changes",
  sweep: "Complete comparisons",
  backfill: "The first run",
};

interface Daily {
  limit: number;
  remaining: number;
  ends_at: string;
  resting: boolean;
}

interface RequestsProps {
  connection: ConnectionOut;
  /** What HubSpot says of the account's day; null where it does not count. */
  daily: Daily | null;
}

/** What HubSpot allows, what is left of the day, and who used the last hour. */
export function Requests({ connection, daily }: RequestsProps) {
  const { requests_per_10s: limit, requests_last_hour: lanes = [] } = connection;
  const sum = lanes.reduce((total, { used }) => total + used, 0);
  const most = Math.max(1, ...lanes.map(({ used }) => used));
  return (
    <Panel title="Requests">
      <div className="grid gap-4">
        <p className="text-sm">
          {limit ? `HubSpot allows ${formatCount(limit)} in 10 seconds.` : "HubSpot has told no limit yet."}{" "}
          <span className="text-muted">LoanArk keeps a little below, and some of them for people.</span>
        </p>
        {daily && (
          <div className="grid gap-1.5">
            <p className="flex flex-wrap justify-between gap-x-3 text-sm">
              <span>Left today</span>
              <span className="font-medium tabular-nums">
                {formatCount(daily.remaining)} of {formatCount(daily.limit)}
              </span>
            </p>
            <Progress share={daily.remaining / Math.max(1, daily.limit)} label="Requests left today" />
            <p className="text-muted text-xs">
              {daily.resting
                ? "Complete comparisons wait, so that people and edits have the rest. "
                : "All programs of the account share them. "}
              A new day begins {formatDateTime(daily.ends_at)}.
            </p>
          </div>
        )}
        <section aria-label="The last hour" className="grid gap-1.5">
          <h3 className="font-medium text-ink-2 text-xs">The last hour: {plural(sum, "request")}</h3>
          <ul className="grid gap-1.5">
            {lanes.map(({ lane, used }) => (
              <li key={lane} className="grid grid-cols-[10.5rem_1fr_3.5rem] items-center gap-3 text-sm">
                <span className="truncate">{LANES[lane] ?? lane}</span>
                <span aria-hidden className="h-1.5 rounded-full bg-hover">
                  <span
                    className="block h-full rounded-full bg-ink-2"
                    style={{ width: `${(used / most) * 100}%` }}
                  />
                </span>
                <span className="text-right tabular-nums">{formatCount(used)}</span>
              </li>
            ))}
          </ul>
        </section>
      </div>
    </Panel>
  );
}
