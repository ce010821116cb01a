import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { ChevronLeft, Play, Undo2 } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/card";
import { Notice } from "@/components/ui/notice";
import { Stat } from "@/components/ui/stat";
import { Tooltip } from "@/components/ui/tooltip";
import { UnreadyPage } from "@/components/ui/unready-page";
import { RunProgress } from "@/features/runs/live-run";
import { Plan } from "@/features/runs/plan";
import { Preview } from "@/features/runs/preview";
import { type RunOut, runQuery, useRunActions } from "@/features/runs/queries";
import { RunChanges } from "@/features/runs/run-changes";
import { RunCounts } from "@/features/runs/run-counts";
import { RunReasons } from "@/features/runs/run-reasons";
import { KIND_NAMES, RunStatus, triggerOf } from "@/features/runs/run-status";
import { canBeUndone, undoesOf } from "@/features/runs/undo";
import { useRights } from "@/features/session/role";
import { cn } from "@/lib/cn";
import { formatCount, formatDateTime, formatDuration, humanise, plural, secondsBetween } from "@/lib/format";
import { useTitle } from "@/lib/use-title";

export default function RunPage() {
  const { tenant, runId } = useParams({ from: "/$tenant/runs/$runId" });
  const { canManage, canEdit, can, seesOwnOnly } = useRights(tenant);
  const showsContacts = can("contacts:read") && !seesOwnOnly;
  const { data: run, dataUpdatedAt, error, refetch } = useQuery(runQuery(tenant, Number(runId)));
  useTitle(run ? `${KIND_NAMES[run.kind]} #${run.id}` : "Run");
  if (!run)
    return (
      <UnreadyPage
        error={error}
        onRetry={() => void refetch()}
        wayOut={
          <Link to="/$tenant/runs" params={{ tenant }}>
            All runs
          </Link>
        }
      />
    );
  return (
    <div className="mx-auto grid w-full max-w-6xl gap-4 px-4 pt-4 pb-38 md:px-8 md:pt-6 md:pb-12">
      <header className="flex flex-wrap items-end justify-between gap-3">
        <div>
          <Link
            to="/$tenant/runs"
            params={{ tenant }}
            className="mb-2 -ml-1 inline-flex h-7 items-center gap-0.5 rounded-sm pr-2 text-muted text-sm hover:text-ink"
          >
            <ChevronLeft className="size-4" aria-hidden /> Sync
          </Link>
          <h1 className="flex flex-wrap items-center gap-3 font-semibold text-xl">
            {KIND_NAMES[run.kind]} #{run.id} <RunStatus status={run.status} />
          </h1>
          {run.undoes && <p className="mt-1 text-muted text-sm">It {undoesOf(run.undoes)}.</p>}
        </div>
        {canManage && <RunButtons tenant={tenant} run={run} />}
      </header>
      <Outcome run={run} />
      {showsContacts && run.kind !== "preview" && hasBegun(run) && (
        <RunReasons
          tenant={tenant}
          runId={run.id}
          expected={run.counts.rejected ?? 0}
          canRetry={canEdit}
          canInspect={can("requests:read")}
        />
      )}
      {run.status === "running" && (
        <Panel title={humanise(run.phase)}>
          <RunProgress run={run} askedAt={dataUpdatedAt} />
        </Panel>
      )}
      {run.preview && run.kind === "preview" ? (
        <Preview preview={run.preview} />
      ) : (
        hasBegun(run) && (
          <Panel title={run.status === "running" ? "So far" : "What it did"}>
            <RunCounts counts={run.counts} />
          </Panel>
        )
      )}
      {showsContacts && run.kind !== "preview" && hasBegun(run) && (
        <RunChanges tenant={tenant} runId={run.id} expected={changedIn(run)} />
      )}
      {hasPlan(run) && <Plan tenant={tenant} run={run} />}
      <Facts tenant={tenant} run={run} />
      {can("requests:read") && (
        <p className="text-muted text-xs">
          <Link
            to="/$tenant/runs/requests"
            params={{ tenant }}
            search={{ run: String(run.id) }}
            className="underline underline-offset-3 hover:text-ink"
          >
            What this run asked HubSpot
          </Link>
          , as far as it is kept: a day, and the newest 2,000 requests.
        </p>
      )}
    </div>
  );
}

/** An undo that plans or waits has done nothing yet: no zeros are shown for it. */
const hasBegun = ({ kind, status, phase }: RunOut) =>
  kind !== "undo" || (status !== "waiting" && phase !== "queued" && phase !== "planning");

/** How many contacts it changed in LoanArk, as it counted them. */
const changedIn = ({ counts }: RunOut) =>
  (counts.created_in_loanark ?? 0) + (counts.updated_in_loanark ?? 0) + (counts.deleted ?? 0);

/** A plan is shown once it is whole. */
const hasPlan = ({ kind, status, phase }: RunOut) =>
  kind === "preview" ? status !== "running" : kind === "undo" && phase !== "queued" && phase !== "planning";

function RunButtons({ tenant, run }: { tenant: string; run: RunOut }) {
  const { approve, cancel, undo, isApproving, isCancelling, isUndoing } = useRunActions(tenant);
  const navigate = useNavigate();
  const isWaiting = run.status === "waiting" || run.status === "held";
  const follow = (started: Promise<RunOut>) =>
    void started.then(
      ({ id }) => navigate({ to: "/$tenant/runs/$runId", params: { tenant, runId: String(id) } }),
      () => undefined, // Told by a toast already.
    );
  if (canBeUndone(run)) {
    return (
      <Tooltip label="Plans what would be put back; nothing changes before you approve it">
        <Button busy={isUndoing} onClick={() => follow(undo(run.id))}>
          {!isUndoing && <Undo2 aria-hidden />} Undo this run
        </Button>
      </Tooltip>
    );
  }
  if (!isWaiting && run.status !== "running") return null;
  return (
    // On a phone what waits for an answer is at the thumb, however far one has read.
    <div
      className={cn(
        "flex flex-wrap gap-2",
        isWaiting &&
          "max-md:fixed max-md:inset-x-0 max-md:bottom-14 max-md:z-10 max-md:border-t max-md:bg-surface max-md:p-3 max-md:*:flex-1",
      )}
    >
      <Button busy={isCancelling} onClick={() => void cancel(run.id).catch(() => undefined)}>
        {run.status === "running" ? "Stop this run" : "Cancel"}
      </Button>
      {isWaiting && (
        <Button kind="primary" busy={isApproving} onClick={() => follow(approve(run.id))}>
          {!isApproving && <Play aria-hidden />} {run.kind === "undo" ? "Approve" : "Approve and start"}
        </Button>
      )}
    </div>
  );
}

/** The end of a run in a sentence. Whatever was not carried over is said first and loudest. */
function Outcome({ run }: { run: RunOut }) {
  if (run.status === "waiting" && run.kind === "undo") {
    return (
      <Notice tone="ask" title="Nothing has been put back yet">
        {run.reason}
      </Notice>
    );
  }
  if (run.status === "waiting") {
    return (
      <Notice tone="ask" title="Nothing has been changed yet">
        Look through what the run would do. It starts when you approve it.
      </Notice>
    );
  }
  if (run.status === "held") {
    return (
      <Notice tone="warn" title="Held: this run would do more than the brakes allow">
        {run.reason} Nothing of it is done until a person approves.
      </Notice>
    );
  }
  if (run.status === "partial" && run.kind === "undo") {
    return (
      <Notice tone="warn" title="Not everything was put back">
        {run.reason} Everything else is as it was before.
      </Notice>
    );
  }
  if (run.status === "partial") {
    return (
      <Notice
        tone="warn"
        title={`Not everything was carried over: ${plural(run.counts.rejected ?? 0, "contact was", "contacts were")} refused`}
      >
        {run.reason} Everything else is done.
      </Notice>
    );
  }
  if (run.status === "failed") {
    return (
      <Notice tone="bad" title="This run stopped before its end">
        {run.reason} What was done until then is kept; a new run goes on from there.
      </Notice>
    );
  }
  return run.reason ? <Notice title={run.reason} /> : null;
}

function Facts({ tenant, run }: { tenant: string; run: RunOut }) {
  return (
    <dl className="grid grid-cols-2 gap-4 rounded-lg border bg-sunken p-4 lg:auto-cols-fr lg:grid-flow-col lg:grid-cols-none [&_dd]:text-sm">
      <Stat label="Started by" value={triggerOf(run)} />
      <Stat
        label="Approved by"
        value={run.approved_by ?? "–"}
        note={
          run.preview_id !== null && (
            <Link
              to="/$tenant/runs/$runId"
              params={{ tenant, runId: String(run.preview_id) }}
              className="underline underline-offset-2"
            >
              {run.kind === "preview" ? "started as" : "after preview"} #{run.preview_id}
            </Link>
          )
        }
      />
      {(run.requests ?? 0) > 0 && <Stat label="Requests to HubSpot" value={formatCount(run.requests ?? 0)} />}
      <Stat label="Started" value={run.started_at ? formatDateTime(run.started_at) : "–"} />
      <Stat
        label="Took"
        value={
          run.kind !== "preview" && run.started_at && run.finished_at
            ? formatDuration(secondsBetween(run.started_at, run.finished_at))
            : "–"
        }
      />
    </dl>
  );
}
