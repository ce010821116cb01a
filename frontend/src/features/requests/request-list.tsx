import { ChevronDown } from "lucide-react";
import { Badge, type Tone } from "@/components/ui/badge";
import { RunLink } from "@/components/ui/run-link";
import { cn } from "@/lib/cn";
import { formatCount, formatExact, formatTimeExact } from "@/lib/format";
import { LANE_NAMES } from "./filters";
import type { RequestOut } from "./queries";
import { RequestOutline } from "./request-outline";

interface RequestListProps {
  tenant: string;
  requests: RequestOut[];
  open: string | undefined;
  onOpen: (id: string | undefined) => void;
}

/** Attempts to ask HubSpot something, newest first; each opens to what was sent and answered. */
export function RequestList({ tenant, requests, open, onOpen }: RequestListProps) {
  return (
    <ul aria-label="Requests" className="divide-y">
      {requests.map((request) => {
        const isOpen = String(request.id) === open;
        return (
          <li key={request.id}>
            <button
              type="button"
              aria-expanded={isOpen}
              aria-controls={`request-${request.id}`}
              onClick={() => onOpen(isOpen ? undefined : String(request.id))}
              className="grid min-h-11 w-full grid-cols-[4.75rem_minmax(0,1fr)_auto_1rem] items-center gap-x-3 gap-y-0.5 px-4 py-2 text-left text-xs hover:bg-hover focus-visible:-outline-offset-2 md:grid-cols-[4.75rem_5.5rem_minmax(0,1fr)_5rem_4.5rem_1rem]"
            >
              <time
                dateTime={request.at}
                title={formatExact(request.at)}
                className="text-muted tabular-nums max-md:col-start-1"
              >
                {formatTimeExact(request.at)}
              </time>
              <span className="max-md:col-start-3 max-md:row-start-1 max-md:justify-self-end">
                <Status request={request} />
              </span>
              <span className="min-w-0 truncate font-mono max-md:col-start-2 max-md:row-start-1">
                <span className="font-semibold">{request.method}</span> {shortOf(request.path)}
              </span>
              <span className="text-muted max-md:col-start-2 max-md:row-start-2">
                {LANE_NAMES[request.lane]}
              </span>
              <span className="text-right text-muted tabular-nums max-md:col-start-3 max-md:row-start-2">
                {formatCount(request.ms)} ms
              </span>
              <ChevronDown
                aria-hidden
                className={cn(
                  "size-4 text-muted transition-transform max-md:col-start-4 max-md:row-start-1",
                  isOpen && "rotate-180",
                )}
              />
            </button>
            <div id={`request-${request.id}`}>{isOpen && <Opened tenant={tenant} request={request} />}</div>
          </li>
        );
      })}
    </ul>
  );
}

/** Without what is the same in nearly all of them; opened, a request shows its whole path. */
const shortOf = (path: string) => path.replace(/^\/crm\/objects\/[\d-]+\/(?=.)/, "…/");

function toneOf({ status }: RequestOut): Tone {
  if (status === null || status >= 500) return "bad";
  if (status >= 300) return "warn";
  return "plain";
}

function Status({ request }: { request: RequestOut }) {
  return (
    <Badge tone={toneOf(request)}>
      <span className="tabular-nums">{request.status ?? "no answer"}</span>
      {request.attempt > 1 && `, try ${request.attempt}`}
    </Badge>
  );
}

function Opened({ tenant, request }: { tenant: string; request: RequestOut }) {
  const facts: [string, string | null][] = [
    ["HubSpot’s correlation id", request.correlation],
    ["No answer because", request.failure],
    ["Requests left in its window", request.remaining === null ? null : formatCount(request.remaining)],
    ["Left of the day", request.daily_remaining === null ? null : formatCount(request.daily_remaining)],
  ];
  return (
    <div className="border-t bg-sunken px-4 py-3">
      <p className="break-all font-mono text-xs">
        <span className="font-semibold">{request.method}</span> {request.path}
      </p>
      <dl className="mt-2 flex flex-wrap gap-x-8 gap-y-1.5 text-xs">
        <div>
          <dt className="text-muted">When</dt>
          <dd>{formatExact(request.at)}</dd>
        </div>
        <div>
          <dt className="text-muted">What for</dt>
          <dd>
            {LANE_NAMES[request.lane]}
            <RunLink tenant={tenant} runId={request.run_id} />
          </dd>
        </div>
        {facts.map(
          ([label, value]) =>
            value !== null && (
              <div key={label}>
                <dt className="text-muted">{label}</dt>
                <dd className="break-all font-mono">{value}</dd>
              </div>
            ),
        )}
      </dl>
      <RequestOutline tenant={tenant} id={request.id} />
    </div>
  );
}
