import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChevronDown, RotateCw } from "lucide-react";
import { useId, useState } from "react";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/card";
import { ErrorState } from "@/components/ui/error-state";
import { LevelBadge } from "@/components/ui/level-badge";
import { Skeleton } from "@/components/ui/skeleton";
import { cn } from "@/lib/cn";
import { plural } from "@/lib/format";
import { toastDone } from "@/lib/toast";
import { type RunReason, reasonsQuery, refusedQuery, useRetries } from "./queries";

interface RunReasonsProps {
  tenant: string;
  runId: number;
  /** So many contacts were refused, as the run counted them: the place of the reasons is held while they come. */
  expected: number;
  canRetry: boolean;
  /** May see what was asked of HubSpot. */
  canInspect: boolean;
}

/** What a run could not carry over: a line a reason, and behind it the contacts. */
export function RunReasons({ tenant, runId, expected, canRetry, canInspect }: RunReasonsProps) {
  const { data, error, refetch } = useQuery(reasonsQuery(tenant, runId));
  if (expected === 0 && (!data || data.length === 0)) return null;
  return (
    <Panel title="Not carried over" bodyClassName="p-0">
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && (
        <div className="grid gap-2 p-4">
          <Skeleton className="h-5 w-2/3" />
          <Skeleton className="h-4 w-1/2" />
        </div>
      )}
      {data?.length === 0 && (
        <p className="px-4 py-3.5 text-muted text-sm">
          A later run met these contacts again and tells of them. What is still refused is on{" "}
          <Link
            to="/$tenant/needs-you"
            params={{ tenant }}
            search={{ show: "values" }}
            className="underline underline-offset-3"
          >
            Needs you
          </Link>
          .
        </p>
      )}
      {data && data.length > 0 && (
        <ul className="divide-y">
          {data.map((reason) => (
            <li key={`${reason.code} ${reason.reason}`}>
              <Reason
                tenant={tenant}
                runId={runId}
                reason={reason}
                canRetry={canRetry}
                canInspect={canInspect}
              />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

interface ReasonProps {
  tenant: string;
  runId: number;
  reason: RunReason;
  canRetry: boolean;
  canInspect: boolean;
}

function Reason({ tenant, runId, reason, canRetry, canInspect }: ReasonProps) {
  const [isOpen, setOpen] = useState(false);
  const { retryReason, isRetryingReason } = useRetries(tenant);
  const list = useId();
  const { code, contacts, open, fix, heals } = reason;
  const onRetryAll = () =>
    void retryReason(runId, code, reason.reason).then(
      ({ contacts }) => toastDone(`${plural(contacts, "contact is", "contacts are")} tried again`),
      () => undefined, // Told by a toast already.
    );
  return (
    <div className="p-4 text-sm">
      <div className="flex flex-wrap items-start gap-x-3 gap-y-2">
        <div className="min-w-60 flex-1">
          <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
            {open === 0 ? <LevelBadge level="none" /> : <LevelBadge level={heals ? "heals" : "needs_you"} />}
            <span className="font-semibold tabular-nums">{plural(contacts, "contact")}</span>
            {open < contacts && (
              <span className="text-muted text-xs">
                {plural(contacts - open, "solved since", "solved since")}
              </span>
            )}
          </p>
          <p className="mt-1 break-words font-medium">{reason.reason}</p>
          {open > 0 && <p className="mt-0.5 max-w-prose text-ink-2">{fix}</p>}
        </div>
        {open > 0 && (
          <div className="flex flex-wrap gap-2">
            <Button
              kind="quiet"
              size="sm"
              aria-expanded={isOpen}
              aria-controls={list}
              onClick={() => setOpen(!isOpen)}
            >
              Which <span className="sr-only">contacts: {reason.reason}</span>
              <ChevronDown className={cn("transition-transform", isOpen && "rotate-180")} aria-hidden />
            </Button>
            {canRetry && (
              <Button size="sm" busy={isRetryingReason} onClick={onRetryAll}>
                {!isRetryingReason && <RotateCw aria-hidden />}
                {open === 1 ? "Retry" : `Retry all ${open}`}
                <span className="sr-only">: {reason.reason}</span>
              </Button>
            )}
          </div>
        )}
      </div>
      <div id={list}>
        {isOpen && (
          <Refused
            tenant={tenant}
            runId={runId}
            reason={reason}
            canRetry={canRetry}
            canInspect={canInspect}
          />
        )}
      </div>
    </div>
  );
}

/** The contacts behind a reason. */
function Refused({ tenant, runId, reason, canRetry, canInspect }: ReasonProps) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    refusedQuery(tenant, runId, reason.code, reason.reason),
  );
  const { retry, retrying } = useRetries(tenant);
  const rows = data?.pages.flatMap((page) => page.items) ?? [];
  const onRetry = (id: number, name: string) =>
    void retry(id).then(
      () => toastDone(`${name} is tried again`),
      () => undefined, // Told by a toast already.
    );
  return (
    <div className="mt-3 rounded-md border bg-sunken">
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton className="m-3 h-5 w-1/2" />}
      <ul className="divide-y">
        {rows.map((row) => (
          <li
            key={row.id}
            className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1 px-3 py-1.5"
          >
            <span className="min-w-0">
              {row.contact_id ? (
                <Link
                  to="/$tenant/contacts/$contactId"
                  params={{ tenant, contactId: row.contact_id }}
                  className="font-medium underline decoration-line-strong underline-offset-3 hover:decoration-ink"
                >
                  {row.contact_name}
                </Link>
              ) : (
                <span className="font-medium">{row.contact_name || `HubSpot contact ${row.hubspot_id}`}</span>
              )}
              {row.value !== null && (
                <span className="ml-2 break-all rounded-xs bg-bad-wash px-1 font-mono text-bad-ink text-xs">
                  {row.value}
                </span>
              )}
            </span>
            <span className="flex flex-wrap gap-1">
              {canInspect && row.hubspot_id && (
                <Button asChild kind="quiet" size="sm">
                  <Link to="/$tenant/runs/requests" params={{ tenant }} search={{ record: row.hubspot_id }}>
                    Requests
                    <span className="sr-only"> about {row.contact_name}</span>
                  </Link>
                </Button>
              )}
              {canRetry && (
                <Button
                  kind="quiet"
                  size="sm"
                  busy={retrying === row.id}
                  onClick={() => onRetry(row.id, row.contact_name)}
                >
                  Retry <span className="sr-only">{row.contact_name}</span>
                </Button>
              )}
            </span>
          </li>
        ))}
      </ul>
      {hasNextPage && (
        <div className="border-t p-2">
          <Button size="sm" className="w-full" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            More
          </Button>
        </div>
      )}
    </div>
  );
}
