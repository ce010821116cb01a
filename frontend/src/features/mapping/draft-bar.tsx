import { Button } from "@/components/ui/button";
import { Tooltip } from "@/components/ui/tooltip";
import { plural } from "@/lib/format";
import { MOD_NAME, useHotkeys } from "@/lib/use-hotkeys";

interface DraftBarProps {
  count: number;
  /** The first labels, for whoever forgot. */
  labels: string[];
  onReview: () => void;
  onDiscard: () => void;
}

const NAMED = 3;

/** What waits to be saved, in sight wherever one scrolled to. */
export function DraftBar({ count, labels, onReview, onDiscard }: DraftBarProps) {
  useHotkeys({
    "mod+s": (event) => {
      event.preventDefault();
      onReview();
    },
  });
  const more = labels.length > NAMED ? ` and ${labels.length - NAMED} more` : "";
  return (
    <section
      aria-label="Unsaved changes"
      className="sticky bottom-[calc(4.5rem+env(safe-area-inset-bottom))] z-20 flex flex-wrap items-center justify-between gap-3 rounded-lg border border-ink bg-surface px-4 py-3 shadow-high md:bottom-4"
    >
      <p className="min-w-0 text-sm">
        <span className="font-semibold">{plural(count, "change")}, not saved: </span>
        <span className="text-ink-2">
          {labels.slice(0, NAMED).join(", ")}
          {more}
        </span>
      </p>
      <div className="flex gap-2">
        <Button kind="quiet" onClick={onDiscard}>
          Discard
        </Button>
        <Tooltip label="Review and save" shortcut={`${MOD_NAME} S`}>
          <Button kind="primary" onClick={onReview}>
            Review and save
          </Button>
        </Tooltip>
      </div>
    </section>
  );
}
