import { Link } from "@tanstack/react-router";
import { ArrowRight } from "lucide-react";
import { Ago } from "@/components/ui/ago";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/card";
import { LevelBadge } from "@/components/ui/level-badge";
import { Skeleton } from "@/components/ui/skeleton";
import { formatCount, humanise } from "@/lib/format";
import { RunProgress } from "./live-run";
import type { Budget, RunOut } from "./queries";
import { summary } from "./run-list";
import { KIND_NAMES, RunStatus, triggerOf } from "./run-status";

/** In whose lane of the request budget a run asks HubSpot. */
const LANES: Partial<Record<RunOut["kind"], string>> = {
  preview: "backfill",
  backfill: "backfill",
  sweep: "sweep",
};

interface CurrentRunProps {
  tenant: string;
  /** Undefined until it is known; null: none is under way. */
  run: RunOut | null | undefined;
  budget: Budget | null | undefined;
  askedAt: number;
}

/** The run under way, or the one that waits for a person. */
export function CurrentRun({ tenant, run, budget, askedAt }: CurrentRunProps) {
  if (run === undefined) {
    return (
      <Panel title="Now">
        <div className="grid gap-3">
          <Skeleton className="h-5 w-1/2" />
          <Skeleton className="h-8 w-full" />
          <Skeleton className="h-5 w-2/3" />
        </div>
      </Panel>
    );
  }
  const isWaiting = run?.status === "waiting" || run?.status === "held";
  return (
    <Panel
      title="Now"
      aside={
        run && (
          <Button asChild size="sm" kind={isWaiting ? "primary" : "quiet"}>
            <Link to="/$tenant/runs/$runId" params={{ tenant, runId: String(run.id) }}>
              {isWaiting ? "Review it" : "Details"} <ArrowRight aria-hidden />
            </Link>
          </Button>
        )
      }
    >
      {run ? (
        <UnderWay run={run} budget={budget ?? null} askedAt={askedAt} />
      ) : (
        <p className="text-sm">
          <span className="font-medium">No run is under way.</span>{" "}
          <span className="text-muted">
            The next full comparison begins by the schedule, or when you start one.
          </span>
        </p>
      )}
      {!run && budget && <BudgetLine budget={budget} />}
    </Panel>
  );
}

function UnderWay({ run, budget, askedAt }: { run: RunOut; budget: Budget | null; askedAt: number }) {
  const isRunning = run.status === "running";
  return (
    <div className="grid gap-3">
      <p className="flex flex-wrap items-center gap-x-2.5 gap-y-1 text-sm">
        <span className="font-semibold">
          {KIND_NAMES[run.kind]} <span className="font-normal text-muted">#{run.id}</span>
        </span>
        <RunStatus status={run.status} />
        <span className="text-muted text-xs">
          {isRunning ? humanise(run.phase) : <LevelBadge level="needs_you" />}
        </span>
      </p>
      {isRunning ? (
        <RunProgress run={run} askedAt={askedAt} />
      ) : (
        <p className="text-ink-2 text-sm">{run.reason ?? summary(run)}</p>
      )}
      <dl className="grid grid-cols-2 gap-x-6 gap-y-2 text-sm [&_dt]:text-muted [&_dt]:text-xs">
        <div>
          <dt>Started by</dt>
          <dd className="truncate">{triggerOf(run)}</dd>
        </div>
        <div>
          <dt>{isRunning ? "Last progress" : "Waits since"}</dt>
          <dd>
            <Ago iso={run.last_progress_at ?? run.created_at} />
          </dd>
        </div>
      </dl>
      {budget && <BudgetLine budget={budget} lane={isRunning ? LANES[run.kind] : undefined} />}
    </div>
  );
}

/** What is asked of HubSpot just now, and how much of it in the run's lane. */
function BudgetLine({ budget, lane }: { budget: Budget; lane?: string | undefined }) {
  const own = lane ? (budget.lanes.find((one) => one.lane === lane)?.used ?? 0) : null;
  return (
    <p className="mt-3 border-t pt-3 text-muted text-xs tabular-nums first:mt-0">
      Requests to HubSpot in {budget.window_seconds} s:{" "}
      <span className="font-medium text-ink-2">
        {formatCount(budget.used)} of {formatCount(budget.limit)}
      </span>
      {own !== null && `, ${formatCount(own)} of them in the lane “${lane}”`}
      {budget.daily?.resting && " · the day’s last requests are kept for people and new changes"}
    </p>
  );
}
