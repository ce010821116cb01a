import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Check, CircleCheck } from "lucide-react";
import { Ago } from "@/components/ui/ago";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { SIDE_NAMES, SideGlyph } from "@/components/ui/side";
import { Skeleton } from "@/components/ui/skeleton";
import { toastDone, toastFailed } from "@/lib/toast";
import { showValue } from "../field-value";
import { InboxFilters } from "./inbox-filters";
import { type ConflictOut, conflictSummaryQuery, conflictsQuery, useDecisions, type Winner } from "./queries";
import { filtersOf, type InboxSearch, isFiltered } from "./search";
import { told } from "./use-inbox";

interface DecidedProps {
  tenant: string;
  search: InboxSearch;
  onSearch: (changed: Partial<Record<keyof InboxSearch, string | undefined>>) => void;
  canDecide: boolean;
}

/** What was decided, by people and by rules: who won, what lost, and the way back. */
export function Decided({ tenant, search, onSearch, canDecide }: DecidedProps) {
  const list = useInfiniteQuery(conflictsQuery(tenant, filtersOf(search, false)));
  const { data: summary } = useQuery(conflictSummaryQuery(tenant));
  const { reopen, overturn, overturning } = useDecisions(tenant);
  const conflicts = list.data?.pages.flatMap((page) => page.items) ?? [];

  const onReopen = async (conflict: ConflictOut) => {
    const { reopened, refused } = await reopen([conflict.id]);
    if (refused[0]) toastFailed("It cannot be asked again", { detail: refused[0].reason });
    if (reopened.length > 0) toastDone(`${conflict.label} of ${conflict.contact_name} waits again`);
  };
  const onOverturn = async (conflict: ConflictOut, winner: Winner) => {
    const before = conflict.winner;
    await overturn(conflict.id, winner);
    toastDone(`${conflict.label} of ${conflict.contact_name} is as in ${SIDE_NAMES[winner]}`, {
      detail: "Both sides get it next.",
      ...(before && before !== "typed" && { undo: () => void overturn(conflict.id, before).catch(told) }),
    });
  };

  if (list.error && !list.data) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  return (
    <>
      <InboxFilters search={search} summary={summary} onFilter={onSearch} isOpen={false} />
      {!list.data && [1, 2, 3].map((row) => <Skeleton key={row} className="mb-2 h-18 w-full rounded-lg" />)}
      {list.data && conflicts.length === 0 && (
        <EmptyState
          icon={CircleCheck}
          title={isFiltered(search) ? "No decision is like that" : "No conflict has been decided yet"}
        />
      )}
      {conflicts.length > 0 && (
        <ul className="divide-y divide-line/70 overflow-hidden rounded-lg border bg-surface shadow-low">
          {conflicts.map((conflict) => (
            <Decision
              key={conflict.id}
              tenant={tenant}
              conflict={conflict}
              isBusy={overturning === conflict.id}
              onOverturn={canDecide ? (winner) => void onOverturn(conflict, winner).catch(told) : undefined}
              onReopen={
                canDecide && conflict.policy === "ask" && conflict.winner
                  ? () => void onReopen(conflict).catch(told)
                  : undefined
              }
            />
          ))}
        </ul>
      )}
      {list.hasNextPage && (
        <Button
          className="mt-3 w-full"
          busy={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          More
        </Button>
      )}
    </>
  );
}

interface DecisionProps {
  tenant: string;
  conflict: ConflictOut;
  isBusy: boolean;
  onOverturn: ((winner: Winner) => void) | undefined;
  onReopen: (() => void) | undefined;
}

function Decision({ tenant, conflict, isBusy, onOverturn, onReopen }: DecisionProps) {
  const { label, contact_name: name, contact_id: contactId, winner } = conflict;
  const others = (["hubspot", "loanark"] as const).filter((side) => side !== winner);
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <div className="min-w-0 flex-1 basis-80">
        <p className="text-sm">
          <span className="font-semibold">{label}</span>
          <span className="text-muted"> of </span>
          <Link
            to="/$tenant/contacts/$contactId"
            params={{ tenant, contactId }}
            className="font-medium underline decoration-line-strong underline-offset-3 hover:decoration-ink"
          >
            {name}
          </Link>
        </p>
        <p className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
          {winner === "typed" && <Standing>{showValue(conflict, conflict.typed) || "empty"}</Standing>}
          {winner && winner !== "typed" && (
            <Standing>
              <SideGlyph side={winner} className="size-3.5" />
              <span className="sr-only">{SIDE_NAMES[winner]}: </span>
              {showValue(conflict, conflict[winner]) || "empty"}
            </Standing>
          )}
          {winner &&
            others.map((side) => (
              <span key={side} className="inline-flex min-w-0 items-center gap-1.5 text-muted">
                <SideGlyph side={side} className="size-3.5" />
                <span className="sr-only">{SIDE_NAMES[side]}, lost: </span>
                <del className="min-w-0 break-words">{showValue(conflict, conflict[side]) || "empty"}</del>
              </span>
            ))}
        </p>
        <p className="mt-1 text-muted text-xs">
          <How conflict={conflict} />
          {conflict.resolved_at && <Ago iso={conflict.resolved_at} />}
        </p>
      </div>
      {(onOverturn || onReopen) && winner && (
        <div className="flex flex-wrap gap-1.5">
          {onReopen && (
            <Button size="sm" kind="quiet" onClick={onReopen}>
              Ask again
            </Button>
          )}
          {onOverturn &&
            others.map((side) => (
              <Button key={side} size="sm" busy={isBusy} onClick={() => onOverturn(side)}>
                Use {SIDE_NAMES[side]}’s instead
              </Button>
            ))}
        </div>
      )}
    </li>
  );
}

function Standing({ children }: { children: React.ReactNode }) {
  return (
    <span className="inline-flex min-w-0 items-center gap-1.5 font-medium">
      <Check className="size-3.5 text-ok" aria-label="Stands:" />
      {children}
    </span>
  );
}

const RULES: Record<ConflictOut["policy"], string> = {
  hubspot: "HubSpot wins",
  loanark: "LoanArk wins",
  newest: "the newer wins",
  union: "both are kept",
  ask: "a person decides",
};

function How({ conflict: { resolved_by: by, policy } }: { conflict: ConflictOut }) {
  if (!by || by.startsWith("policy ")) return `By the rule “${RULES[policy]}” `;
  return by === "the values agree again" ? "Both sides agreed again " : `By ${by} `;
}
