import { useState } from "react";
import { useHotkeys } from "@/lib/use-hotkeys";
import { useWalk } from "@/lib/use-walk";
import { AlikeDialog } from "./alike-dialog";
import type { ConflictOut, Winner } from "./queries";
import { useInbox } from "./use-inbox";

interface DecidingOptions {
  tenant: string;
  /** Those that wait, in their order. */
  conflicts: ConflictOut[];
  /** The id of the one that is looked at; otherwise it is the first. */
  at: string | undefined;
  canDecide: boolean;
  onGo: (id: number | undefined) => void;
  /** Nearly the last of them is looked at. */
  onNearEnd?: () => void;
}

/** Conflicts that are decided one after the other, by keys: what the card of the present one does, and its layer. */
export function useDeciding({ tenant, conflicts, at, canDecide, onGo, onNearEnd }: DecidingOptions) {
  const [isTyping, setTyping] = useState(false);
  const [isAlike, setAlike] = useState(false);
  const found = conflicts.findIndex(({ id }) => String(id) === at);
  const index = found >= 0 ? found : 0;
  const conflict = conflicts[index];
  const walk = useWalk({ ids: conflicts.map(({ id }) => id), shown: conflict?.id, at });
  const goTo = (id: number | undefined) => {
    walk.headFor(id);
    setTyping(false);
    onGo(id);
  };
  const { decide, decideAlike, undoLast, isDecidingMany } = useInbox(tenant, goTo);

  const onMove = (step: 1 | -1) => {
    const place = walk.placeAfter(step);
    const next = conflicts[place];
    if (next) goTo(next.id);
    if (place >= conflicts.length - 2) onNearEnd?.();
  };
  const onDecide = async (winner: Winner | "typed", value?: string | null) => {
    if (!conflict) return;
    // A typed value may be refused, and is then still in its field.
    if (winner === "typed") await decide(conflict, winner, value);
    goTo((conflicts[index + 1] ?? conflicts[index - 1])?.id);
    if (winner !== "typed") await decide(conflict, winner);
  };
  const byKey = (act: () => unknown) => (event: KeyboardEvent) => {
    if (!canDecide || !conflict || !walk.hasArrived()) return;
    event.preventDefault();
    void act();
  };
  useHotkeys({
    "1": byKey(() => onDecide("hubspot").catch(() => undefined)),
    "2": byKey(() => onDecide("loanark").catch(() => undefined)),
    "3": byKey(() => setTyping(true)),
    a: byKey(() => setAlike(true)),
    j: () => onMove(1),
    k: () => onMove(-1),
    u: undoLast,
  });

  return {
    conflict,
    index,
    goTo,
    card: {
      tenant,
      canDecide,
      isTyping,
      onTyping: setTyping,
      onDecide,
      onAlike: () => setAlike(true),
      onMove,
    },
    alike: isAlike && conflict && (
      <AlikeDialog
        tenant={tenant}
        conflict={conflict}
        isBusy={isDecidingMany}
        onClose={() => setAlike(false)}
        onDecide={(winner, sameAs, expected) =>
          void decideAlike(conflict, winner, sameAs, expected).then(() => setAlike(false))
        }
      />
    ),
  };
}
