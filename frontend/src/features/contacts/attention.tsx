import { useInfiniteQuery } from "@tanstack/react-query";
import { CircleCheck } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { Skeleton } from "@/components/ui/skeleton";
import { ConflictCard } from "./conflict-card";
import { conflictsQuery, rejectionsQuery, useAttentionActions } from "./queries";
import { RejectionCard } from "./rejection-card";

/** Fields that both sides changed: open ones wait, decided ones say who won. */
export function Conflicts({ tenant, open, canEdit }: { tenant: string; open: boolean; canEdit: boolean }) {
  const list = useInfiniteQuery(conflictsQuery(tenant, open));
  const { resolve, resolving } = useAttentionActions(tenant);
  const conflicts = list.data?.pages.flatMap((page) => page.items);
  return (
    <Listing
      list={list}
      isEmpty={conflicts?.length === 0}
      empty={open ? "No conflict waits for you" : "No conflict has been decided yet"}
    >
      {conflicts?.map((conflict) => (
        <ConflictCard
          key={conflict.id}
          tenant={tenant}
          conflict={conflict}
          isBusy={resolving === conflict.id}
          canDecide={canEdit}
          onChoose={(winner) => resolve(conflict.id, winner)}
        />
      ))}
    </Listing>
  );
}

/** Values one side refused, each with its reason and its fix. */
export function Rejections({ tenant, canEdit }: { tenant: string; canEdit: boolean }) {
  const list = useInfiniteQuery(rejectionsQuery(tenant));
  const { retry, retrying } = useAttentionActions(tenant);
  const rejections = list.data?.pages.flatMap((page) => page.items);
  return (
    <Listing list={list} isEmpty={rejections?.length === 0} empty="No value was refused">
      {rejections?.map((rejection) => (
        <RejectionCard
          key={rejection.id}
          tenant={tenant}
          rejection={rejection}
          isBusy={retrying === rejection.id}
          canRetry={canEdit}
          onRetry={() => retry(rejection.id)}
        />
      ))}
    </Listing>
  );
}

interface ListingProps {
  list: {
    error: Error | null;
    data: unknown;
    hasNextPage: boolean;
    isFetchingNextPage: boolean;
    refetch: () => unknown;
    fetchNextPage: () => unknown;
  };
  isEmpty: boolean;
  empty: string;
  children: ReactNode;
}

function Listing({ list, isEmpty, empty, children }: ListingProps) {
  if (list.error && !list.data) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  if (!list.data)
    return [1, 2, 3].map((row) => <Skeleton key={row} className="mb-3 h-29 w-full rounded-lg" />);
  if (isEmpty) {
    return (
      <EmptyState icon={CircleCheck} title={empty}>
        What heals by itself is not listed here.
      </EmptyState>
    );
  }
  return (
    <div className="grid gap-3">
      {children}
      {list.hasNextPage && (
        <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          More
        </Button>
      )}
    </div>
  );
}
