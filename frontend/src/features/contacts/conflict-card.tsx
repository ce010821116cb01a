import { Link } from "@tanstack/react-router";
import { Check, Split } from "lucide-react";
import { Ago } from "@/components/ui/ago";
import { Button } from "@/components/ui/button";
import { type Side, SideBadge } from "@/components/ui/side";
import { cn } from "@/lib/cn";
import { formatPhone } from "@/lib/format";
import type { ConflictOut } from "./queries";

interface ConflictCardProps {
  conflict: ConflictOut;
  /** Give it where the contact is not already on the page. */
  tenant?: string;
  isBusy: boolean;
  canDecide: boolean;
  onChoose: (winner: Side) => void;
}

const EDGES: Record<Side, string> = {
  hubspot: "border-hubspot-line bg-hubspot-wash",
  loanark: "border-loanark-line bg-loanark-wash",
};

/** One field, two answers. The loser is kept in the history: nothing chosen here is final. */
export function ConflictCard({ conflict, tenant, isBusy, canDecide, onChoose }: ConflictCardProps) {
  return (
    <article
      aria-label={`Conflict: ${conflict.label} of ${conflict.contact_name}`}
      className="rounded-lg border bg-surface p-3 shadow-low"
    >
      <header className="mb-2 flex flex-wrap items-center gap-x-2 gap-y-1 px-0.5 text-sm">
        <Split className="size-4 text-ask" aria-hidden />
        <h2 className="font-semibold">{conflict.label}</h2>
        {tenant && (
          <span className="text-muted">
            of{" "}
            <Link
              to="/$tenant/contacts/$contactId"
              params={{ tenant, contactId: conflict.contact_id }}
              className="font-medium text-ink underline decoration-line-strong underline-offset-3 hover:decoration-ink"
            >
              {conflict.contact_name}
            </Link>
          </span>
        )}
        <Ago iso={conflict.at} className="ml-auto text-muted text-xs" />
      </header>
      <div className="grid gap-2 sm:grid-cols-2">
        {(["hubspot", "loanark"] as const).map((side) => (
          <div
            key={side}
            className={cn("flex min-h-11 items-center gap-3 rounded-md border px-3 py-1.5", EDGES[side])}
          >
            <SideBadge side={side} className="w-20 shrink-0 text-xs" />
            <p className="min-w-0 flex-1 break-words font-medium text-sm">
              {formatPhone(conflict[side] ?? "") || <em className="text-ink-2">empty</em>}
            </p>
            <Outcome
              conflict={conflict}
              side={side}
              isBusy={isBusy}
              canDecide={canDecide}
              onChoose={onChoose}
            />
          </div>
        ))}
      </div>
      <p className="mt-2 px-0.5 text-muted text-xs">
        {conflict.late && "HubSpot’s value was typed just as LoanArk’s was being sent, and covered by it. "}
        {conflict.base ? `Agreed last: ${formatPhone(conflict.base)}.` : "Empty on both sides before."}{" "}
        {conflict.open ? "What you do not choose stays in the history." : <Resolution conflict={conflict} />}
      </p>
    </article>
  );
}

const RULES: Record<ConflictOut["policy"], string> = {
  hubspot: "HubSpot wins",
  loanark: "LoanArk wins",
  newest: "the newer wins",
  union: "both are kept",
  ask: "a person decides",
};

function Resolution({ conflict: { resolved_by, resolved_at, policy } }: { conflict: ConflictOut }) {
  return (
    <>
      Decided by {resolved_by ?? `the rule “${RULES[policy]}”`}
      {resolved_at && (
        <>
          {" "}
          <Ago iso={resolved_at} />
        </>
      )}
      .
    </>
  );
}

function Outcome({
  conflict,
  side,
  isBusy,
  canDecide,
  onChoose,
}: { conflict: ConflictOut; side: Side } & Pick<ConflictCardProps, "isBusy" | "canDecide" | "onChoose">) {
  if (!conflict.open) {
    return conflict.winner === side ? (
      <span className="inline-flex items-center gap-1 font-medium text-xs">
        <Check className="size-3.5" aria-hidden /> Chosen
      </span>
    ) : null;
  }
  if (!canDecide) return null;
  return (
    <Button size="sm" busy={isBusy} onClick={() => onChoose(side)}>
      Use this<span className="sr-only"> value from {side === "hubspot" ? "HubSpot" : "LoanArk"}</span>
    </Button>
  );
}
