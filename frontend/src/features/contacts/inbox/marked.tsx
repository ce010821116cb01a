import type { Side } from "@/components/ui/side";
import { cn } from "@/lib/cn";
import { markDifference } from "@/lib/marks";
import { showValue } from "../field-value";
import type { ConflictOut } from "./queries";

const MARKS: Record<Side, string> = {
  hubspot: "bg-hubspot-line/60 decoration-hubspot",
  loanark: "bg-loanark-line/60 decoration-loanark",
};

interface MarkedValueProps {
  conflict: Pick<ConflictOut, "kind" | "options" | "base" | "hubspot" | "loanark">;
  side: Side;
}

/** One side's value, with what it changed of the last agreed one underlined. */
export function MarkedValue({ conflict, side }: MarkedValueProps) {
  const shown = showValue(conflict, conflict[side]);
  if (!shown) return <em className="text-ink-2">empty</em>;
  return markDifference(shown, showValue(conflict, conflict.base)).map(({ text, isNew }, index) =>
    isNew ? (
      <mark
        // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text, in their order
        key={index}
        className={cn(
          "-mx-px rounded-xs px-px text-ink underline decoration-2 underline-offset-4",
          MARKS[side],
        )}
      >
        {text}
      </mark>
    ) : (
      text
    ),
  );
}
