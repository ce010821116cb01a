import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { CircleCheck, FilterX } from "lucide-react";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { Progress } from "@/components/ui/progress";
import { Skeleton } from "@/components/ui/skeleton";
import { formatCount } from "@/lib/format";
import { ConflictList } from "./conflict-list";
import { FocusCard } from "./focus-card";
import { InboxFilters } from "./inbox-filters";
import { type ConflictSummary, conflictSummaryQuery, conflictsQuery } from "./queries";
import { RuleMenu } from "./rule-menu";
import { filtersOf, type InboxSearch, isFiltered } from "./search";
import { useDeciding } from "./use-deciding";

interface InboxProps {
  tenant: string;
  search: InboxSearch;
  onSearch: (changed: Partial<Record<keyof InboxSearch, string | undefined>>) => void;
  canDecide: boolean;
  canRule: boolean;
}

/** Conflicts that wait: one is looked at, decided by a key, and the next one is there. */
export function Inbox({ tenant, search, onSearch, canDecide, canRule }: InboxProps) {
  const list = useInfiniteQuery(conflictsQuery(tenant, filtersOf(search, true)));
  const { data: summary } = useQuery(conflictSummaryQuery(tenant));
  const conflicts = list.data?.pages.flatMap((page) => page.items) ?? [];
  const total = list.data?.pages[0]?.total ?? 0;
  const { conflict, index, goTo, card, alike } = useDeciding({
    tenant,
    conflicts,
    at: search.at,
    canDecide,
    onGo: (id) => onSearch({ at: id === undefined ? undefined : String(id) }),
    onNearEnd: () => list.hasNextPage && void list.fetchNextPage(),
  });

  if (list.error && !list.data) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  return (
    <>
      <div className="mb-4 grid gap-3">
        {summary && <Headway summary={summary} />}
        {(total > 1 || isFiltered(search)) && (
          <InboxFilters search={search} summary={summary} onFilter={onSearch} isOpen />
        )}
      </div>
      {!list.data ? (
        <InboxSkeleton />
      ) : !conflict ? (
        <Nothing isFiltered={isFiltered(search)} onClear={() => onSearch(NO_FILTERS)} />
      ) : (
        <div className="grid items-start gap-4 lg:grid-cols-[19rem_minmax(0,1fr)]">
          <div className="overflow-hidden rounded-lg border bg-surface shadow-low max-lg:order-last lg:max-h-[34rem] lg:overflow-y-auto">
            <ConflictList conflicts={conflicts} chosen={conflict.id} onChoose={goTo} />
            {list.hasNextPage && (
              <Button
                kind="quiet"
                className="w-full rounded-none border-t"
                busy={list.isFetchingNextPage}
                onClick={() => void list.fetchNextPage()}
              >
                More
              </Button>
            )}
          </div>
          <FocusCard
            key={conflict.id}
            {...card}
            conflict={conflict}
            place={`${formatCount(index + 1)} of ${formatCount(total)}`}
            rule={canRule && <RuleMenu tenant={tenant} conflict={conflict} />}
          />
        </div>
      )}
      {alike}
    </>
  );
}

const NO_FILTERS = {
  field: undefined,
  search: undefined,
  older: undefined,
  empty: undefined,
  late: undefined,
  winner: undefined,
};

function Headway({ summary: { open, decided_today: done } }: { summary: ConflictSummary }) {
  if (open + done === 0) return null;
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <p className="text-sm tabular-nums" aria-live="polite">
        <span className="font-semibold">{formatCount(open)} left</span>
        <span className="text-muted">, {formatCount(done)} decided today by you</span>
      </p>
      <Progress share={done / (open + done)} label="Decided today, of what waits" className="w-40" />
    </div>
  );
}

function Nothing({ isFiltered, onClear }: { isFiltered: boolean; onClear: () => void }) {
  if (isFiltered) {
    return (
      <EmptyState
        icon={FilterX}
        title="No conflict is like that"
        action={<Button onClick={onClear}>Show all</Button>}
      >
        Others may wait under other filters.
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={CircleCheck} title="No conflict waits for you">
      What heals by itself is not listed here.
    </EmptyState>
  );
}

function InboxSkeleton() {
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[19rem_minmax(0,1fr)]">
      <Skeleton className="h-96 w-full rounded-lg max-lg:order-last" />
      <Skeleton className="h-96 w-full rounded-xl" />
    </div>
  );
}
