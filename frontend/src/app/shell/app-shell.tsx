import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Outlet, useParams } from "@tanstack/react-router";
import { CloudOff } from "lucide-react";
import { Suspense } from "react";
import { PageSkeleton } from "@/components/ui/page-skeleton";
import { overviewQuery } from "@/features/overview/queries";
import { sessionQuery } from "@/features/session/queries";
import { useOnline } from "@/lib/use-online";
import { useLiveStream } from "@/live/stream";
import { Layers } from "./layers";
import { PhoneTabs, PhoneTop } from "./phone-bars";
import { Sidebar } from "./sidebar";

/** Everything that stays while pages change. The live stream is mounted here, once. */
export function AppShell() {
  const { tenant } = useParams({ from: "/$tenant" });
  const { data: session } = useSuspenseQuery(sessionQuery());
  const { data: overview } = useQuery(overviewQuery(tenant));
  useLiveStream(tenant);

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
        <OfflineBanner />
        <main id="content" tabIndex={-1} className="flex-1 focus-visible:outline-none">
          <Suspense fallback={<PageSkeleton />}>
            <Outlet />
          </Suspense>
        </main>
      </div>
      <PhoneTabs tenant={tenant} needsYou={needsYou} />
      <Layers tenant={tenant} />
    </div>
  );
}

function OfflineBanner() {
  if (useOnline()) return null;
  return (
    <div
      role="status"
      className="flex items-center justify-center gap-2 bg-ink px-4 py-2 text-on-ink text-sm"
    >
      <CloudOff className="size-4 shrink-0" aria-hidden />
      You are offline. You see what was loaded last; changes wait until you are back.
    </div>
  );
}
