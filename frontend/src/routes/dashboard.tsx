import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { SideGlyph } from "@/components/ui/side";
import { Skeleton } from "@/components/ui/skeleton";
import { Checklist } from "@/features/onboarding/checklist";
import { isFirstRun } from "@/features/onboarding/steps";
import { Activity } from "@/features/overview/activity";
import { Balance } from "@/features/overview/balance";
import { Flow } from "@/features/overview/flow";
import { NeedsYou } from "@/features/overview/needs-you";
import { activityQuery, type Overview, overviewQuery } from "@/features/overview/queries";
import { Recent } from "@/features/overview/recent";
import { Truth } from "@/features/overview/truth";
import { syncSettingsQuery } from "@/features/pause/queries";
import { ResumeButton } from "@/features/pause/resume-button";
import { LiveRun } from "@/features/runs/live-run";
import { sessionQuery } from "@/features/session/queries";
import { useRights } from "@/features/session/role";
import { TourDoor } from "@/features/tour/tour-door";
import { formatTime } from "@/lib/format";
import { useTitle } from "@/lib/use-title";

export default function DashboardPage() {
  useTitle("Dashboard");
  const { tenant } = useParams({ from: "/$tenant" });
  const { data, dataUpdatedAt, error, refetch } = useQuery(overviewQuery(tenant));
  return (
    <div className="mx-auto grid w-full max-w-6xl gap-4 px-4 pt-5 pb-24 md:px-8 md:pt-8 md:pb-12">
      {data ? (
        <Dashboard tenant={tenant} overview={data} askedAt={dataUpdatedAt} />
      ) : error ? (
        <ErrorState error={error} isWholePage onRetry={() => void refetch()} />
      ) : (
        <>
          <h1 className="sr-only">Dashboard</h1>
          <DashboardSkeleton />
        </>
      )}
    </div>
  );
}

interface DashboardProps {
  tenant: string;
  overview: Overview;
  askedAt: number;
}

function Dashboard({ tenant, overview, askedAt }: DashboardProps) {
  const { run, needs_you: needs } = overview;
  const { can, canManage } = useRights(tenant);
  const { data: activity } = useQuery(activityQuery(tenant, "24h"));
  const { data: settings } = useQuery(syncSettingsQuery(tenant));
  const isWorthShowing = run !== null && run.status !== "succeeded" && run.status !== "cancelled";
  const silent = isSilent(overview, askedAt);
  const isFirst = isFirstRun(overview);
  return (
    <>
      <Truth
        truth={silent ? silentTruth(overview) : overview.truth}
        action={
          settings?.paused &&
          canManage && (
            <div className="max-sm:ml-10">
              <ResumeButton tenant={tenant} />
            </div>
          )
        }
      />
      {!isFirst && <DashboardTour tenant={tenant} />}
      {overview.connection.status === "not_connected" && !isFirst && (
        <FirstStep tenant={tenant} isFirst={overview.balance === null} />
      )}
      {overview.balance && <Balance tenant={tenant} balance={overview.balance} />}
      {isWorthShowing && <LiveRun tenant={tenant} run={run} askedAt={askedAt} />}
      {isFirst ? (
        <Checklist tenant={tenant} can={can} />
      ) : (
        <>
          <div className="grid gap-4 lg:grid-cols-[1.7fr_1fr]">
            <Activity tenant={tenant} points={overview.activity} />
            <NeedsYou tenant={tenant} needs={needs} run={run} />
          </div>
          <div className="grid gap-4 lg:grid-cols-3">
            <Recent tenant={tenant} side="hubspot" contacts={overview.recent.hubspot} />
            <Recent tenant={tenant} side="loanark" contacts={overview.recent.loanark} />
            <Flow
              pending={overview.pending}
              budget={overview.budget}
              lag={activity?.lag}
              workerSeenAt={overview.worker_seen_at}
              isSilent={silent}
            />
          </div>
        </>
      )}
    </>
  );
}

function DashboardTour({ tenant }: { tenant: string }) {
  const { data: session } = useSuspenseQuery(sessionQuery());
  const { tour } = useSearch({ from: "/$tenant/" });
  const navigate = useNavigate();
  const onEnd = useCallback(
    () => void navigate({ to: "/$tenant", params: { tenant }, search: {}, replace: true }),
    [navigate, tenant],
  );
  return <TourDoor personId={session.user.id} isAsked={tour ?? false} onEnd={onEnd} />;
}

/** A worker says every few seconds that it is there. */
const SILENT_AFTER_MS = 45_000;

function isSilent({ worker_seen_at: seenAt, connection }: Overview, askedAt: number): boolean {
  if (connection.status === "not_connected") return false;
  return seenAt === null || askedAt - Date.parse(seenAt) > SILENT_AFTER_MS;
}

/** Whatever the server says is on its way: without a worker it is not. */
function silentTruth({ worker_seen_at: seenAt }: Overview): Overview["truth"] {
  const heard = seenAt ? `The last one was heard at ${formatTime(seenAt)}. ` : "";
  return {
    level: "broken",
    sentence: "No worker is running, so nothing moves.",
    detail: `${heard}Changes on both sides are kept and wait. Whoever runs LoanArk starts one with “loanark worker”.`,
  };
}

function FirstStep({ tenant, isFirst }: { tenant: string; isFirst: boolean }) {
  return (
    <div className="flex flex-wrap items-center gap-4 rounded-lg border border-hubspot-line bg-hubspot-wash p-5">
      <SideGlyph side="hubspot" className="size-8 rounded-md" />
      <div className="min-w-56 flex-1">
        <p className="font-semibold">
          {isFirst ? "Connect HubSpot to begin" : "Connect HubSpot again to go on"}
        </p>
        <p className="text-ink-2 text-sm">
          {isFirst
            ? "It takes a minute. Nothing is copied or changed before you have seen a preview and approved it."
            : "Contacts, links and history are kept. Changes made meanwhile are carried over then."}
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
