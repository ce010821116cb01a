import { useEffect, useRef } from "react";
import { Ago } from "@/components/ui/ago";
import { cn } from "@/lib/cn";
import { plural } from "@/lib/format";
import type { Group } from "./queries";
import { bestPair, formatLikelihood, KIND_WORDS, namesOf } from "./words";

interface GroupListProps {
  groups: Group[];
  chosen: number;
  onChoose: (group: Group) => void;
}

/** What waits, a row a group. Beside the card it keeps the chosen one in sight. */
export function GroupList({ groups, chosen, onChoose }: GroupListProps) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    const box = list.current?.parentElement;
    // On a phone the list is as long as it is, under the one that is looked at: there the page must stay where it is.
    if (!box || box.scrollHeight <= box.clientHeight) return;
    box.querySelector(`[data-group="${chosen}"]`)?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  return (
    <ul ref={list} aria-label="Possible duplicates" className="divide-y divide-line/70">
      {groups.map((group) => (
        <li key={group.id}>
          <Row group={group} isChosen={group.id === chosen} onChoose={() => onChoose(group)} />
        </li>
      ))}
    </ul>
  );
}

function Row({ group, isChosen, onChoose }: { group: Group; isChosen: boolean; onChoose: () => void }) {
  const best = bestPair(group);
  return (
    <button
      type="button"
      data-group={group.id}
      aria-current={isChosen || undefined}
      onClick={onChoose}
      className={cn(
        "grid w-full grid-cols-[minmax(0,1fr)] gap-0.5 border-transparent border-l-2 px-3.5 py-2.5 text-left hover:bg-hover focus-visible:-outline-offset-2",
        isChosen && "border-ink bg-selected hover:bg-selected",
      )}
    >
      <span className="flex items-baseline gap-2">
        <span className="min-w-0 flex-1 truncate font-medium text-sm">{namesOf(group.members)}</span>
        {best && (
          <span className="shrink-0 text-2xs text-muted tabular-nums">
            {formatLikelihood(best.likelihood)}
          </span>
        )}
      </span>
      <span className="flex items-center gap-1.5 text-muted text-xs">
        <span className="min-w-0 flex-1 truncate">
          {[
            best && KIND_WORDS[best.kind],
            group.members.length > 2 && plural(group.members.length, "contact"),
            group.certain && "certain",
          ]
            .filter(Boolean)
            .join(" · ")}
        </span>
        {best && <Ago iso={best.at} isShort className="shrink-0 text-2xs tabular-nums" />}
      </span>
      {group.pairs.some(({ holds }) => holds) && (
        <span className="font-medium text-warn-ink text-xs">holds a new contact back</span>
      )}
    </button>
  );
}
