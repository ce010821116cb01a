import { Ago } from "@/components/ui/ago";
import { Panel } from "@/components/ui/card";
import { LagLine } from "@/components/ui/lag";
import { Rolling } from "@/components/ui/rolling";
import { SideBadge } from "@/components/ui/side";
import { cn } from "@/lib/cn";
import { formatCount, formatTime, humanise } from "@/lib/format";
import type { Budget, LagOut, Pending } from "./queries";

const LANE_TONES = ["bg-ink", "bg-ink/75", "bg-ink/55", "bg-ink/40", "bg-ink/28", "bg-ink/18"];

interface FlowProps {
  pending: Pending;
  budget: Budget | null;
  /** How long edits took lately; not known yet while it is asked for. */
  lag: LagOut | undefined;
  workerSeenAt: string | null;
  /** Nobody works: what waits, waits for a worker. */
  isSilent: boolean;
}

/** What is on its way, and how much of HubSpot's allowance it takes. */
export function Flow({ pending, budget, lag, workerSeenAt, isSilent }: FlowProps) {
  return (
    <Panel title="On its way">
      <dl className="grid grid-cols-2 gap-3">
        {/* A hint names the side that changed: what changed in LoanArk is on its way to HubSpot. */}
        <Waiting side="hubspot" count={pending.loanark} />
        <Waiting side="loanark" count={pending.hubspot} />
      </dl>
      <p className="mt-2 text-muted text-xs">
        {pending.oldest_at ? (
          <>
            Lag now: the oldest change came <Ago iso={pending.oldest_at} />.
          </>
        ) : (
          "Lag now: none, nothing waits."
        )}{" "}
        {isSilent || !workerSeenAt ? (
          "No worker is heard: nothing moves until one runs."
        ) : (
          <>
            The worker was heard <Ago iso={workerSeenAt} />.
          </>
        )}
      </p>
      {lag && <LagLine lag={lag} />}
      {budget && <BudgetBar budget={budget} />}
    </Panel>
  );
}

function Waiting({ side, count }: { side: "hubspot" | "loanark"; count: number }) {
  return (
    <div>
      <dt className="flex items-center gap-1 text-muted text-xs">
        to <SideBadge side={side} />
      </dt>
      <dd className="mt-1 font-semibold text-xl tabular-nums tracking-tight">
        <Rolling count={count} />
      </dd>
    </div>
  );
}

function BudgetBar({ budget }: { budget: Budget }) {
  const used = budget.lanes.filter((lane) => lane.used > 0);
  return (
    <div className="mt-4 border-t pt-3">
      <p className="flex justify-between text-xs">
        <span className="text-muted">Requests in {budget.window_seconds} s</span>
        <span className="font-medium tabular-nums">
          {formatCount(budget.used)} of {formatCount(budget.limit)}
        </span>
      </p>
      <div aria-hidden className="mt-1.5 flex h-2 gap-px overflow-hidden rounded-full bg-selected">
        {used.map((lane, index) => (
          <div
            key={lane.lane}
            className={LANE_TONES[index]}
            style={{ width: `${(lane.used / budget.limit) * 100}%` }}
          />
        ))}
      </div>
      <ul className="mt-2 flex flex-wrap gap-x-3 gap-y-1 text-2xs text-muted">
        {used.map((lane, index) => (
          <li key={lane.lane} className="flex items-center gap-1">
            <span aria-hidden className={cn("size-2 rounded-xs", LANE_TONES[index])} />
            {humanise(lane.lane)} {lane.used}
          </li>
        ))}
      </ul>
      {budget.daily && <DailyLine daily={budget.daily} />}
    </div>
  );
}

/** HubSpot counts the day of private apps only. */
function DailyLine({ daily }: { daily: NonNullable<Budget["daily"]> }) {
  return (
    <p className="mt-2 flex flex-wrap justify-between gap-x-3 text-xs">
      <span className="text-muted">
        {daily.resting ? "Kept for people and new changes until " : "Left today, until "}
        <time dateTime={daily.ends_at}>{formatTime(daily.ends_at)}</time>
      </span>
      <span className="font-medium tabular-nums">
        {formatCount(daily.remaining)} of {formatCount(daily.limit)}
      </span>
    </p>
  );
}
