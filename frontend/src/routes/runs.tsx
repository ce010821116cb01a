import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { Eye, RefreshCw } from "lucide-react";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { Notice } from "@/components/ui/notice";
import { Page } from "@/components/ui/page";
import { Skeleton } from "@/components/ui/skeleton";
import { Tooltip } from "@/components/ui/tooltip";
import { PauseButton } from "@/features/pause/pause-button";
import { syncSettingsQuery } from "@/features/pause/queries";
import { ResumeButton } from "@/features/pause/resume-button";
import { runsQuery, useRunActions } from "@/features/runs/queries";
import { RunList } from "@/features/runs/run-list";
import { useRights } from "@/features/session/role";
import { formatDateTime } from "@/lib/format";

export default function RunsPage() {
  const { tenant } = useParams({ from: "/$tenant" });
  const { canManage } = useRights(tenant);
  const list = useInfiniteQuery(runsQuery(tenant));
  const { data: settings } = useQuery(syncSettingsQuery(tenant));
  const paused = settings?.paused;
  const runs = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page
      title="Runs"
      lead="Between runs the two sides follow each other by themselves. A run compares everything, to prove it."
      actions={
        canManage && (
          <>
            {paused === null && <PauseButton tenant={tenant} />}
            <StartButtons tenant={tenant} />
          </>
        )
      }
    >
      {paused && (
        <Notice
          tone="warn"
          title={`Paused by ${paused.by} since ${formatDateTime(paused.at)}`}
          action={canManage && <ResumeButton tenant={tenant} />}
          className="mb-4"
        >
          {paused.reason && `“${paused.reason}” `}Changes on both sides are kept and wait.
        </Notice>
      )}
      {list.isPending && <RunsSkeleton />}
      {list.error && !list.data && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.data && runs.length === 0 && (
        <EmptyState icon={RefreshCw} title="No runs yet">
          The first is a preview: it counts and compares, changes nothing, and waits for your approval.
        </EmptyState>
      )}
      {runs.length > 0 && <RunList tenant={tenant} runs={runs} />}
      {list.hasNextPage && (
        <Button
          className="mt-4 w-full"
          busy={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          Older runs
        </Button>
      )}
    </Page>
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
    <div className="grid gap-px overflow-hidden rounded-lg border">
      {[1, 2, 3, 4, 5, 6].map((row) => (
        <Skeleton key={row} className="h-16 w-full rounded-none" />
      ))}
    </div>
  );
}
