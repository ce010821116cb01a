import { useQuery } from "@tanstack/react-query";
import { Ago } from "@/components/ui/ago";
import { Panel } from "@/components/ui/card";
import { ErrorState } from "@/components/ui/error-state";
import { LagLine } from "@/components/ui/lag";
import { LevelBadge } from "@/components/ui/level-badge";
import { Notice } from "@/components/ui/notice";
import { SideBadge } from "@/components/ui/side";
import { Skeleton } from "@/components/ui/skeleton";
import { formatCount, plural } from "@/lib/format";
import { type MonitorOut, monitorQuery, type WaitingOut } from "./queries";

/** Why a record waits, by whose turn it is. */
const LANES: Record<WaitingOut["lane"], string> = {
  person: "Somebody asked",
  webhook: "HubSpot told of a change",
  edit: "Changed in LoanArk",
  poll: "HubSpot listed it as changed",
  sweep: "Found by a comparison",
  backfill: "Found by the first load",
};

/** The sync between runs: what waits and for what, who works, and when each way of hearing was last heard. */
export function BetweenRuns({ tenant, isPaused }: { tenant: string; isPaused: boolean }) {
  const { data, error, refetch } = useQuery(monitorQuery(tenant));
  return (
    <Panel title="Between runs" bodyClassName="p-0">
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <BetweenSkeleton />}
      {data && (
        <>
          {data.notice && (
            <div className="border-b p-3">
              <Notice tone="warn" title={data.notice} />
            </div>
          )}
          <Waiting monitor={data} isPaused={isPaused} />
          <Heard monitor={data} />
          <div className="border-t px-4 py-3">
            <LagLine lag={data.lag} />
          </div>
        </>
      )}
    </Panel>
  );
}

function Waiting({ monitor, isPaused }: { monitor: MonitorOut; isPaused: boolean }) {
  const count = monitor.waiting.reduce((sum, group) => sum + group.count, 0);
  const isManned = monitor.workers.some(({ alive }) => alive);
  if (count === 0) {
    return (
      <p className="border-b px-4 py-3.5 text-sm">
        <span className="font-medium">Nothing waits.</span>{" "}
        <span className="text-muted">
          {monitor.under_way > 0
            ? `${plural(monitor.under_way, "write")} to HubSpot without an answer yet.`
            : "Both sides follow each other as they change."}
        </span>
      </p>
    );
  }
  return (
    <ul aria-label="What waits" className="divide-y border-b">
      {monitor.waiting.map((group) => (
        <li key={`${group.lane} ${group.side}`} className="px-4 py-2.5 text-sm">
          <p className="flex items-baseline justify-between gap-3">
            <span className="min-w-0">
              {LANES[group.lane]}{" "}
              <span className="text-muted text-xs">
                · since <Ago iso={group.oldest_at} />
              </span>
            </span>
            <span className="flex items-baseline gap-2">
              <SideBadge side={group.side} className="text-xs" />
              <span className="min-w-8 text-right font-semibold tabular-nums">
                {formatCount(group.count)}
              </span>
            </span>
          </p>
          {group.retrying > 0 && (
            <p className="mt-1 flex flex-wrap items-center gap-x-2 gap-y-1 text-ink-2 text-xs">
              <LevelBadge level="heals" />
              <span className="min-w-0 break-words">
                {plural(group.retrying, "look")} failed and {group.retrying === 1 ? "is" : "are"} tried again
                {group.last_error && `: ${group.last_error}`}
              </span>
            </p>
          )}
        </li>
      ))}
      {(isPaused || !isManned) && (
        <li className="flex flex-wrap items-center gap-2 px-4 py-2.5 text-sm">
          <LevelBadge level="needs_you" />
          {isPaused
            ? "The sync is paused: these go on when somebody resumes it."
            : "No worker is heard: start one."}
        </li>
      )}
    </ul>
  );
}

function Heard({ monitor }: { monitor: MonitorOut }) {
  const alive = monitor.workers.filter((worker) => worker.alive);
  const newest = monitor.workers[0];
  return (
    <dl className="grid gap-x-6 gap-y-2 p-4 text-sm sm:grid-cols-2 lg:grid-cols-1 xl:grid-cols-2">
      <Line label="Workers">
        {alive.length > 0 ? (
          plural(alive.length, "at work", "at work")
        ) : (
          <span className="text-warn-ink">
            none{" "}
            {newest ? (
              <>
                since <Ago iso={newest.seen_at} />
              </>
            ) : (
              "heard yet"
            )}
          </span>
        )}
      </Line>
      <Line label="Webhooks heard">
        {monitor.last_webhook_at ? <Ago iso={monitor.last_webhook_at} /> : "never"}
      </Line>
      <Line label={`Polled, every ${monitor.poll_every_seconds} s`}>
        {monitor.last_poll_at ? <Ago iso={monitor.last_poll_at} /> : "not yet"}
      </Line>
      <Line label="Last request">
        {monitor.last_request_at ? <Ago iso={monitor.last_request_at} /> : "none lately"}
      </Line>
      <Line label="Last change">
        {monitor.last_change_at ? <Ago iso={monitor.last_change_at} /> : "none yet"}
      </Line>
      <Line label="Everything compared">
        {monitor.last_comparison_at ? <Ago iso={monitor.last_comparison_at} /> : "not yet"}
      </Line>
    </dl>
  );
}

function Line({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className="flex flex-wrap justify-between gap-x-3">
      <dt className="text-muted">{label}</dt>
      <dd className="text-right">{children}</dd>
    </div>
  );
}

function BetweenSkeleton() {
  return (
    <div className="grid gap-3 p-4">
      <Skeleton className="h-5 w-2/3" />
      {[1, 2, 3, 4, 5, 6].map((row) => (
        <Skeleton key={row} className="h-5 w-full" />
      ))}
    </div>
  );
}
