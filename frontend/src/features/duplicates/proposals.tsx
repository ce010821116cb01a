import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { CircleCheck, FilterX } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { Notice } from "@/components/ui/notice";
import { Skeleton } from "@/components/ui/skeleton";
import { formatCount } from "@/lib/format";
import { useHotkeys } from "@/lib/use-hotkeys";
import { useWalk } from "@/lib/use-walk";
import { BulkDialog } from "./bulk-dialog";
import { FilterBar, type SearchChange } from "./filter-bar";
import { GroupCard } from "./group-card";
import { GroupList } from "./group-list";
import { Headway } from "./headway";
import { duplicatesQuery, type Group } from "./queries";
import { type DuplicateSearch, filtersOf, isFiltered } from "./search";
import { duplicateSummaryQuery } from "./summary/queries";
import { useDeciding } from "./use-deciding";
import { isOf, type ShowText } from "./words";

interface ProposalsProps {
  tenant: string;
  search: DuplicateSearch;
  onSearch: (changed: SearchChange) => void;
  canDecide: boolean;
  show: ShowText;
}

const NO_FILTERS = { likely: undefined, kind: undefined, held: undefined, contact: undefined, at: undefined };

/** Contacts that may be one person: one group is looked at, decided by a key, and the next one is there. */
export function Proposals({ tenant, search, onSearch, canDecide, show }: ProposalsProps) {
  const list = useInfiniteQuery(duplicatesQuery(tenant, filtersOf(search)));
  const { data: summary } = useQuery(duplicateSummaryQuery(tenant));
  const groups = list.data?.pages.flatMap((page) => page.groups) ?? [];
  const total = list.data?.pages[0]?.total ?? 0;
  const { index, group } = useStanding(groups, search.at);
  const { place, follow } = useFollowing(group?.id);
  const [isExplained, setExplained] = useState(false);
  const walk = useWalk({ ids: groups.map(firstPair), shown: group && firstPair(group), at: search.at });
  const goTo = (pairId: number | undefined) => {
    walk.headFor(pairId);
    follow();
    onSearch({ at: pairId === undefined ? undefined : String(pairId) });
  };
  const { merge, reject, undoLast, fault, forgetFault, isBusy } = useDeciding({
    tenant,
    groups,
    index,
    onGo: goTo,
  });
  const onChoose = (chosen: Group) => {
    forgetFault();
    goTo(firstPair(chosen));
  };
  const onMove = (step: 1 | -1) => {
    const place = walk.placeAfter(step);
    const next = groups[place];
    if (next) onChoose(next);
    if (place >= groups.length - 2 && list.hasNextPage) void list.fetchNextPage();
  };
  useHotkeys({ j: () => onMove(1), k: () => onMove(-1), u: undoLast });

  if (list.error && !list.data) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  const isLost = fault && !groups.some((one) => isOf(one, fault.pair));
  return (
    <>
      <div className="mb-4 grid gap-3">
        <Headway tenant={tenant} canDecide={canDecide} />
        <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
          <FilterBar search={search} summary={summary} onFilter={onSearch} />
          {canDecide && (
            <BulkDialog tenant={tenant} onNoneLeft={() => setTimeout(() => place.current?.focus())} />
          )}
        </div>
      </div>
      {isLost && (
        <div role="alert" className="mb-4">
          <Notice tone="bad" title={fault.problem.title}>
            {fault.problem.detail} It is not among those that wait any more.
          </Notice>
        </div>
      )}
      <div ref={place} tabIndex={-1} className="focus-visible:outline-none">
        {!list.data ? (
          <ProposalsSkeleton />
        ) : !group ? (
          <Nothing isFiltered={isFiltered(search)} onClear={() => onSearch(NO_FILTERS)} />
        ) : (
          <div className="grid items-start gap-4 lg:grid-cols-[17rem_minmax(0,1fr)]">
            <div className="overflow-hidden rounded-lg border bg-surface shadow-low max-lg:order-last lg:sticky lg:top-6 lg:max-h-[calc(100dvh-3rem)] lg:overflow-y-auto">
              <GroupList groups={groups} chosen={group.id} onChoose={onChoose} />
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
            <GroupCard
              key={group.id}
              tenant={tenant}
              group={group}
              place={`${formatCount(index + 1)} of ${formatCount(total)}`}
              canDecide={canDecide}
              isBusy={isBusy}
              fault={fault && isOf(group, fault.pair) ? fault.problem : undefined}
              isExplained={isExplained}
              onExplain={setExplained}
              onMerge={(body) => walk.hasArrived() && void merge(group, body)}
              onReject={(pairs) => walk.hasArrived() && void reject(group, pairs)}
              onMove={onMove}
              show={show}
            />
          </div>
        )}
      </div>
    </>
  );
}

const firstPair = ({ pairs }: Group) => pairs[0]?.id;

/** What is looked at stays, whatever comes in before it, until somebody goes on: a key must not meet another group. */
function useStanding(groups: Group[], at: string | undefined) {
  const [stood, setStood] = useState<number>();
  const placeOf = (pairId: number | string | undefined) => groups.findIndex((one) => isOf(one, pairId));
  const index = [placeOf(at), placeOf(stood), 0].find((found) => found >= 0) ?? 0;
  const group = groups[index];
  const stands = group && firstPair(group);
  if (stands !== undefined && stands !== stood) setStood(stands);
  return { index, group };
}

/** The focus follows to the card that comes; where none is left, it stays in its place. */
function useFollowing(shown: number | undefined) {
  const place = useRef<HTMLDivElement>(null);
  const isAsked = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: when another card is shown
  useEffect(() => {
    if (!isAsked.current) return;
    isAsked.current = false;
    const card = place.current?.querySelector("article") ?? place.current;
    card?.focus({ preventScroll: true });
    if (card && card.getBoundingClientRect().top < 0) card.scrollIntoView({ block: "start" });
  }, [shown]);
  return {
    place,
    follow: () => {
      isAsked.current = true;
    },
  };
}

function Nothing({ isFiltered, onClear }: { isFiltered: boolean; onClear: () => void }) {
  if (isFiltered) {
    return (
      <EmptyState
        icon={FilterX}
        title="No proposal is like that"
        action={<Button onClick={onClear}>Show all</Button>}
      >
        It may be decided already, or others wait under other filters.
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={CircleCheck} title="Nobody is here twice, as far as is known">
      New and changed contacts are compared by themselves. What is found waits here for you.
    </EmptyState>
  );
}

function ProposalsSkeleton() {
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[17rem_minmax(0,1fr)]">
      <Skeleton className="h-96 w-full rounded-lg max-lg:order-last" />
      <Skeleton className="h-120 w-full rounded-xl" />
    </div>
  );
}
