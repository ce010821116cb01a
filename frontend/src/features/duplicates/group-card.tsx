import { useQuery } from "@tanstack/react-query";
import { ChevronDown, ChevronUp, CircleHelp, Merge, SkipForward, UserRoundX } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Explain } from "@/components/ui/explain";
import { Kbd } from "@/components/ui/kbd";
import { Notice } from "@/components/ui/notice";
import { Tooltip } from "@/components/ui/tooltip";
import { formatCount } from "@/lib/format";
import { asProblem, type Problem } from "@/lib/problem";
import { useHotkeys } from "@/lib/use-hotkeys";
import { Members } from "./members";
import { type Group, type MergeIn, mergePreviewQuery, type Preview } from "./queries";
import { Waterfall } from "./waterfall";
import { bestPair, formatLikelihood, namesOf, pairsAmong, type ShowText } from "./words";

interface GroupCardProps {
  tenant: string;
  group: Group;
  /** "3 of 12". */
  place: string;
  canDecide: boolean;
  isBusy: boolean;
  /** Why the last decision about it was not taken. */
  fault: Problem | undefined;
  isExplained: boolean;
  onExplain: (isExplained: boolean) => void;
  onMerge: (body: MergeIn) => void;
  onReject: (pairs: number[]) => void;
  onMove: (step: 1 | -1) => void;
  show: ShowText;
}

interface Draft {
  survivor?: string;
  chosen: Record<string, string>;
  out: string[];
}

/** What a person has chosen on a card, and what would come of it. */
function useDraft(tenant: string, group: Group) {
  const [draft, setDraft] = useState<Draft>({ chosen: {}, out: [] });
  const members = group.members.map(({ key }) => key).filter((key) => !draft.out.includes(key));
  const survivor = members.find((key) => key === draft.survivor);
  const chosen = Object.fromEntries(Object.entries(draft.chosen).filter(([, key]) => members.includes(key)));
  const isTouched =
    survivor !== undefined || Object.keys(chosen).length > 0 || members.length < group.members.length;
  const asked = useQuery({
    ...mergePreviewQuery(tenant, { members, chosen, ...(survivor && { survivor }) }),
    enabled: isTouched && members.length > 1,
  });
  const preview: Preview = isTouched ? (asked.data ?? group.preview) : group.preview;
  return {
    members,
    chosen,
    survivor: survivor ?? preview.survivor,
    out: draft.out,
    preview,
    fault: isTouched && asked.error ? asProblem(asked.error) : undefined,
    edit: {
      onChoose: (field: string, key: string) =>
        setDraft((before) => ({ ...before, chosen: { ...before.chosen, [field]: key } })),
      onSurvivor: (key: string) => setDraft((before) => ({ ...before, survivor: key })),
      onTake: (key: string, isIn: boolean) =>
        setDraft((before) => ({
          ...before,
          out: isIn ? before.out.filter((one) => one !== key) : [...before.out, key],
        })),
    },
  };
}

/** Contacts that may be one person: how likely that is and why, what they hold, and everything that can be said to it. */
export function GroupCard(props: GroupCardProps) {
  const { tenant, group, canDecide, isBusy, fault, isExplained, onExplain, onMerge, onReject, onMove, show } =
    props;
  const { members, chosen, survivor, out, preview, fault: previewFault, edit } = useDraft(tenant, group);
  const reasonsId = useId();
  const pairs = pairsAmong(group, members);
  const canMerge = members.length > 1 && members.includes(survivor) && !previewFault && !isBusy;
  const canReject = pairs.length > 0 && !isBusy;
  const merge = () => canMerge && onMerge({ members, survivor, chosen });
  const reject = () => canReject && onReject(pairs);
  const explain = () => onExplain(!isExplained);
  useHotkeys({
    m: () => canDecide && merge(),
    n: () => canDecide && reject(),
    s: () => onMove(1),
    ArrowRight: () => onMove(1),
    w: explain,
  });
  const told = fault ?? previewFault;
  return (
    <article
      aria-label={`Perhaps one person: ${namesOf(group.members)}`}
      tabIndex={-1}
      className="min-w-0 rounded-xl border bg-surface shadow-mid focus-visible:outline-none"
    >
      <Head {...props} reasonsId={reasonsId} onExplain={explain} />
      {/* The bar at its end stays in sight within this part: never without the head above it. */}
      <div>
        <div className="grid grid-cols-[minmax(0,1fr)] gap-4 px-4 pb-4 sm:px-5 sm:pb-5">
          {told && (
            <div role="alert">
              <Notice tone="bad" title={told.title}>
                {told.detail ?? told.fix}
                {told.status === 409 && " Nothing was merged. Look once more at what is shown now."}
              </Notice>
            </div>
          )}
          {isExplained && <Waterfall id={reasonsId} group={group} show={show} />}
          <Members
            tenant={tenant}
            groupId={group.id}
            members={group.members}
            preview={preview}
            out={out}
            chosen={chosen}
            survivor={survivor}
            edit={canDecide ? edit : undefined}
            show={show}
          />
          {preview.warnings.length > 0 && (
            <Notice tone="warn" title="Before you merge">
              <ul>
                {preview.warnings.map((warning) => (
                  <li key={warning}>{warning}</li>
                ))}
              </ul>
            </Notice>
          )}
          <p className="text-pretty text-ink-2 text-xs">
            <span className="font-medium">In HubSpot: </span>
            {preview.hubspot}{" "}
            <span className="text-muted">Every value stays in the history; a merge can be taken back.</span>
          </p>
        </div>
        {canDecide ? (
          <div className="sticky bottom-0 flex flex-wrap items-center gap-2 rounded-b-xl border-t bg-surface px-4 py-3 max-sm:gap-1 max-sm:px-2 max-sm:py-2 max-md:bottom-[calc(3.5rem+env(safe-area-inset-bottom))] sm:px-5">
            <Keyed name="M">
              <Button kind="primary" busy={isBusy} disabled={!canMerge} onClick={merge}>
                {!isBusy && <Merge aria-hidden />}
                {group.members.length > 2 ? `Merge ${formatCount(members.length)} into one` : "Merge"}
              </Button>
            </Keyed>
            <Keyed name="N">
              <Button disabled={!canReject} onClick={reject}>
                <UserRoundX aria-hidden className="max-sm:hidden" /> Not the same person
              </Button>
            </Keyed>
            <Keyed name="S">
              <Button kind="quiet" aria-label="Skip" className="max-sm:px-3" onClick={() => onMove(1)}>
                <SkipForward aria-hidden /> <span className="max-sm:hidden">Skip</span>
              </Button>
            </Keyed>
          </div>
        ) : (
          <p className="rounded-b-xl border-t px-4 py-3 text-muted text-sm sm:px-5">
            Sales managers and administrators decide whether they are one person.
          </p>
        )}
      </div>
    </article>
  );
}

const KEY_WORDS = {
  M: "Merge into one contact",
  N: "They stay two, and are not asked about again",
  S: "Look at the next",
};

function Keyed({ name, children }: { name: keyof typeof KEY_WORDS; children: ReactNode }) {
  return (
    <Tooltip label={KEY_WORDS[name]} shortcut={name}>
      {children}
    </Tooltip>
  );
}

function Head({ group, place, isExplained, onExplain, onMove, reasonsId }: HeadProps) {
  const best = bestPair(group);
  const holds = group.pairs.some((pair) => pair.holds);
  return (
    <header className="flex items-start gap-3 p-4 sm:p-5">
      <span className="grid size-9 shrink-0 place-items-center rounded-md bg-ask-wash text-ask-ink max-sm:hidden">
        <Merge className="size-4.5" aria-hidden />
      </span>
      <div className="min-w-0 flex-1">
        <h2 className="break-words font-semibold text-lg">{namesOf(group.members)}</h2>
        <div className="mt-0.5 flex flex-wrap items-center gap-x-2 gap-y-1 text-sm">
          {best && (
            <span>
              <span className="font-semibold tabular-nums">{formatLikelihood(best.likelihood)}</span> likely
              one person
            </span>
          )}
          {group.certain && (
            <Explain code="duplicate.certain">
              <Badge tone="ok">Certain</Badge>
            </Explain>
          )}
          {holds && (
            <Explain code="duplicate.held">
              <Badge tone="warn">Holds a new contact back</Badge>
            </Explain>
          )}
          <Button
            kind="quiet"
            size="sm"
            aria-expanded={isExplained}
            aria-controls={isExplained ? reasonsId : undefined}
            onClick={onExplain}
          >
            <CircleHelp aria-hidden /> {isExplained ? "Hide why" : "Why?"}
            <span className="pointer-coarse:hidden" aria-hidden>
              <Kbd>W</Kbd>
            </span>
          </Button>
        </div>
      </div>
      <div className="flex items-center gap-1">
        <span className="mr-1 whitespace-nowrap text-muted text-xs tabular-nums max-sm:hidden">{place}</span>
        <Tooltip label="The ones before" shortcut="K">
          <Button kind="quiet" size="icon-sm" aria-label="The ones before" onClick={() => onMove(-1)}>
            <ChevronUp aria-hidden />
          </Button>
        </Tooltip>
        <Tooltip label="The next ones" shortcut="J">
          <Button kind="quiet" size="icon-sm" aria-label="The next ones" onClick={() => onMove(1)}>
            <ChevronDown aria-hidden />
          </Button>
        </Tooltip>
      </div>
    </header>
  );
}

type HeadProps = Omit<GroupCardProps, "onExplain"> & { reasonsId: string; onExplain: () => void };
