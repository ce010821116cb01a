import { Ago } from "@/components/ui/ago";
import { Button } from "@/components/ui/button";
import { Kbd } from "@/components/ui/kbd";
import { SIDE_NAMES, type Side, SideBadge } from "@/components/ui/side";
import { cn } from "@/lib/cn";
import { MarkedValue } from "./marked";
import type { ConflictOut } from "./queries";

const EDGES: Record<Side, string> = {
  hubspot: "border-hubspot-line bg-hubspot-wash",
  loanark: "border-loanark-line bg-loanark-wash",
};

interface SideAnswerProps {
  conflict: ConflictOut;
  side: Side;
  shortcut: string;
  /** Left out for whoever may not decide. */
  onChoose: (() => void) | undefined;
}

/** One of the two answers: the value, who gave it, and the button that takes it. */
export function SideAnswer({ conflict, side, shortcut, onChoose }: SideAnswerProps) {
  return (
    <section
      aria-label={`${SIDE_NAMES[side]}’s value`}
      className={cn("grid content-start gap-2 rounded-lg border p-4", EDGES[side])}
    >
      <SideBadge side={side} className="text-sm" />
      <p className="min-h-7 break-words font-semibold text-lg">
        <MarkedValue conflict={conflict} side={side} />
      </p>
      <p className="min-h-5 text-ink-2 text-xs">
        {side === "hubspot" ? <HubSpotEdit conflict={conflict} /> : <LoanArkEdit conflict={conflict} />}
      </p>
      {onChoose && (
        <Button size="lg" className="mt-1 w-full justify-between" onClick={onChoose}>
          Use {SIDE_NAMES[side]}’s
          <span className="pointer-coarse:hidden" aria-hidden>
            <Kbd>{shortcut}</Kbd>
          </span>
        </Button>
      )}
    </section>
  );
}

function HubSpotEdit({ conflict: { at, hubspot_url: url, late } }: { conflict: ConflictOut }) {
  return (
    <>
      {late ? "Covered by LoanArk’s, found " : "Seen in HubSpot "}
      <Ago iso={at} />
      {url && (
        <>
          {" · "}
          <a
            href={url}
            target="_blank"
            rel="noreferrer"
            className="underline decoration-line-strong underline-offset-3 hover:decoration-ink"
          >
            open there
          </a>
        </>
      )}
    </>
  );
}

const BY: Record<string, string> = { sql: "another program", sync: "the sync" };

function LoanArkEdit({ conflict: { loanark_edit: edit } }: { conflict: ConflictOut }) {
  if (!edit) return "No edit of it is in the history.";
  return (
    <>
      By {BY[edit.cause] ?? edit.actor ?? "somebody"} <Ago iso={edit.at} />
    </>
  );
}
