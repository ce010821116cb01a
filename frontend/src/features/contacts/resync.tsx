import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Check, Circle, CircleAlert, LoaderCircle, type LucideIcon, X } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { Button } from "@/components/ui/button";
import { SIDE_NAMES } from "@/components/ui/side";
import { cn } from "@/lib/cn";
import { plural } from "@/lib/format";
import { showValue } from "./field-value";
import { type ContactOut, contactQuery, lookQuery, useContactActions } from "./queries";

interface Look {
  /** The contact as it was when the look was asked for, and as it is after it. */
  before: ContactOut;
  after?: ContactOut;
}

/** A look at both sides of a contact, from asking for it to what it did. */
export function useResync(tenant: string, contactId: string) {
  const queryClient = useQueryClient();
  const { resync, isResyncing } = useContactActions(tenant);
  const [asked, setAsked] = useState<Look>();
  // Of another contact, whose page was this one before.
  const look = asked?.before.id === contactId ? asked : undefined;
  const isUnderWay = look !== undefined && look.after === undefined;
  const { data: state, error } = useQuery({ ...lookQuery(tenant, contactId), enabled: isUnderWay });
  const isOver = isUnderWay && state?.waits === false;

  useEffect(() => {
    if (!isOver) return;
    let isWanted = true;
    void queryClient.fetchQuery({ ...contactQuery(tenant, contactId), staleTime: 0 }).then(
      (after) => isWanted && setAsked((now) => now && { ...now, after }),
      () => undefined, // It is shown as being read until the contact can be.
    );
    return () => {
      isWanted = false;
    };
  }, [isOver, queryClient, tenant, contactId]);

  const start = async () => {
    const before = await resync(contactId);
    queryClient.setQueryData(lookQuery(tenant, contactId).queryKey, { waits: true });
    setAsked({ before });
  };
  return {
    start: () => void start().catch(() => undefined),
    isBusy: isResyncing || isUnderWay,
    progress: look && (
      <Progress
        look={look}
        trouble={error ? "What became of it is not known just now." : troubleOf(state)}
        onClose={() => setAsked(undefined)}
      />
    ),
  };
}

function troubleOf(
  state: { stopped?: string | null; attempts?: number; last_error?: string | null } | undefined,
) {
  if (state?.stopped) return `${state.stopped} Nothing is lost: it goes on afterwards.`;
  if (state?.attempts && state.last_error)
    return `Tried ${plural(state.attempts, "time")}, and again by itself: ${state.last_error}`;
  return undefined;
}

type Stage = "done" | "now" | "next";

const GLYPHS: Record<Stage, [icon: LucideIcon, looks: string, said: string]> = {
  done: [Check, "text-ok-ink", "done: "],
  now: [LoaderCircle, "animate-spin motion-reduce:animate-none text-ink-2", "under way: "],
  next: [Circle, "text-line-strong", "not yet: "],
};

interface ProgressProps {
  look: Look;
  trouble: string | undefined;
  onClose: () => void;
}

function Progress({ look: { before, after }, trouble, onClose }: ProgressProps) {
  const did = after && whatItDid(before, after);
  return (
    <section
      aria-label="Resync"
      className="mt-3 flex items-start gap-3 rounded-lg border bg-surface py-2 pr-2 pl-3.5 text-sm shadow-low"
    >
      <div role="status" className="grid min-w-0 flex-1 gap-1 py-1">
        <ol className="flex flex-wrap gap-x-5 gap-y-1">
          <Step stage="done">Asked for</Step>
          <Step stage={after ? "done" : "now"}>{after ? "Both sides read" : "Reading both sides"}</Step>
          <Step stage={after ? "done" : "next"}>{did ? did[0] : "What it did"}</Step>
        </ol>
        {did && did.length > 1 && (
          <ul className="grid gap-0.5 pl-5.5 text-ink-2">
            {did.slice(1).map((sentence) => (
              <li key={sentence} className="break-words">
                {sentence}
              </li>
            ))}
          </ul>
        )}
        {!after && trouble && (
          <p className="flex items-start gap-1.5 text-warn-ink">
            <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden /> {trouble}
          </p>
        )}
      </div>
      <Button kind="quiet" size="icon-sm" aria-label="Close what the resync did" onClick={onClose}>
        <X aria-hidden />
      </Button>
    </section>
  );
}

function Step({ stage, children }: { stage: Stage; children: ReactNode }) {
  const [Icon, looks, said] = GLYPHS[stage];
  return (
    <li className={cn("flex items-center gap-1.5", stage === "next" && "text-muted")}>
      <Icon className={cn("size-4 shrink-0", looks)} aria-hidden />
      <span className="sr-only">{said}</span>
      {children}
    </li>
  );
}

const SHOWN = 5;

/** In words, the sum first: what is otherwise than when the look was asked for, and what still waits for a person. */
export function whatItDid(before: ContactOut, after: ContactOut): string[] {
  const changed = after.fields.flatMap((field) => {
    const was = before.fields.find(({ name }) => name === field.name);
    return (["hubspot", "loanark"] as const)
      .filter((side) => (was?.[side] ?? null) !== (field[side] ?? null))
      .map(
        (side) => `${field.label} in ${SIDE_NAMES[side]} is ${showValue(field, field[side]) || "empty"} now.`,
      );
  });
  const waiting = after.conflicts.filter(({ open }) => open).length + after.rejections.length;
  const told = [
    !before.hubspot_id && after.hubspot_id && "It is in HubSpot now.",
    !before.deleted_at && after.deleted_at && "It was found to be deleted.",
    ...changed.slice(0, SHOWN),
    changed.length > SHOWN && `And ${plural(changed.length - SHOWN, "more value")}: see its history.`,
    waiting > 0 && `${plural(waiting, "matter still waits", "matters still wait")} for you.`,
  ].filter((sentence): sentence is string => typeof sentence === "string");
  if (told.length === 0) return ["Nothing had to be changed"];
  return [changed.length > 0 ? `Changed ${plural(changed.length, "value")}` : "Done", ...told];
}
