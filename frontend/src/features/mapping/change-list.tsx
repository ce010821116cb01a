import { ArrowRight } from "lucide-react";
import { cn } from "@/lib/cn";
import type { Rule } from "./queries";
import { partChanges } from "./words";

export interface FieldChange {
  field: string;
  label: string;
  before: Rule | null;
  after: Rule | null;
}

/** What became of each field, part by part: before on the left, after on the right. */
export function ChangeList({ changes, className }: { changes: FieldChange[]; className?: string }) {
  return (
    <ul className={cn("divide-y rounded-md border", className)}>
      {changes.map(({ field, label, before, after }) => (
        <li key={field} className="grid gap-x-4 gap-y-1 px-3 py-2.5 sm:grid-cols-[10rem_1fr]">
          <p className="min-w-0 font-medium text-sm">
            {label}
            <span className="block font-normal text-muted text-xs">
              {before === null ? "mapped" : after === null ? "taken out" : "changed"}
            </span>
          </p>
          {after === null ? (
            <p className="text-ink-2 text-sm">
              {before?.property} is not kept the same any more. Both sides keep the values they hold.
            </p>
          ) : (
            <dl className="grid min-w-0 gap-1">
              {partChanges(before, after).map((change) => (
                <div key={change.part} className="flex flex-wrap items-baseline gap-x-2 text-sm">
                  <dt className="w-32 shrink-0 text-muted text-xs">{change.part}</dt>
                  <dd className="min-w-0 break-words">
                    {change.before !== null && (
                      <>
                        <span className="text-muted line-through decoration-line-strong">
                          {change.before}
                        </span>
                        <ArrowRight className="mx-1.5 inline size-3.5 text-muted" aria-label="becomes" />
                      </>
                    )}
                    <span className="font-medium">{change.after}</span>
                  </dd>
                </div>
              ))}
            </dl>
          )}
        </li>
      ))}
    </ul>
  );
}
