import { Check, Clock, Hand, type LucideIcon, RotateCcw, Send, TriangleAlert } from "lucide-react";
import { Badge, type Tone } from "@/components/ui/badge";
import { Explain } from "@/components/ui/explain";
import { formatMoment } from "@/lib/format";
import type { MergeOut } from "./queries";

interface StateLook {
  label: string;
  icon: LucideIcon;
  tone: Tone;
}

const STATES: Record<MergeOut["hubspot"], StateLook | null> = {
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
    <div className="flex flex-wrap items-center gap-x-2 gap-y-1 text-ink-2 text-xs">
      {state && <State {...state} hubspot={hubspot} />}
      <span className="min-w-0 text-pretty">
        {words}{" "}
        {due && hubspot === "waiting" && (
          <span className="whitespace-nowrap tabular-nums">Due {formatMoment(due)}.</span>
        )}
      </span>
    </div>
  );
}

const EXPLAINED: readonly MergeOut["hubspot"][] = ["waiting", "refused", "remade"];

function State({ hubspot, label, icon, tone }: StateLook & Pick<MergeOut, "hubspot">) {
  const badge = (
    <Badge tone={tone} icon={icon}>
      <span className="sr-only">In HubSpot: </span>
      {label}
    </Badge>
  );
  return EXPLAINED.includes(hubspot) ? <Explain code={`duplicate.${hubspot}`}>{badge}</Explain> : badge;
}

/** What may still be sent to HubSpot by a person's word. */
export const canBeSent = ({ state, hubspot }: MergeOut): boolean =>
  state === "live" && (hubspot === "waiting" || hubspot === "refused");
