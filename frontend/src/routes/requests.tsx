import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { ChevronLeft, Lock, RefreshCw, SearchX } from "lucide-react";
import { useCallback } from "react";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { Page } from "@/components/ui/page";
import { Skeleton } from "@/components/ui/skeleton";
import { type RequestSearch, toRequestQuery } from "@/features/requests/filters";
import { requestsQuery } from "@/features/requests/queries";
import { RequestFilters } from "@/features/requests/request-filters";
import { RequestList } from "@/features/requests/request-list";
import { useRights } from "@/features/session/role";

export default function RequestsPage() {
  const { tenant } = useParams({ from: "/$tenant" });
  const search = useSearch({ from: "/$tenant/runs/requests" });
  const navigate = useNavigate();
  const { can } = useRights(tenant);
  const isAllowed = can("requests:read");
  const list = useInfiniteQuery({ ...requestsQuery(tenant, toRequestQuery(search)), enabled: isAllowed });
  const requests = list.data?.pages.flatMap((page) => page.items) ?? [];
  const { open: _, ...filters } = search;
  const isNarrowed = Object.keys(filters).length > 0;
  const onChange = useCallback(
    (change: (now: RequestSearch) => RequestSearch) =>
      void navigate({
        to: "/$tenant/runs/requests",
        params: { tenant },
        search: change,
        replace: true,
        resetScroll: false,
      }),
    [navigate, tenant],
  );
  return (
    <Page
      title="Requests to HubSpot"
      lead={
        <>
          <Link
            to="/$tenant/runs"
            params={{ tenant }}
            className="inline-flex items-center gap-0.5 underline underline-offset-3 hover:text-ink"
          >
            <ChevronLeft className="size-3.5" aria-hidden />
            Sync
          </Link>{" "}
          · The last 2,000 attempts of a day, in outline. A process that is killed takes its last second with
          it.
        </>
      }
      actions={
        isAllowed && (
          <Button busy={list.isRefetching} onClick={() => void list.refetch()}>
            {!list.isRefetching && <RefreshCw aria-hidden />} Refresh
          </Button>
        )
      }
    >
      {isAllowed ? (
        <Card aria-label="Requests to HubSpot" className="overflow-hidden">
          <RequestFilters search={search} onChange={onChange} />
          {list.isPending && <RequestsSkeleton />}
          {list.error && !list.data && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
          {list.data && requests.length === 0 && (
            <EmptyState
              icon={SearchX}
              title={isNarrowed ? "No such request" : "Nothing was asked of HubSpot lately"}
              action={isNarrowed && <Button onClick={() => onChange(() => ({}))}>Show all</Button>}
            >
              Requests are kept for a day, and the newest 2,000 of them.
            </EmptyState>
          )}
          {requests.length > 0 && (
            <RequestList
              tenant={tenant}
              requests={requests}
              open={search.open}
              onOpen={(id) => onChange(({ open: _, ...now }) => ({ ...now, ...(id && { open: id }) }))}
            />
          )}
          {list.hasNextPage && (
            <div className="border-t p-3">
              <Button
                className="w-full"
                busy={list.isFetchingNextPage}
                onClick={() => void list.fetchNextPage()}
              >
                Older requests
              </Button>
            </div>
          )}
        </Card>
      ) : (
        <EmptyState icon={Lock} title="Not for your role">
          Managers, administrators and auditors see what was asked of HubSpot.
        </EmptyState>
      )}
    </Page>
  );
}

function RequestsSkeleton() {
  return (
    <div className="grid gap-px">
      {[1, 2, 3, 4, 5, 6, 7, 8].map((row) => (
        <Skeleton key={row} className="h-11 w-full rounded-none" />
      ))}
    </div>
  );
}
