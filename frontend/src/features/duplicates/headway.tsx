import { useQuery } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { useState } from "react";
import { Ago } from "@/components/ui/ago";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { Progress } from "@/components/ui/progress";
import { Skeleton } from "@/components/ui/skeleton";
import { formatCount, formatDuration, plural } from "@/lib/format";
import { type ScanOut, useScan } from "./queries";
import { duplicateSummaryQuery } from "./summary/queries";

const WHILE_SEARCHING_MS = 2_000;

/** Where the book stands, in a sentence; and the search of it, where one is under way. */
export function Headway({ tenant, canDecide }: { tenant: string; canDecide: boolean }) {
  const {
    data: summary,
    error,
    refetch,
  } = useQuery({
    ...duplicateSummaryQuery(tenant),
    refetchInterval: ({ state: { data } }) => (data?.scan?.status === "running" ? WHILE_SEARCHING_MS : false),
  });
  if (error && !summary)
    return <ErrorState error={error} onRetry={() => void refetch()} className="mx-0 p-0" />;
  if (!summary) return <Skeleton className="h-14 w-full max-w-xl rounded-lg" />;
  const { open, decided_today: decided, waiting, scan } = summary;
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
        <div>
          <p className="text-sm tabular-nums" aria-live="polite">
            <span className="font-semibold">
              {open === 0 ? "No proposal waits" : `${plural(open, "proposal waits", "proposals wait")}`}
            </span>
            <span className="text-muted">; {formatCount(decided)} decided today</span>
          </p>
          <p className="mt-0.5 text-muted text-xs">
            {waiting > 0
              ? `${plural(waiting, "new or changed contact is", "new or changed contacts are")} not compared yet. That goes on by itself.`
              : "Every contact is compared with all others."}
            {scan && scan.status !== "running" && <LastScan scan={scan} />}
          </p>
        </div>
        {canDecide && scan?.status !== "running" && <StartScan tenant={tenant} />}
      </div>
      {scan?.status === "running" && <Searching tenant={tenant} scan={scan} canDecide={canDecide} />}
    </div>
  );
}

function LastScan({ scan: { status, finished_at: at, found } }: { scan: ScanOut }) {
  return (
    <>
      {" The whole book was last searched "}
      {at && <Ago iso={at} />}
      {status === "cancelled" ? ", and stopped before its end" : `: ${formatCount(found)} found`}.
    </>
  );
}

function StartScan({ tenant }: { tenant: string }) {
  const { start, isBusy } = useScan(tenant);
  return (
    <Button busy={isBusy} onClick={() => void start().catch(() => undefined)}>
      {!isBusy && <Search aria-hidden />} Search the whole book
    </Button>
  );
}

const PHASES: Record<ScanOut["phase"], string> = {
  keys: "Reading contacts",
  pairs: "Comparing those that share something",
};

/** How far it was when this page first saw its phase: what came since tells the pace. */
function usePace({ id, phase, done, total, progress_at }: ScanOut) {
  const [first, setFirst] = useState({ id, phase, done, at: progress_at });
  if (first.id !== id || first.phase !== phase) setFirst({ id, phase, done, at: progress_at });
  const seconds = (Date.parse(progress_at) - Date.parse(first.at)) / 1000;
  if (seconds <= 0 || done <= first.done) return undefined;
  const rate = (done - first.done) / seconds;
  return { rate, left: Math.max(0, total - done) / rate };
}

function Searching({ tenant, scan, canDecide }: { tenant: string; scan: ScanOut; canDecide: boolean }) {
  const { cancel, isBusy } = useScan(tenant);
  const pace = usePace(scan);
  const { phase, done, total, found, by } = scan;
  return (
    <section aria-label="Search of the whole book" className="rounded-lg border bg-surface p-4 shadow-low">
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <div>
          <h2 className="font-semibold text-sm">{PHASES[phase]}</h2>
          <p className="text-muted text-xs">
            The whole book is searched, begun by {by}. You may close the page; it goes on by itself.
          </p>
        </div>
        {canDecide && (
          <Button size="sm" busy={isBusy} onClick={() => void cancel(scan.id).catch(() => undefined)}>
            Stop the search
          </Button>
        )}
      </div>
      <Progress share={total > 0 ? done / total : null} label={PHASES[phase]} className="mt-3" />
      <p className="mt-1.5 flex flex-wrap gap-x-4 text-muted text-xs tabular-nums">
        <span>
          <span className="font-medium text-ink">{formatCount(done)}</span> of {formatCount(total)} contacts
        </span>
        <span>{formatCount(found)} found</span>
        {pace && <span>{formatCount(Math.round(pace.rate))} a second</span>}
        {pace && <span>about {formatDuration(pace.left)} to go</span>}
      </p>
    </section>
  );
}
