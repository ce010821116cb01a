import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Merge, Undo2 } from "lucide-react";
import { useState } from "react";
import { Button, buttonStyle } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { Notice } from "@/components/ui/notice";
import { formatCount, plural } from "@/lib/format";
import { asProblem, type Problem } from "@/lib/problem";
import { type MergeManyOut, type UndoManyOut, useDecisions } from "./queries";
import { duplicateSummaryQuery } from "./summary/queries";

interface BulkDialogProps {
  tenant: string;
  /** Closed with none left to merge, the dialog has no button to give the focus back to. */
  onNoneLeft: () => void;
}

/** All that are certain at once: what it does and to how many is said before, what became of it after. */
export function BulkDialog({ tenant, onNoneLeft }: BulkDialogProps) {
  const [isOpen, setOpen] = useState(false);
  const { data: summary } = useQuery(duplicateSummaryQuery(tenant));
  const certain = summary?.certain ?? 0;
  const onClose = () => {
    setOpen(false);
    if (certain === 0) onNoneLeft();
  };
  return (
    <>
      {certain > 0 && (
        <Button onClick={() => setOpen(true)}>
          <Merge aria-hidden />{" "}
          {certain === 1 ? "Merge the certain one" : `Merge all ${formatCount(certain)} certain ones`}
        </Button>
      )}
      {isOpen && <Content tenant={tenant} certain={certain} onClose={onClose} />}
    </>
  );
}

interface ContentProps {
  tenant: string;
  certain: number;
  onClose: () => void;
}

function Content({ tenant, certain, onClose }: ContentProps) {
  const queryClient = useQueryClient();
  const { mergeMany, isMergingMany } = useDecisions(tenant);
  const [problem, setProblem] = useState<Problem>();
  const [result, setResult] = useState<MergeManyOut>();
  const onMerge = async () => {
    setProblem(undefined);
    try {
      setResult(await mergeMany({ least: 0, certain: true, expected: certain }));
    } catch (error) {
      setProblem(asProblem(error));
      await queryClient.invalidateQueries(duplicateSummaryQuery(tenant));
    }
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={result ? "What became of them" : `Merge ${plural(certain, "certain pair")}`}
      {...(!result && { description: "Pairs that are so sure that the strict rules let them through." })}
    >
      {result ? (
        <Result tenant={tenant} result={result} onClose={onClose} />
      ) : (
        <>
          <ul className="mb-4 grid list-disc gap-1.5 pl-5 text-sm">
            <li>One contact of each pair lives on, with the values that the rules in the settings choose.</li>
            <li>
              The other keeps its row and its history behind it. All of them can be taken back together, or
              each on its own.
            </li>
            <li>In HubSpot nothing is merged before the waiting time is over, or before a person says so.</li>
            <li>
              No more are merged than the brake lets through in an hour. What is beyond it stays here, to be
              asked again.
            </li>
          </ul>
          {problem && (
            <div role="alert" className="mb-4">
              <Notice tone="bad" title={problem.title}>
                {problem.detail} Nothing was merged.
              </Notice>
            </div>
          )}
          <DialogActions>
            <Button kind="quiet" onClick={onClose}>
              Cancel
            </Button>
            <Button
              kind="primary"
              busy={isMergingMany}
              disabled={certain === 0}
              onClick={() => void onMerge()}
            >
              Merge {formatCount(certain)}
            </Button>
          </DialogActions>
        </>
      )}
    </Dialog>
  );
}

interface ResultProps {
  tenant: string;
  result: MergeManyOut;
  onClose: () => void;
}

function Result({ tenant, result: { merged, refused, left }, onClose }: ResultProps) {
  const { undoMany, reopen, isUndoingMany } = useDecisions(tenant);
  const [undone, setUndone] = useState<UndoManyOut>();
  const [problem, setProblem] = useState<Problem>();
  const onUndo = async () => {
    setProblem(undefined);
    try {
      const told = await undoMany(merged);
      // An undone merge means that they are two; here it means that nothing is decided.
      if (told.pairs.length > 0) await reopen(told.pairs);
      setUndone(told);
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  return (
    <>
      <div role="status" className="mb-4 grid gap-3">
        {undone ? <Undone told={undone} /> : <Merged merged={merged} left={left} />}
        {!undone && refused.length > 0 && (
          <Notice
            tone="warn"
            title={`${plural(refused.length, "pair")} left as ${refused.length === 1 ? "it is" : "they are"}`}
          >
            <Reasons of={refused} />
          </Notice>
        )}
        {problem && (
          <Notice tone="bad" title={problem.title}>
            {problem.detail} What was taken back until then is two contacts again.
          </Notice>
        )}
      </div>
      <DialogActions>
        {merged.length > 0 && !undone && (
          <Button kind="quiet" className="sm:mr-auto" busy={isUndoingMany} onClick={() => void onUndo()}>
            <Undo2 aria-hidden /> {merged.length === 1 ? "Undo it" : `Undo all ${formatCount(merged.length)}`}
          </Button>
        )}
        <Link
          to="/$tenant/duplicates"
          params={{ tenant }}
          search={{ show: "merged" }}
          onClick={onClose}
          className={buttonStyle({ kind: "quiet" })}
        >
          See what was merged
        </Link>
        <Button kind="primary" onClick={onClose}>
          Done
        </Button>
      </DialogActions>
    </>
  );
}

function Merged({ merged, left }: Pick<MergeManyOut, "merged" | "left">) {
  return (
    <Notice
      tone={merged.length > 0 ? "ok" : "warn"}
      title={merged.length > 0 ? `${plural(merged.length, "pair")} merged` : "None was merged"}
    >
      {left > 0 &&
        `${plural(left, "pair")} ${left === 1 ? "is" : "are"} beyond the brake, and still here: ask again later.`}
    </Notice>
  );
}

function Undone({ told: { undone, refused } }: { told: UndoManyOut }) {
  return (
    <>
      <Notice tone="ok" title={`${plural(undone.length, "merge")} taken back`}>
        {undone.length > 0 && "They wait for a decision again."}
      </Notice>
      {refused.length > 0 && (
        <Notice tone="warn" title={`${plural(refused.length, "merge")} could not be taken back`}>
          <Reasons of={refused} />
        </Notice>
      )}
    </>
  );
}

/** Each reason once, and how often. */
function Reasons({ of }: { of: { reason: string }[] }) {
  const reasons = new Map<string, number>();
  for (const { reason } of of) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  return (
    <ul>
      {[...reasons].map(([reason, count]) => (
        <li key={reason}>
          {count > 1 && `${formatCount(count)} × `}
          {reason}
        </li>
      ))}
    </ul>
  );
}
