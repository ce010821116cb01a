import { Link } from "@tanstack/react-router";
import { ArrowRight } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Progress } from "@/components/ui/progress";
import { formatCount, formatDuration, humanise } from "@/lib/format";
import type { RunOut } from "./queries";
import { summary } from "./run-list";
import { KIND_NAMES, RunStatus } from "./run-status";

const SILENT_AFTER_MS = 60_000;

interface RunProgressProps {
  run: RunOut;
  /** When the server said so: a page that hears nothing must not say that the run stands still. */
  askedAt: number;
}

/** A run at work: how far, how fast, how long still, and whether it has gone quiet. */
export function RunProgress({ run, askedAt }: RunProgressProps) {
  const share = run.total ? run.done / run.total : null;
  const quietFor = run.last_progress_at === null ? 0 : askedAt - Date.parse(run.last_progress_at);
  const isSilent = quietFor > SILENT_AFTER_MS;
  return (
    <div>
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <p className="text-sm">
          <span className="font-semibold text-lg tabular-nums tracking-tight">{formatCount(run.done)}</span>
          <span className="text-muted">{run.total !== null && ` of ${formatCount(run.total)}`} contacts</span>
        </p>
        <p className="flex gap-3 text-muted text-xs tabular-nums">
          {!isSilent && run.rate_per_second !== null && (
            <span>{formatCount(Math.round(run.rate_per_second))} a second</span>
          )}
          {!isSilent && run.eta_seconds !== null && (
            <span>about {formatDuration(run.eta_seconds)} to go</span>
          )}
        </p>
      </div>
      <Progress share={share} label={`${KIND_NAMES[run.kind]}: ${humanise(run.phase)}`} className="mt-2" />
      {isSilent && (
        <p className="mt-2 text-warn-ink text-xs">
          No progress for {formatDuration(quietFor / 1000)}. It goes on from its checkpoint when a worker is
          free.
        </p>
      )}
    </div>
  );
}

/** The run as the dashboard shows it. */
export function LiveRun({ tenant, run, askedAt }: { tenant: string } & RunProgressProps) {
  return (
    <Card aria-label="Current run" className="p-4">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <h2 className="font-semibold text-sm">{KIND_NAMES[run.kind]}</h2>
        <RunStatus status={run.status} />
        <span className="text-muted text-xs">
          {run.status === "running" ? humanise(run.phase) : (run.reason ?? summary(run))}
        </span>
        <Button
          asChild
          size="sm"
          kind={run.status === "waiting" || run.status === "held" ? "primary" : "quiet"}
          className="ml-auto"
        >
          <Link to="/$tenant/runs/$runId" params={{ tenant, runId: String(run.id) }}>
            {run.status === "waiting" || run.status === "held" ? "Review it" : "Details"}{" "}
            <ArrowRight aria-hidden />
          </Link>
        </Button>
      </div>
      {run.status === "running" && (
        <div className="mt-3">
          <RunProgress run={run} askedAt={askedAt} />
        </div>
      )}
    </Card>
  );
}
