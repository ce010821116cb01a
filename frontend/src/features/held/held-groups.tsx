import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Hand } from "lucide-react";
import { Ago } from "@/components/ui/ago";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { Skeleton } from "@/components/ui/skeleton";
import { plural } from "@/lib/format";
import { toastDone } from "@/lib/toast";
import { type HeldGroup, type HeldOperationOut, heldQuery, useHeldActions } from "./queries";

const EXAMPLES = 5;

/** The answer beside "Approve", by what it comes to. */
const KEEP: Record<HeldGroup["kind"], string> = {
  delete: "Keep them",
  clear: "Keep them",
  create: "Do not make them",
};

interface HeldGroupsProps {
  tenant: string;
  /** How many groups wait, as far as the page knows: their place is held while they come. */
  expected: number;
  canDecide: boolean;
}

/** What the brakes hold until a person decides. Nothing stands here while nothing is held. */
export function HeldGroups({ tenant, expected, canDecide }: HeldGroupsProps) {
  const { data, error, refetch } = useQuery(heldQuery(tenant));
  const { approve, reject, approving, rejecting } = useHeldActions(tenant);
  if (!data && !error && expected === 0) return null;
  if (data && data.waiting.length === 0) return null;
  const onApprove = (group: HeldGroup) =>
    void approve(group.id).then(
      () => toastDone(`Approved: ${group.title}`, { detail: "Each contact is looked at once more first." }),
      () => undefined, // Told by a toast already.
    );
  const onKeep = (group: HeldGroup) =>
    void reject(group.id).then(
      () => toastDone(`Not approved: ${group.title}`, { detail: "The other side is put back." }),
      () => undefined,
    );
  return (
    <section aria-labelledby="held" className="mb-5 grid gap-3">
      <h2 id="held" className="font-semibold text-base">
        Held until somebody decides
      </h2>
      {!data && !error && <Skeleton className="h-40 w-full rounded-lg" />}
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {data?.waiting.map((group) => (
        <GroupCard
          key={group.id}
          tenant={tenant}
          group={group}
          canDecide={canDecide}
          isApproving={approving === group.id}
          isKeeping={rejecting === group.id}
          onApprove={() => onApprove(group)}
          onKeep={() => onKeep(group)}
        />
      ))}
    </section>
  );
}

interface GroupCardProps {
  tenant: string;
  group: HeldGroup;
  canDecide: boolean;
  isApproving: boolean;
  isKeeping: boolean;
  onApprove: () => void;
  onKeep: () => void;
}

/** One time a brake took hold: how many, why, what either answer does, and some of them. */
function GroupCard({ tenant, group, canDecide, isApproving, isKeeping, onApprove, onKeep }: GroupCardProps) {
  const examples = group.operations.slice(0, EXAMPLES);
  const more = group.count - new Set(examples.map(recordOf)).size;
  const isBusy = isApproving || isKeeping;
  return (
    <article
      aria-label={`Held: ${group.title}`}
      className="rounded-lg border border-warn/50 bg-surface shadow-low"
    >
      <header className="flex items-start gap-3 rounded-t-lg bg-warn-wash p-3.5">
        <Hand className="mt-0.5 size-4.5 shrink-0 text-warn-ink" aria-hidden />
        <div className="min-w-0 flex-1">
          <div className="flex flex-wrap items-baseline justify-between gap-x-3">
            <h3 className="font-semibold text-sm">{group.title}</h3>
            <Ago iso={group.since} className="text-ink-2 text-xs" />
          </div>
          <p className="mt-0.5 max-w-prose text-ink-2 text-sm">{group.detail}</p>
        </div>
      </header>
      <ul className="divide-y">
        {examples.map((operation) => (
          <Example key={operation.id} tenant={tenant} operation={operation} />
        ))}
        {more > 0 && <li className="px-3.5 py-2 text-muted text-xs">and {plural(more, "more", "more")}</li>}
      </ul>
      {canDecide && (
        <footer className="flex flex-wrap justify-end gap-2 border-t p-3 max-sm:*:flex-1">
          <Button busy={isKeeping} disabled={isBusy} onClick={onKeep}>
            {KEEP[group.kind]}
            <span className="sr-only">: {group.title}</span>
          </Button>
          <Button kind="primary" busy={isApproving} disabled={isBusy} onClick={onApprove}>
            Approve<span className="sr-only">: {group.title}</span>
          </Button>
        </footer>
      )}
    </article>
  );
}

const recordOf = ({ contact_id: contactId, hubspot_id: hubspotId }: HeldOperationOut) =>
  contactId ?? hubspotId;

function Example({ tenant, operation }: { tenant: string; operation: HeldOperationOut }) {
  const { contact_id: contactId, name, label, field, before, reason } = operation;
  return (
    <li className="grid gap-x-4 gap-y-0.5 px-3.5 py-2 text-sm sm:grid-cols-[minmax(0,1fr)_minmax(0,1.4fr)] sm:items-baseline">
      <span className="truncate font-medium">
        {contactId ? (
          <Link
            to="/$tenant/contacts/$contactId"
            params={{ tenant, contactId }}
            className="underline decoration-line-strong underline-offset-3 hover:decoration-ink"
          >
            {name}
          </Link>
        ) : (
          name
        )}
      </span>
      <span className="min-w-0 break-words text-ink-2 text-xs">
        {field && (
          <>
            {label ?? field}: {before} ·{" "}
          </>
        )}
        {reason}
      </span>
    </li>
  );
}

const STATES: Record<HeldGroup["state"], string> = {
  held: "waits",
  approved: "approved",
  rejected: "not approved",
  over: "settled by itself",
};

/** The last groups that somebody decided, or that decided themselves. */
export function DecidedGroups({ tenant }: { tenant: string }) {
  const { data } = useQuery(heldQuery(tenant));
  if (!data || data.decided.length === 0) return null;
  return (
    <ul
      aria-label="Held groups that are decided"
      className="mb-3 divide-y rounded-lg border bg-surface shadow-low"
    >
      {data.decided.map((group) => (
        <li
          key={group.id}
          className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-0.5 px-4 py-2.5 text-sm"
        >
          <span>
            <span className="font-medium">{group.title}</span>{" "}
            <span className="text-ink-2">
              {STATES[group.state]}
              {group.decided_by && ` by ${group.decided_by}`}
            </span>
          </span>
          <span className="text-muted text-xs">
            {group.to_go > 0 && `${plural(group.to_go, "contact")} to go · `}
            <Ago iso={group.decided_at ?? group.since} />
          </span>
        </li>
      ))}
    </ul>
  );
}
