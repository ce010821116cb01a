import { useEffect, useRef } from "react";
import { Ago } from "@/components/ui/ago";
import { SideGlyph } from "@/components/ui/side";
import { cn } from "@/lib/cn";
import { showValue } from "../field-value";
import type { ConflictOut } from "./queries";

interface ConflictListProps {
  conflicts: ConflictOut[];
  chosen: number;
  onChoose: (id: number) => void;
}

/** What waits, a row a conflict. Beside the card it keeps the chosen one in sight. */
export function ConflictList({ conflicts, chosen, onChoose }: ConflictListProps) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    const box = list.current?.parentElement;
    // On a phone the list is as long as it is, under the one that is looked at: there the page must stay where it is.
    if (!box || box.scrollHeight <= box.clientHeight) return;
    box.querySelector(`[data-conflict="${chosen}"]`)?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  return (
    <ul ref={list} aria-label="Conflicts" className="divide-y divide-line/70">
      {conflicts.map((conflict) => (
        <li key={conflict.id}>
          <button
            type="button"
            data-conflict={conflict.id}
            aria-current={conflict.id === chosen || undefined}
            onClick={() => onChoose(conflict.id)}
            className={cn(
              "grid w-full gap-0.5 border-transparent border-l-2 px-3.5 py-2.5 text-left hover:bg-hover focus-visible:-outline-offset-2",
              conflict.id === chosen && "border-ink bg-selected hover:bg-selected",
            )}
          >
            <span className="flex items-baseline gap-2">
              <span className="min-w-0 flex-1 truncate font-medium text-sm">{conflict.contact_name}</span>
              <Ago iso={conflict.at} isShort className="shrink-0 text-2xs text-muted tabular-nums" />
            </span>
            <span className="flex items-center gap-1.5 text-xs">
              <span className="shrink-0 text-muted">{conflict.label}</span>
              {conflict.late && <span className="shrink-0 font-medium text-ask-ink">late</span>}
            </span>
            <span className="grid grid-cols-2 gap-2 text-ink-2 text-xs">
              <Value conflict={conflict} side="hubspot" />
              <Value conflict={conflict} side="loanark" />
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function Value({ conflict, side }: { conflict: ConflictOut; side: "hubspot" | "loanark" }) {
  return (
    <span className="flex min-w-0 items-center gap-1.5">
      <SideGlyph side={side} className="size-3.5" />
      <span className="truncate">{showValue(conflict, conflict[side]) || <em>empty</em>}</span>
    </span>
  );
}
