import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { SideGlyph } from "@/components/ui/side";
import { Skeleton } from "@/components/ui/skeleton";
import { Activity } from "@/features/overview/activity";
import { Balance } from "@/features/overview/balance";
import { Flow } from "@/features/overview/flow";
import { NeedsYou } from "@/features/overview/needs-you";
import { type Overview, overviewQuery } from "@/features/overview/queries";
import { Recent } from "@/features/overview/recent";
import { Truth } from "@/features/overview/truth";
import { LiveRun } from "@/features/runs/live-run";

const WAITS: Overview["needs_you"][number]["kind"][] = ["preview", "held"];

export default function DashboardPage() {
  const { tenant } = useParams({ from: "/$tenant" });
  const { data, error, refetch } = useQuery(overviewQuery(tenant));
  return (
    <div className="mx-auto grid w-full max-w-6xl gap-4 px-4 pt-6 pb-24 md:px-8 md:pt-9 md:pb-12">
      {data ? (
        <Dashboard tenant={tenant} overview={data} />
      ) : error ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <DashboardSkeleton />
      )}
    </div>
  );
}

function Dashboard({ tenant, overview }: { tenant: string; overview: Overview }) {
  const { run, needs_you: needs } = overview;
  const waitingRunId = run && needs.some(({ kind }) => WAITS.includes(kind)) ? run.id : undefined;
  const isWorthShowing = run !== null && run.status !== "succeeded" && run.status !== "cancelled";
  return (
    <>
      <Truth truth={overview.truth} />
      {overview.connection.status === "not_connected" && <FirstStep tenant={tenant} />}
      {overview.balance && <Balance balance={overview.balance} />}
      {isWorthShowing && <LiveRun tenant={tenant} run={run} />}
      <div className="grid gap-4 lg:grid-cols-[1.7fr_1fr]">
        <Activity points={overview.activity} />
        <NeedsYou tenant={tenant} needs={needs} waitingRunId={waitingRunId} />
      </div>
      <div className="grid gap-4 lg:grid-cols-3">
        <Recent tenant={tenant} side="hubspot" contacts={overview.recent.hubspot} />
        <Recent tenant={tenant} side="loanark" contacts={overview.recent.loanark} />
        <Flow pending={overview.pending} budget={overview.budget} workerSeenAt={overview.worker_seen_at} />
      </div>
    </>
  );
}

function FirstStep({ tenant }: { tenant: string }) {
  return (
    <div className="flex flex-wrap items-center gap-4 rounded-lg border border-hubspot-line bg-hubspot-wash p-5">
      <SideGlyph side="hubspot" className="size-8 rounded-md" />
      <div className="min-w-56 flex-1">
        <p className="font-semibold">Connect HubSpot to begin</p>
        <p className="text-ink-2 text-sm">
          It takes a minute. Nothing is copied or changed before you have seen a preview and approved it.
        </p>
      </div>
      <Button asChild kind="primary" size="lg">
        <Link to="/$tenant/connection" params={{ tenant }}>
          Connect HubSpot
        </Link>
      </Button>
    </div>
  );
}

function DashboardSkeleton() {
  return (
    <>
      <p className="sr-only">Loading…</p>
      <Skeleton className="h-9 w-80 max-w-full" />
      <Skeleton className="h-31 w-full rounded-lg" />
      <div className="grid gap-4 lg:grid-cols-[1.7fr_1fr]">
        <Skeleton className="h-72 w-full rounded-lg" />
        <Skeleton className="h-72 w-full rounded-lg" />
      </div>
      <div className="grid gap-4 lg:grid-cols-3">
        <Skeleton className="h-56 w-full rounded-lg" />
        <Skeleton className="h-56 w-full rounded-lg" />
        <Skeleton className="h-56 w-full rounded-lg" />
      </div>
    </>
  );
}
