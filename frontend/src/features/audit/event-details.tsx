import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowUpRight, ListFilter, UserRound } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { RunLink } from "@/components/ui/run-link";
import { SIDE_NAMES } from "@/components/ui/side";
import { formatCount, formatExact, formatUtc, humanise } from "@/lib/format";
import { type ContactChangeOut, changesQuery, type EventOut } from "./queries";
import { type Names, nameOf, show, thingAbout, wayOf, whoOf } from "./words";

interface EventDetailsProps {
  tenant: string;
  event: EventOut;
  names: Names;
  onNarrow: (filter: { thing: string } | { who: string }) => void;
}

/** All that is known of an event: what was there before and after, who exactly, and its place in the chain. */
export function EventDetails({ tenant, event, names, onNarrow }: EventDetailsProps) {
  const thing = thingAbout(event);
  return (
    <div className="grid gap-4 border-t bg-sunken px-4 py-4 md:pl-[8.25rem]">
      {event.changes > 0 ? (
        <Changes tenant={tenant} event={event} names={names} />
      ) : (
        <Values before={event.before} after={event.after} nameOf={(name) => humanise(name)} />
      )}
      {event.erased && (
        <p className="text-ink-2 text-sm">
          The person was erased for privacy: what it said is gone for good. That it was done, by whom and when
          stays, and the chain still holds.
        </p>
      )}
      <dl className="grid gap-x-8 gap-y-2.5 text-xs sm:grid-cols-2 xl:grid-cols-3">
        <Fact label="When">
          {formatExact(event.at)} <span className="text-muted">({formatUtc(event.at)})</span>
        </Fact>
        <Fact label="Who">{event.actor}</Fact>
        <Fact label="From where">
          {wayOf(event.via)}
          {event.address && ` at ${event.address}`}
        </Fact>
        <Fact label="Kind">{event.kind}</Fact>
        {Object.entries(event.more).map(([name, value]) => (
          <Fact key={name} label={humanise(name)}>
            {show(value)}
          </Fact>
        ))}
        <Fact label="In the chain">
          {event.seq === null ? "Not sealed" : `Event ${formatCount(event.seq)}`}
          {event.hash && (
            <code className="ml-1.5 text-2xs text-muted" title={event.hash}>
              {event.hash.slice(0, 12)}…
            </code>
          )}
        </Fact>
      </dl>
      <div className="flex flex-wrap gap-2">
        <Open tenant={tenant} event={event} />
        {thing && (
          <Button size="sm" onClick={() => onNarrow({ thing })}>
            <ListFilter aria-hidden /> All about this
          </Button>
        )}
        <Button size="sm" onClick={() => onNarrow({ who: event.actor })}>
          <UserRound aria-hidden /> All by {whoOf(event, names)}
        </Button>
      </div>
    </div>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-muted">{label}</dt>
      <dd className="mt-0.5 text-ink-2 [overflow-wrap:anywhere]">{children}</dd>
    </div>
  );
}

/** The changes of contacts that it made: the first at once, all of many when they are asked for. */
function Changes({ tenant, event, names }: Omit<EventDetailsProps, "onNarrow">) {
  const [wantsAll, setWantsAll] = useState(false);
  const all = useInfiniteQuery({ ...changesQuery(tenant, event.id), enabled: wantsAll });
  const changes = all.data?.pages.flatMap(({ items }) => items) ?? event.first_changes;
  const isMore = event.changes > changes.length;
  return (
    <div className="grid gap-3">
      {changes.map((change) => (
        <Change key={change.id} tenant={tenant} change={change} names={names} />
      ))}
      {all.error && <ErrorState error={all.error} onRetry={() => void all.refetch()} className="p-0" />}
      {isMore && (
        <Button
          size="sm"
          className="justify-self-start"
          busy={all.isFetching}
          onClick={() => (wantsAll ? void all.fetchNextPage() : setWantsAll(true))}
        >
          {wantsAll ? "More changes" : `All ${formatCount(event.changes)} changes`}
        </Button>
      )}
    </div>
  );
}

function Change({ tenant, change, names }: { tenant: string; change: ContactChangeOut; names: Names }) {
  const name = nameOf(change);
  return (
    <div className="grid gap-1.5">
      <p className="text-sm">
        {change.contact_name && !change.erased ? (
          <Link
            to="/$tenant/contacts/$contactId"
            params={{ tenant, contactId: change.contact_id }}
            className="font-medium underline underline-offset-3"
          >
            {name}
          </Link>
        ) : (
          <span className="font-medium">{name.charAt(0).toUpperCase() + name.slice(1)}</span>
        )}
        <span className="text-muted">
          {" "}
          {change.op} in {SIDE_NAMES[change.side]}
          {change.reason && ` · ${change.reason}`}
          <RunLink tenant={tenant} runId={change.run_id} />
        </span>
      </p>
      {change.erased ? (
        <p className="hatched rounded-md border px-3 py-2 text-ink-2 text-xs">
          Erased for privacy: the values are gone for good.
        </p>
      ) : (
        <Values before={change.before} after={change.after} nameOf={names.field} />
      )}
    </div>
  );
}

interface ValuesProps {
  before: Record<string, unknown>;
  after: Record<string, unknown>;
  nameOf: (name: string) => string;
}

/** Before and after, as they were written. What came out of nothing has no column for it. */
function Values({ before, after, nameOf }: ValuesProps) {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  if (names.length === 0) return null;
  const columns = [
    ...(Object.keys(before).length > 0 ? [{ label: "Before", values: before }] : []),
    ...(Object.keys(after).length > 0 ? [{ label: "After", values: after }] : []),
  ];
  return (
    <table className="w-full max-w-3xl table-fixed rounded-md border bg-surface text-xs">
      <thead>
        <tr className="border-b text-left text-muted">
          <th scope="col" className="w-[30%] px-3 py-1.5 font-medium">
            Field
          </th>
          {columns.map(({ label }) => (
            <th key={label} scope="col" className="px-3 py-1.5 font-medium">
              {columns.length > 1 ? label : label === "After" ? "Value" : "Value before"}
            </th>
          ))}
        </tr>
      </thead>
      <tbody className="divide-y">
        {names.map((name) => (
          <tr key={name} className="align-top [overflow-wrap:anywhere]">
            <th scope="row" className="px-3 py-1.5 text-left font-normal text-muted">
              {nameOf(name)}
            </th>
            {columns.map(({ label, values }) => (
              <td
                key={label}
                className={label === "After" ? "px-3 py-1.5 font-medium" : "px-3 py-1.5 text-ink-2"}
              >
                {values[name] === undefined || values[name] === null || values[name] === "" ? (
                  <span className="font-normal text-muted">empty</span>
                ) : (
                  show(values[name])
                )}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The way to what it was done to, where that has a page. */
function Open({ tenant, event }: { tenant: string; event: EventOut }) {
  const noun = event.kind.split(".")[0] ?? "";
  const place = PLACES[noun];
  const isErased = event.erased || event.kind === "contact.erased";
  if (event.contact_id && event.contact_name && !isErased)
    return (
      <Button asChild size="sm">
        <Link to="/$tenant/contacts/$contactId" params={{ tenant, contactId: event.contact_id }}>
          <ArrowUpRight aria-hidden /> Open {event.contact_name}
        </Link>
      </Button>
    );
  if (noun === "run")
    return (
      <Button asChild size="sm">
        <Link to="/$tenant/runs/$runId" params={{ tenant, runId: event.subject }}>
          <ArrowUpRight aria-hidden /> Open run {event.subject}
        </Link>
      </Button>
    );
  if (!place) return null;
  return (
    <Button asChild size="sm">
      <Link to={place.to} params={{ tenant }}>
        <ArrowUpRight aria-hidden /> Open {place.label}
      </Link>
    </Button>
  );
}

const PLACES: Record<
  string,
  {
    to:
      | "/$tenant/connection"
      | "/$tenant/mapping"
      | "/$tenant/settings"
      | "/$tenant/access"
      | "/$tenant/needs-you";
    label: string;
  }
> = {
  connection: { to: "/$tenant/connection", label: "Connection" },
  mapping: { to: "/$tenant/mapping", label: "Mapping" },
  field: { to: "/$tenant/mapping", label: "Mapping" },
  brake: { to: "/$tenant/needs-you", label: "Needs you" },
  member: { to: "/$tenant/settings", label: "Members" },
  organisation: { to: "/$tenant/settings", label: "Settings" },
  token: { to: "/$tenant/settings", label: "Tokens" },
  invitation: { to: "/$tenant/access", label: "Access" },
  "sign-in-rules": { to: "/$tenant/access", label: "Access" },
  "company-sign-in": { to: "/$tenant/access", label: "Access" },
};
