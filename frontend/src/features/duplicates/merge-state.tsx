import { Check, Clock, Hand, type LucideIcon, RotateCcw, Send, TriangleAlert } from "lucide-react";
import { Badge, type Tone } from "@/components/ui/badge";
import { formatMoment } from "@/lib/format";
import type { MergeOut } from "./queries";

const STATES: Record<MergeOut["hubspot"], { label: string; icon: LucideIcon; tone: Tone } | null> = {
  none: null,
  waiting: { label: "Waits", icon: Clock, tone: "plain" },
  approved: { label: "Next", icon: Hand, tone: "plain" },
  sending: { label: "On its way", icon: Send, tone: "plain" },
  done: { label: "Merged", icon: Check, tone: "ok" },
  refused: { label: "Refused", icon: TriangleAlert, tone: "bad" },
  remade: { label: "Made again", icon: RotateCcw, tone: "plain" },
};

/** How a merge stands in HubSpot: in a word, in a sentence, and when something happens next. */
export function HubSpotState({
  merge: { hubspot, hubspot_words: words, hubspot_due_at: due },
}: {
  merge: MergeOut;
}) {
  const state = STATES[hubspot];
  return (
    <p className="flex flex-wrap items-center gap-x-2 gap-y-1 text-ink-2 text-xs">
      {state && (
        <Badge tone={state.tone} icon={state.icon}>
          <span className="sr-only">In HubSpot: </span>
          {state.label}
        </Badge>
      )}
      <span className="min-w-0 text-pretty">
        {words}{" "}
        {due && hubspot === "waiting" && (
          <span className="whitespace-nowrap tabular-nums">Due {formatMoment(due)}.</span>
        )}
      </span>
    </p>
  );
}

/** What may still be sent to HubSpot by a person's word. */
export const canBeSent = ({ state, hubspot }: MergeOut): boolean =>
  state === "live" && (hubspot === "waiting" || hubspot === "refused");
