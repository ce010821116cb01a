import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { Notice } from "@/components/ui/notice";
import { asProblem, type Problem } from "@/lib/problem";
import { toastDone } from "@/lib/toast";
import { type MergeOut, useDecisions } from "./queries";

interface UndoDialogProps {
  tenant: string;
  merge: MergeOut;
  onClose: () => void;
}

/** Taking a merge back: what comes back, and what does not, is said before. */
export function UndoDialog({ tenant, merge, onClose }: UndoDialogProps) {
  const { undo, undoingId } = useDecisions(tenant);
  const [problem, setProblem] = useState<Problem>();
  const { name, other_name: other, left_behind: behind } = merge;
  const onUndo = async () => {
    setProblem(undefined);
    try {
      const { left_behind: lost } = await undo(merge.id);
      onClose();
      toastDone(`${name} and ${other} are two contacts again`, { detail: lost.join(" ") || undefined });
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Undo this merge"
      description={`${name} and ${other} become two contacts again.`}
    >
      <div className="mb-4 grid gap-3 text-sm">
        <p>
          In LoanArk each holds its own values again. They count as two people then, and are not proposed
          again.
        </p>
        {behind.length > 0 ? (
          <Notice tone="warn" title="What does not come back">
            <ul className="grid list-disc gap-1 pl-4">
              {behind.map((one) => (
                <li key={one}>{one}</li>
              ))}
            </ul>
          </Notice>
        ) : (
          <p className="text-ink-2">Nothing is left behind.</p>
        )}
        {problem && (
          <div role="alert">
            <Notice tone="bad" title={problem.title}>
              {problem.detail}
            </Notice>
          </div>
        )}
      </div>
      <DialogActions>
        <Button kind="quiet" onClick={onClose}>
          Cancel
        </Button>
        <Button kind="primary" busy={undoingId === merge.id} onClick={() => void onUndo()}>
          Undo the merge
        </Button>
      </DialogActions>
    </Dialog>
  );
}
