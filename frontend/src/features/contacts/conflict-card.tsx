import { Link } from "@tanstack/react-router";
import { Split } from "lucide-react";
import { Button } from "@/components/ui/button";
import { type Side, SideBadge } from "@/components/ui/side";
import { cn } from "@/lib/cn";
import { formatAgo, formatPhone } from "@/lib/format";
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
      className="rounded-lg border bg-surface p-4 shadow-low"
    >
      <header className="mb-3 flex flex-wrap items-center gap-x-2 gap-y-1 text-sm">
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
        <span className="ml-auto text-muted text-xs">{formatAgo(conflict.at)}</span>
      </header>
      <div className="grid gap-2 sm:grid-cols-2">
        {(["hubspot", "loanark"] as const).map((side) => (
          <div key={side} className={cn("flex items-center gap-3 rounded-md border p-3", EDGES[side])}>
            <div className="min-w-0 flex-1">
              <SideBadge side={side} className="text-xs" />
              <p className="mt-1 break-words font-medium">
                {formatPhone(conflict[side] ?? "") || <em className="text-ink-2">empty</em>}
              </p>
            </div>
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
      <p className="mt-2 text-muted text-xs">
        Both agreed on “{formatPhone(conflict.base ?? "") || "empty"}” before.{" "}
        {conflict.open ? "The value you do not choose stays in the history." : resolution(conflict)}
      </p>
    </article>
  );
}

function resolution({ resolved_by, resolved_at, policy }: ConflictOut): string {
  const who = resolved_by ?? `the rule “${policy}”`;
  return `Decided by ${who}${resolved_at ? ` ${formatAgo(resolved_at)}` : ""}.`;
}

function Outcome({
  conflict,
  side,
  isBusy,
  canDecide,
  onChoose,
}: { conflict: ConflictOut; side: Side } & Pick<ConflictCardProps, "isBusy" | "canDecide" | "onChoose">) {
  if (!conflict.open)
    return conflict.winner === side ? <span className="font-medium text-xs">Chosen</span> : null;
  if (!canDecide) return null;
  return (
    <Button size="sm" busy={isBusy} onClick={() => onChoose(side)}>
      Use this<span className="sr-only"> value from {side === "hubspot" ? "HubSpot" : "LoanArk"}</span>
    </Button>
  );
}
