import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { ArrowLeftRight, Eye, RefreshCw } from "lucide-react";
import { useCallback } from "react";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { Notice } from "@/components/ui/notice";
import { Page } from "@/components/ui/page";
import { Skeleton } from "@/components/ui/skeleton";
import { Tooltip } from "@/components/ui/tooltip";
import { Ask } from "@/features/monitor/ask";
import { BetweenRuns } from "@/features/monitor/between-runs";
import { Days } from "@/features/monitor/days";
import { daysQuery } from "@/features/monitor/queries";
import { overviewQuery } from "@/features/overview/queries";
import { PauseButton } from "@/features/pause/pause-button";
import { syncSettingsQuery } from "@/features/pause/queries";
import { ResumeButton } from "@/features/pause/resume-button";
import { CurrentRun } from "@/features/runs/current-run";
import { type RunSearch, toRunQuery } from "@/features/runs/filters";
import { runsQuery, useRunActions } from "@/features/runs/queries";
import { RunFilters } from "@/features/runs/run-filters";
import { RunList } from "@/features/runs/run-list";
import { useRights } from "@/features/session/role";
import { formatDateTime } from "@/lib/format";

export default function SyncPage() {
  const { tenant } = useParams({ from: "/$tenant" });
  const search = useSearch({ from: "/$tenant/runs" });
  const navigate = useNavigate();
  const { canManage, canEdit, can } = useRights(tenant);
  const overview = useQuery(overviewQuery(tenant));
  const { data: settings } = useQuery(syncSettingsQuery(tenant));
  const paused = settings?.paused;
  const onSearch = useCallback(
    (next: RunSearch) =>
      void navigate({
        to: "/$tenant/runs",
        params: { tenant },
        search: next,
        replace: true,
        resetScroll: false,
      }),
    [navigate, tenant],
  );
  const onAsk = useCallback(
    (ask: string) =>
      void navigate({
        to: "/$tenant/runs",
        params: { tenant },
        search: ({ ask: _, ...now }: RunSearch) => ({ ...now, ...(ask && { ask }) }),
        replace: true,
        resetScroll: false,
      }),
    [navigate, tenant],
  );
  return (
    <Page
      title="Sync"
      lead="Between runs the two sides follow each other by themselves. A run compares everything, to prove it."
      actions={
        <>
          {can("requests:read") && (
            <Button asChild kind="quiet">
              <Link to="/$tenant/runs/requests" params={{ tenant }}>
                <ArrowLeftRight aria-hidden /> Requests
              </Link>
            </Button>
          )}
          {canManage && (
            <>
              {paused === null && <PauseButton tenant={tenant} />}
              <StartButtons tenant={tenant} />
            </>
          )}
        </>
      }
    >
      <div className="grid gap-4">
        {paused && (
          <Notice
            tone="warn"
            title={`Paused by ${paused.by} since ${formatDateTime(paused.at)}`}
            action={canManage && <ResumeButton tenant={tenant} />}
          >
            {paused.reason && `“${paused.reason}” `}Changes on both sides are kept and wait.
          </Notice>
        )}
        {can("contacts:read") && (
          <Ask
            tenant={tenant}
            question={search.ask ?? ""}
            onAsk={onAsk}
            canLook={canEdit}
            canInspect={can("requests:read")}
          />
        )}
        <div className="grid gap-4 lg:grid-cols-2">
          <CurrentRun
            tenant={tenant}
            run={overview.data?.run}
            budget={overview.data?.budget}
            askedAt={overview.dataUpdatedAt}
          />
          <BetweenRuns tenant={tenant} isPaused={Boolean(paused)} />
        </div>
        <History tenant={tenant} search={search} onSearch={onSearch} />
      </div>
    </Page>
  );
}

interface HistoryProps {
  tenant: string;
  search: RunSearch;
  onSearch: (search: RunSearch) => void;
}

/** The last days as a chart that narrows the runs below it. */
function History({ tenant, search, onSearch }: HistoryProps) {
  const days = useQuery(daysQuery(tenant));
  const list = useInfiniteQuery(runsQuery(tenant, toRunQuery(search)));
  const runs = list.data?.pages.flatMap((page) => page.items) ?? [];
  const { day: _, ...anyDay } = search;
  const isNarrowed = Boolean(search.kind ?? search.status ?? search.day);
  return (
    <Panel title="History" bodyClassName="p-0">
      <div className="grid gap-4 border-b p-4">
        {days.data ? (
          <Days
            days={days.data}
            chosen={search.day}
            onChoose={(day) => onSearch({ ...anyDay, ...(day && { day }) })}
          />
        ) : (
          <Skeleton className="h-44 w-full rounded-md" />
        )}
        <RunFilters
          search={search}
          days={[...(days.data ?? [])].reverse().map(({ day }) => day)}
          onChange={onSearch}
        />
      </div>
      {list.isPending && <RunsSkeleton />}
      {list.error && !list.data && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.data && runs.length === 0 && isNarrowed && (
        <EmptyState
          icon={RefreshCw}
          title="No run of this kind"
          action={
            <Button onClick={() => onSearch(search.ask ? { ask: search.ask } : {})}>Show all runs</Button>
          }
        >
          Changes are carried over between runs too: a day without a run is nothing to worry about.
        </EmptyState>
      )}
      {list.data && runs.length === 0 && !isNarrowed && (
        <EmptyState icon={RefreshCw} title="No runs yet">
          The first is a preview: it counts and compares, changes nothing, and waits for your approval.
        </EmptyState>
      )}
      {runs.length > 0 && <RunList tenant={tenant} runs={runs} />}
      {list.hasNextPage && (
        <div className="border-t p-3">
          <Button className="w-full" busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            Older runs
          </Button>
        </div>
      )}
    </Panel>
  );
}

function StartButtons({ tenant }: { tenant: string }) {
  const { start, isStarting } = useRunActions(tenant);
  const navigate = useNavigate();
  const begin = (kind: "preview" | "full") =>
    void start(kind).then(
      (run) => navigate({ to: "/$tenant/runs/$runId", params: { tenant, runId: String(run.id) } }),
      () => undefined, // Told by a toast already.
    );
  return (
    <>
      <Tooltip label="Counts and compares, changes nothing">
        <Button disabled={isStarting} onClick={() => begin("preview")}>
          <Eye aria-hidden /> Preview
        </Button>
      </Tooltip>
      <Tooltip label="Compares every contact on both sides and mends what differs">
        <Button kind="primary" busy={isStarting} onClick={() => begin("full")}>
          {!isStarting && <RefreshCw aria-hidden />} Compare everything
        </Button>
      </Tooltip>
    </>
  );
}

function RunsSkeleton() {
  return (
    <div className="grid gap-px">
      {[1, 2, 3, 4, 5, 6].map((row) => (
        <Skeleton key={row} className="h-16 w-full rounded-none" />
      ))}
    </div>
  );
}
