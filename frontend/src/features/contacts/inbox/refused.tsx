import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChevronDown, CircleCheck, RotateCw, Timer, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { Explain } from "@/components/ui/explain";
import { Skeleton } from "@/components/ui/skeleton";
import { cn } from "@/lib/cn";
import { formatCount, plural } from "@/lib/format";
import { toastDone } from "@/lib/toast";
import { POSSIBLE_DUPLICATE, RejectionCard } from "../rejection-card";
import { type RejectionGroup, rejectionGroupsQuery, rejectionsQuery, useRetries } from "./queries";

interface RefusedProps {
  tenant: string;
  canRetry: boolean;
}

/** What could not be carried over, by reason: first what waits for a person, then what heals by itself. */
export function Refused({ tenant, canRetry }: RefusedProps) {
  const { data: groups, error, refetch } = useQuery(rejectionGroupsQuery(tenant));
  if (error && !groups) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!groups) return [1, 2].map((row) => <Skeleton key={row} className="mb-3 h-29 w-full rounded-lg" />);
  if (groups.length === 0) {
    return (
      <EmptyState icon={CircleCheck} title="No value was refused">
        Everything that could be carried over was.
      </EmptyState>
    );
  }
  const parts = [
    { title: "Needs you", of: groups.filter(({ heals }) => !heals) },
    { title: "Heals by itself", of: groups.filter(({ heals }) => heals) },
  ].filter(({ of }) => of.length > 0);
  return (
    <div className="grid gap-6">
      {parts.map(({ title, of }) => (
        <section key={title} aria-label={title} className="grid gap-3">
          <h2 className="eyebrow">{title}</h2>
          {of.map((group) => (
            <Group
              key={group.code}
              tenant={tenant}
              group={group}
              canRetry={canRetry}
              isOpenAtFirst={groups.length === 1 || (group === of[0] && !group.heals)}
            />
          ))}
        </section>
      ))}
    </div>
  );
}

interface GroupProps extends RefusedProps {
  group: RejectionGroup;
  isOpenAtFirst: boolean;
}

function Group({ tenant, group, canRetry, isOpenAtFirst }: GroupProps) {
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  const { retryAll, retryingAll } = useRetries(tenant);
  const Icon = group.heals ? Timer : TriangleAlert;
  const onRetryAll = () =>
    void retryAll(group.code).then(
      ({ contacts }) =>
        toastDone(`${plural(contacts, "contact")} ${contacts === 1 ? "is" : "are"} tried again`),
      () => undefined,
    );
  return (
    <article aria-label={group.title} className="overflow-hidden rounded-lg border bg-surface shadow-low">
      <header className="flex flex-wrap items-start gap-x-3 gap-y-2 p-4">
        <span
          className={cn(
            "grid size-9 shrink-0 place-items-center rounded-md",
            group.heals ? "bg-hover text-ink-2" : "bg-bad-wash text-bad-ink",
          )}
        >
          <Icon className="size-4.5" aria-hidden />
        </span>
        <div className="min-w-56 flex-1">
          <h3 className="font-semibold">
            {group.title}{" "}
            <span className="ml-1 font-medium text-muted tabular-nums">{formatCount(group.count)}</span>
          </h3>
          <p className="mt-0.5 text-ink-2 text-sm">
            {!group.heals && <span className="font-medium">What to do: </span>}
            {group.fix} <Explain code={group.code} />
          </p>
          <ul className="mt-2 flex flex-wrap gap-1.5" aria-label="Fields">
            {group.fields.map(({ value, label, count }) => (
              <li key={value}>
                <Badge>
                  {label} {formatCount(count)}
                </Badge>
              </li>
            ))}
            <li className="self-center">
              <Link
                to="/$tenant/mapping"
                params={{ tenant }}
                className="text-muted text-xs underline decoration-line-strong underline-offset-3 hover:text-ink"
              >
                See the mapping
              </Link>
            </li>
          </ul>
        </div>
        <div className="flex gap-1.5">
          {canRetry && group.count > 1 && group.code !== POSSIBLE_DUPLICATE && (
            <Button size="sm" busy={retryingAll === group.code} onClick={onRetryAll}>
              <RotateCw aria-hidden /> Retry all {formatCount(group.count)}
            </Button>
          )}
          <Button size="sm" kind="quiet" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {isOpen ? "Hide" : "Show"}
            <ChevronDown className={cn("transition-transform", isOpen && "rotate-180")} aria-hidden />
          </Button>
        </div>
      </header>
      {isOpen && <Members tenant={tenant} code={group.code} canRetry={canRetry} />}
    </article>
  );
}

function Members({ tenant, code, canRetry }: RefusedProps & { code: string }) {
  const list = useInfiniteQuery(rejectionsQuery(tenant, code));
  const { retry, retrying } = useRetries(tenant);
  if (list.error && !list.data) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  return (
    <div className="grid gap-2 border-t bg-sunken p-3">
      {!list.data && <Skeleton className="h-20 w-full rounded-lg" />}
      {list.data?.pages
        .flatMap((page) => page.items)
        .map((rejection) => (
          <RejectionCard
            key={rejection.id}
            tenant={tenant}
            rejection={rejection}
            isInGroup
            isBusy={retrying === rejection.id}
            canRetry={canRetry}
            onRetry={() => void retry(rejection.id).catch(() => undefined)}
          />
        ))}
      {list.hasNextPage && (
        <Button kind="quiet" busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          More
        </Button>
      )}
    </div>
  );
}
