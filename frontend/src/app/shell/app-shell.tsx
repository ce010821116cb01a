import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Outlet, useParams } from "@tanstack/react-router";
import { Suspense } from "react";
import { PageSkeleton } from "@/components/ui/page-skeleton";
import { duplicateSummaryQuery } from "@/features/duplicates/summary/queries";
import { overviewQuery } from "@/features/overview/queries";
import { sessionQuery } from "@/features/session/queries";
import { useMedia } from "@/lib/use-media";
import { useLiveStream } from "@/live/stream";
import { usePagesAhead } from "../lazy-page";
import { useSending } from "../offline/away";
import { AwayStatus } from "../offline/away-notice";
import { WaitingPanel } from "../offline/waiting-panel";
import { Layers } from "./layers";
import { PhoneTabs, PhoneTop } from "./phone-bars";
import { Sidebar } from "./sidebar";

/** Everything that stays while pages change. The live stream is mounted here, once. */
export function AppShell() {
  const { tenant } = useParams({ from: "/$tenant" });
  const { data: session } = useSuspenseQuery(sessionQuery());
  const { data: overview } = useQuery(overviewQuery(tenant));
  const { data: duplicates } = useQuery(duplicateSummaryQuery(tenant));
  useLiveStream(tenant);
  useSending();
  usePagesAhead();

  const organisation = session.organisations.find((one) => one.slug === tenant)?.name ?? tenant;
  const isPhone = !useMedia("(min-width: 48rem)");
  const waiting = {
    "/$tenant/needs-you": (overview?.needs_you ?? []).reduce((sum, need) => sum + need.count, 0),
    "/$tenant/duplicates": duplicates?.open ?? 0,
  };

  return (
    <div className="flex min-h-dvh">
      <a
        href="#content"
        className="sr-only focus-visible:not-sr-only focus-visible:fixed focus-visible:top-2 focus-visible:left-2 focus-visible:z-50 focus-visible:rounded-md focus-visible:bg-ink focus-visible:px-3 focus-visible:py-2 focus-visible:text-on-ink"
      >
        Skip to the content
      </a>
      {!isPhone && <Sidebar tenant={tenant} waiting={waiting} />}
      <div className="flex min-w-0 flex-1 flex-col">
        {isPhone && <PhoneTop organisation={organisation} tenant={tenant} />}
        <main id="content" tabIndex={-1} className="flex-1 focus-visible:outline-none">
          <Suspense fallback={<PageSkeleton />}>
            <Outlet />
          </Suspense>
        </main>
      </div>
      {isPhone && <PhoneTabs tenant={tenant} waiting={waiting} />}
      <AwayStatus tenant={tenant} />
      <WaitingPanel tenant={tenant} />
      <Layers tenant={tenant} />
    </div>
  );
}
