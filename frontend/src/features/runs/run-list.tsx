import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { Ago } from "@/components/ui/ago";
import { Progress } from "@/components/ui/progress";
import { formatCount, formatDuration, secondsBetween } from "@/lib/format";
import type { RunOut } from "./queries";
import { KIND_NAMES, RunStatus, triggerOf } from "./run-status";

/** Runs, newest first: what each was, how it ended, what it did, how long it took. */
export function RunList({ tenant, runs }: { tenant: string; runs: RunOut[] }) {
  return (
    <ul className="divide-y">
      {runs.map((run) => (
        <li key={run.id}>
          <Link
            to="/$tenant/runs/$runId"
            params={{ tenant, runId: String(run.id) }}
            className="grid grid-cols-[1fr_auto] items-center gap-x-4 gap-y-1.5 px-4 py-3 text-sm hover:bg-hover focus-visible:-outline-offset-2 md:grid-cols-[13rem_minmax(0,1fr)_9rem_1rem]"
          >
            <span>
              <span className="block font-medium">
                {KIND_NAMES[run.kind]} <span className="font-normal text-muted">#{run.id}</span>
              </span>
              <span className="block truncate text-muted text-xs">{triggerOf(run)}</span>
            </span>
            <span className="text-right text-muted text-xs tabular-nums md:order-3">
              <Ago iso={run.created_at} className="block" />
              {run.kind !== "preview" && run.started_at && run.finished_at && (
                <span className="block">
                  took {formatDuration(secondsBetween(run.started_at, run.finished_at))}
                </span>
              )}
            </span>
            <span className="col-span-2 min-w-0 md:order-2 md:col-span-1">
              <span className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
                <RunStatus status={run.status} short />
                <span className="text-ink-2 text-xs">{summary(run)}</span>
              </span>
              {run.reason && <span className="mt-0.5 block text-ink-2 text-xs">{run.reason}</span>}
              {run.status === "running" && (
                <Progress
                  share={run.total ? run.done / run.total : null}
                  label={`Run ${run.id}`}
                  className="mt-2 max-w-80"
                />
              )}
            </span>
            <ChevronRight className="hidden size-4 text-muted md:order-4 md:block" aria-hidden />
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** The telling counts in one line; zeros are left to the run's own page. */
export function summary({ counts, kind, preview }: RunOut): string {
  const isPlan = kind === "preview";
  const shown = isPlan && preview ? preview.counts : counts;
  const parts: [number | undefined, string][] = [
    [shown.read, "read"],
    [(shown.created_in_hubspot ?? 0) + (shown.created_in_loanark ?? 0), isPlan ? "to create" : "created"],
    [(shown.updated_in_hubspot ?? 0) + (shown.updated_in_loanark ?? 0), isPlan ? "to update" : "updated"],
    [shown.deleted, isPlan ? "to delete" : "deleted"],
    [shown.conflicted, "in conflict"],
    [shown.rejected, "refused"],
    [shown.held, "held"],
    [shown.skipped, "left as they are"],
  ];
  return parts
    .filter(([count]) => (count ?? 0) > 0)
    .map(([count, word]) => `${formatCount(count ?? 0)} ${word}`)
    .join(" · ");
}
