import { useState } from "react";
import { formatCount } from "@/lib/format";
import { FocusCard } from "./focus-card";
import type { ConflictOut } from "./queries";
import { RuleMenu } from "./rule-menu";
import { useDeciding } from "./use-deciding";

interface ContactConflictsProps {
  tenant: string;
  /** Those of one contact that wait. */
  conflicts: ConflictOut[];
  canDecide: boolean;
  canRule: boolean;
}

/** The conflicts of the contact whose page this is, decided as in the inbox. Stays when the last one is decided, so
 * that it can be taken back by its key. */
export function ContactConflicts({ tenant, conflicts, canDecide, canRule }: ContactConflictsProps) {
  const [at, setAt] = useState<number>();
  const { conflict, index, card, alike } = useDeciding({
    tenant,
    conflicts,
    at: at === undefined ? undefined : String(at),
    canDecide,
    onGo: setAt,
  });
  if (!conflict) return null;
  return (
    <>
      <FocusCard
        key={conflict.id}
        {...card}
        conflict={conflict}
        place={conflicts.length > 1 ? `${formatCount(index + 1)} of ${formatCount(conflicts.length)}` : null}
        isOnItsPage
        rule={canRule && <RuleMenu tenant={tenant} conflict={conflict} />}
      />
      {alike}
    </>
  );
}
