import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Outlet, useParams } from "@tanstack/react-router";
import { CloudOff } from "lucide-react";
import { Suspense } from "react";
import { PageSkeleton } from "@/components/ui/page-skeleton";
import { overviewQuery } from "@/features/overview/queries";
import { sessionQuery } from "@/features/session/queries";
import { useOnline } from "@/lib/use-online";
import { useLiveState, useLiveStream } from "@/live/stream";
import { usePagesAhead } from "../lazy-page";
import { Layers } from "./layers";
import { PhoneTabs, PhoneTop } from "./phone-bars";
import { Sidebar } from "./sidebar";

/** Everything that stays while pages change. The live stream is mounted here, once. */
export function AppShell() {
  const { tenant } = useParams({ from: "/$tenant" });
  const { data: session } = useSuspenseQuery(sessionQuery());
  const { data: overview } = useQuery(overviewQuery(tenant));
  useLiveStream(tenant);
  usePagesAhead();

  const organisation = session.organisations.find((one) => one.slug === tenant)?.name ?? tenant;
  const needsYou = (overview?.needs_you ?? []).reduce((sum, need) => sum + need.count, 0);

  return (
    <div className="flex min-h-dvh">
      <a
        href="#content"
        className="sr-only focus-visible:not-sr-only focus-visible:fixed focus-visible:top-2 focus-visible:left-2 focus-visible:z-50 focus-visible:rounded-md focus-visible:bg-ink focus-visible:px-3 focus-visible:py-2 focus-visible:text-on-ink"
      >
        Skip to the content
      </a>
      <Sidebar tenant={tenant} needsYou={needsYou} />
      <div className="flex min-w-0 flex-1 flex-col">
        <PhoneTop organisation={organisation} />
        <main id="content" tabIndex={-1} className="flex-1 focus-visible:outline-none">
          <Suspense fallback={<PageSkeleton />}>
            <Outlet />
          </Suspense>
        </main>
      </div>
      <PhoneTabs tenant={tenant} needsYou={needsYou} />
      <StaleNotice />
      <Layers tenant={tenant} />
    </div>
  );
}

/** Floats over the page, so that nothing moves when it comes and goes. */
function StaleNotice() {
  const isOnline = useOnline();
  const live = useLiveState();
  const isStale = !isOnline || live === "lost";
  return (
    <div
      role="status"
      className="pointer-events-none fixed inset-x-4 bottom-18 z-30 flex justify-center md:bottom-5 md:left-15 lg:left-58"
    >
      {isStale && (
        <p className="appear flex items-center gap-2.5 rounded-lg bg-ink px-4 py-2 text-on-ink text-sm shadow-high">
          <CloudOff className="size-4 shrink-0" aria-hidden />
          <span>
            {isOnline ? "LoanArk cannot be reached." : "You are offline."} You see what was loaded last; it
            goes on by itself.
          </span>
        </p>
      )}
    </div>
  );
}
