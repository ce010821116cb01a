import { Check } from "lucide-react";
import { cn } from "@/lib/cn";

const STEPS = [
  ["HubSpot asks you", "You choose the account and see which permissions are asked for."],
  ["We count and compare", "Both sides are read. Nothing is changed."],
  ["You approve a preview", "You see what would be created, matched and changed, with names to check."],
  ["They stay the same", "Every edit reaches the other side within seconds, and everything is explained."],
] as const;

/** The way from nothing to two sides that stay the same, and where one is on it. */
export function Steps({ current }: { current: 1 | 2 | 3 }) {
  return (
    <ol className="grid gap-px overflow-hidden rounded-lg border bg-line shadow-low sm:grid-cols-2 lg:grid-cols-4">
      {STEPS.map(([title, text], index) => {
        const isDone = index + 1 < current;
        const isCurrent = index + 1 === current;
        return (
          <li
            key={title}
            aria-current={isCurrent ? "step" : undefined}
            className="flex gap-3.5 bg-surface p-4 sm:block sm:p-5"
          >
            <span
              className={cn(
                "grid size-6 shrink-0 place-items-center rounded-full border font-semibold text-muted text-xs tabular-nums",
                isDone && "border-transparent bg-ok-wash text-ok-ink",
                isCurrent && "border-transparent bg-ink text-on-ink",
              )}
            >
              {isDone ? <Check className="size-3.5" aria-label="done" /> : index + 1}
            </span>
            <div className="sm:mt-2.5">
              <p className="font-semibold text-sm">{title}</p>
              <p className="mt-0.5 text-muted text-sm">{text}</p>
            </div>
          </li>
        );
      })}
    </ol>
  );
}
