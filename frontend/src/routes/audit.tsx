import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { ScrollText, SearchX } from "lucide-react";
import { useCallback, useEffect, useMemo } from "react";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { Page } from "@/components/ui/page";
import { SearchBox } from "@/components/ui/search-box";
import { Skeleton } from "@/components/ui/skeleton";
import { UnreadyPage } from "@/components/ui/unready-page";
import { AuditFilters } from "@/features/audit/audit-filters";
import { ChainPanel } from "@/features/audit/chain-panel";
import { EventList } from "@/features/audit/event-list";
import { ExportMenu } from "@/features/audit/export-menu";
import { type AuditSearch, thingOf, toQuery, without } from "@/features/audit/filters";
import { NewEntries } from "@/features/audit/new-entries";
import { auditFacetsQuery, type EventOut, eventsQuery, fieldsQuery } from "@/features/audit/queries";
import type { Names } from "@/features/audit/words";
import { membersQuery } from "@/features/organisation/queries";
import { useRights } from "@/features/session/role";
import { formatDate, humanise } from "@/lib/format";
import { asProblem } from "@/lib/problem";

/** A search that found little goes on by itself as far back as this many entries fill a screen. */
const ENOUGH = 12;

export default function AuditPage() {
  const { tenant } = useParams({ from: "/$tenant" });
  const search = useSearch({ from: "/$tenant/audit" });
  const navigate = useNavigate();
  const { can } = useRights(tenant);
  const names = useNames(tenant);
  const query = toQuery(search);
  const list = useInfiniteQuery(eventsQuery(tenant, query));
  const { data: facets } = useQuery({ ...auditFacetsQuery(tenant), enabled: can("audit:read") });
  const events = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const first = list.data?.pages[0];
  const lookedTo = list.data?.pages.at(-1)?.searched_to;

  const { fetchNextPage, hasNextPage, isFetching } = list;
  const goesOn = Boolean(search.text && lookedTo && hasNextPage && events.length < ENOUGH);
  useEffect(() => {
    if (goesOn && !isFetching) void fetchNextPage();
  }, [goesOn, isFetching, fetchNextPage]);

  const change = useCallback(
    (next: AuditSearch) =>
      void navigate({ to: "/$tenant/audit", params: { tenant }, search: next, replace: true }),
    [navigate, tenant],
  );
  const onText = useCallback(
    (text: string) =>
      void navigate({
        to: "/$tenant/audit",
        params: { tenant },
        search: (now: AuditSearch) => ({ ...without(now, "text"), ...(text && { text }) }),
        replace: true,
      }),
    [navigate, tenant],
  );
  const onNarrow = (filter: { thing: string } | { who: string }) =>
    void navigate({ to: "/$tenant/audit", params: { tenant }, search: filter });

  if (list.error && asProblem(list.error).status === 403)
    return (
      <UnreadyPage
        error={list.error}
        onRetry={() => void list.refetch()}
        wayOut={
          <Link to="/$tenant" params={{ tenant }}>
            Go to the dashboard
          </Link>
        }
      />
    );
  return (
    <Page
      title="Audit log"
      lead="Who did what, when, and from where. It is only ever added to, and proves that it is whole."
      actions={<ExportMenu tenant={tenant} query={query} />}
    >
      <ChainPanel tenant={tenant} names={names} canKeep={can("organisation:write")} />
      <div className="mt-5 mb-2 grid gap-2 lg:grid-cols-[minmax(0,20rem)_1fr] lg:items-center lg:gap-3">
        <SearchBox
          label="Search the log"
          placeholder="Name, value, address…"
          value={search.text ?? ""}
          onSearch={onText}
        />
        <AuditFilters
          facets={facets}
          search={search}
          names={names}
          thingName={contactNamed(search.thing, events)}
          onChange={change}
        />
      </div>
      {first && (
        <NewEntries key={JSON.stringify(query)} tenant={tenant} query={query} first={first} shown={events} />
      )}
      {list.isPending && <EventsSkeleton />}
      {list.error && !list.data && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {events.length > 0 && <EventList tenant={tenant} events={events} names={names} onNarrow={onNarrow} />}
      {list.data && events.length === 0 && !goesOn && (
        <NoEvents
          isNarrowed={Object.keys(search).length > 0}
          onClear={() => change({})}
          isSearch={Boolean(search.text)}
        />
      )}
      {goesOn && lookedTo && (
        <p role="status" className="px-4 py-6 text-center text-muted text-sm">
          Looked back to {formatDate(lookedTo)}, and on…
        </p>
      )}
      {hasNextPage && !goesOn && (
        <Button className="mt-4 w-full" busy={list.isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {lookedTo ? `Look further back than ${formatDate(lookedTo)}` : "Older entries"}
        </Button>
      )}
      {events.length > 0 && !hasNextPage && (
        <p className="pt-4 text-center text-muted text-xs">
          {Object.keys(search).length > 0 ? "These are all that match." : "This is where the log begins."}
        </p>
      )}
    </Page>
  );
}

/** How people are called here, and fields. Who left is told by their address. */
function useNames(tenant: string): Names {
  const { data: members } = useQuery(membersQuery(tenant));
  const { data: fields } = useQuery(fieldsQuery(tenant));
  return useMemo(() => {
    const people = new Map(members?.map(({ email, name }) => [email, name]));
    const labels = new Map(fields?.map(({ name, label }) => [name, label]));
    return {
      person: (email) => people.get(email) || email,
      field: (name) => labels.get(name) ?? humanise(name),
    };
  }, [members, fields]);
}

/** A contact by name, where one of its events says it. */
function contactNamed(thing: string | undefined, events: EventOut[]): string | undefined {
  const { noun, name } = (thing && thingOf(thing)) || {};
  if (noun !== "contact") return undefined;
  const ofIt = [...events, ...events.flatMap((event) => event.first_changes)].filter(
    ({ contact_id }) => contact_id === name,
  );
  if (ofIt.some(({ erased }) => erased)) return "An erased person";
  return ofIt.find(({ contact_name }) => contact_name)?.contact_name ?? "One contact";
}

interface NoEventsProps {
  isNarrowed: boolean;
  isSearch: boolean;
  onClear: () => void;
}

function NoEvents({ isNarrowed, isSearch, onClear }: NoEventsProps) {
  if (!isNarrowed)
    return (
      <EmptyState icon={ScrollText} title="Nothing has been done here yet">
        Whatever people, programs and the sync do from now on is written here by itself.
      </EmptyState>
    );
  return (
    <EmptyState
      icon={SearchX}
      title="No entry matches"
      action={<Button onClick={onClear}>Clear search and filters</Button>}
    >
      {isSearch &&
        "A search looks at who, from where, at what it was done to, and at the values before and after. "}
      Nothing of the log is hidden: it was not done, or the log did not reach back so far.
    </EmptyState>
  );
}

const SKELETON_WIDTHS = ["w-3/5", "w-2/5", "w-4/5", "w-1/2", "w-2/3", "w-2/5", "w-3/4", "w-1/2"];

function EventsSkeleton() {
  return (
    <div className="divide-y overflow-hidden rounded-lg border bg-surface shadow-low" aria-busy="true">
      {SKELETON_WIDTHS.map((width, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they never change
        <div key={row} className="flex h-9.5 items-center gap-4 px-4">
          <Skeleton className="w-14 max-md:hidden" />
          <Skeleton className={width} />
        </div>
      ))}
    </div>
  );
}
