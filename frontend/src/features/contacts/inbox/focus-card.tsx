import { Link } from "@tanstack/react-router";
import { ChevronDown, ChevronUp, Copy, PenLine, Split } from "lucide-react";
import type { ReactNode } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Explain } from "@/components/ui/explain";
import { Kbd } from "@/components/ui/kbd";
import { Tooltip } from "@/components/ui/tooltip";
import { showValue } from "../field-value";
import type { ConflictOut, Winner } from "./queries";
import { SideAnswer } from "./side-answer";
import { TypedAnswer } from "./typed-answer";

interface FocusCardProps {
  tenant: string;
  conflict: ConflictOut;
  /** "3 of 12"; null where it is the only one. */
  place: string | null;
  /** On the page of its contact, who is named there already. */
  isOnItsPage?: boolean;
  canDecide: boolean;
  isTyping: boolean;
  onTyping: (isTyping: boolean) => void;
  onDecide: (winner: Winner | "typed", value?: string | null) => Promise<unknown>;
  onAlike: () => void;
  onMove: (step: 1 | -1) => void;
  /** For whoever may change the mapping. */
  rule: ReactNode;
}

/** The conflict that is looked at: what was agreed on, the two answers, and everything that can be said to them. */
export function FocusCard(props: FocusCardProps) {
  const { conflict, canDecide, isTyping, onTyping, onDecide, onAlike, rule } = props;
  const base = showValue(conflict, conflict.base);
  return (
    <article
      aria-label={`Conflict: ${conflict.label} of ${conflict.contact_name}`}
      className="rounded-xl border bg-surface p-4 shadow-mid sm:p-5"
    >
      <Head {...props} />
      {conflict.late && (
        <p className="mt-3 rounded-md bg-ask-wash px-3 py-2 text-ask-ink text-sm">
          Told late: LoanArk’s value covered HubSpot’s before anybody could choose. HubSpot’s own is kept
          here.
        </p>
      )}
      <p className="mt-4 mb-2 text-sm">
        <span className="text-muted">Agreed last: </span>
        <span className="break-words font-medium">{base || <em>empty on both sides</em>}</span>
      </p>
      <div className="grid gap-3 sm:grid-cols-2">
        {(["hubspot", "loanark"] as const).map((side, index) => (
          <SideAnswer
            key={side}
            conflict={conflict}
            side={side}
            shortcut={String(index + 1)}
            onChoose={canDecide ? () => void onDecide(side).catch(() => undefined) : undefined}
          />
        ))}
      </div>
      {canDecide && isTyping && (
        <div className="mt-3">
          <TypedAnswer
            conflict={conflict}
            onSave={(value) => onDecide("typed", value)}
            onCancel={() => onTyping(false)}
          />
        </div>
      )}
      {canDecide && !isTyping && (
        <div className="mt-3 flex flex-wrap items-center gap-2">
          <Button kind="quiet" onClick={() => onTyping(true)}>
            <PenLine aria-hidden /> Type another value <ShortcutKey name="3" />
          </Button>
          <Button kind="quiet" onClick={onAlike}>
            <Copy aria-hidden /> All like this… <ShortcutKey name="a" />
          </Button>
          {rule}
        </div>
      )}
      <p className="mt-3 text-muted text-xs">
        What you do not choose stays in the history. A decision can be taken back until something follows it.
      </p>
    </article>
  );
}

function ShortcutKey({ name }: { name: string }) {
  return (
    <span className="pointer-coarse:hidden" aria-hidden>
      <Kbd>{name.toUpperCase()}</Kbd>
    </span>
  );
}

function Head({ tenant, conflict, place, isOnItsPage = false, onMove }: FocusCardProps) {
  return (
    <header className="flex items-start gap-3">
      <span className="grid size-9 shrink-0 place-items-center rounded-md bg-ask-wash text-ask-ink">
        <Split className="size-4.5" aria-hidden />
      </span>
      <div className="min-w-0 flex-1">
        <div className="flex items-center gap-1">
          <h2 className="font-semibold text-lg">{conflict.label}</h2>
          <Explain code="sync.conflict" />
        </div>
        <p className="break-words text-muted text-sm">
          {isOnItsPage ? (
            "was changed on both sides"
          ) : (
            <>
              of{" "}
              <Link
                to="/$tenant/contacts/$contactId"
                params={{ tenant, contactId: conflict.contact_id }}
                className="font-medium text-ink underline decoration-line-strong underline-offset-3 hover:decoration-ink"
              >
                {conflict.contact_name}
              </Link>
            </>
          )}
        </p>
      </div>
      {conflict.late && <Badge tone="ask">Late</Badge>}
      {place && <Walk place={place} onMove={onMove} />}
    </header>
  );
}

function Walk({ place, onMove }: { place: string; onMove: FocusCardProps["onMove"] }) {
  return (
    <div className="flex items-center gap-1">
      <span className="mr-1 text-muted text-xs tabular-nums max-sm:hidden">{place}</span>
      <Tooltip label="The one before" shortcut="K">
        <Button kind="quiet" size="icon-sm" aria-label="The conflict before" onClick={() => onMove(-1)}>
          <ChevronUp aria-hidden />
        </Button>
      </Tooltip>
      <Tooltip label="The next one" shortcut="J">
        <Button kind="quiet" size="icon-sm" aria-label="The next conflict" onClick={() => onMove(1)}>
          <ChevronDown aria-hidden />
        </Button>
      </Tooltip>
    </div>
  );
}
