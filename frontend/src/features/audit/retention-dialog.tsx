import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { Select } from "@/components/ui/select";
import { plural } from "@/lib/format";
import { asProblem } from "@/lib/problem";
import { toastDone } from "@/lib/toast";
import { useAuditActions } from "./queries";

const EVER = "ever";
const YEARS = [1, 2, 3, 5, 7, 10];

/** How long the log is kept, in words. */
export function termOf(days: number | null): string {
  if (days === null) return "Kept for ever";
  return `Kept for ${days % 365 === 0 ? plural(days / 365, "year") : plural(days, "day")}`;
}

interface RetentionDialogProps {
  tenant: string;
  keepDays: number | null;
}

/** Sets how long the log is kept. What goes is gone for good, so it asks whether that is understood. */
export function RetentionDialog({ tenant, keepDays }: RetentionDialogProps) {
  const [isOpen, setOpen] = useState(false);
  const [term, setTerm] = useState(keepDays === null ? EVER : String(keepDays));
  const [isUnderstood, setUnderstood] = useState(false);
  const { keep } = useAuditActions(tenant);
  const problem = keep.isError ? asProblem(keep.error) : undefined;
  const days = term === EVER ? null : Number(term);
  const isShorter = days !== null && (keepDays === null || days < keepDays);

  const onOpenChange = (open: boolean) => {
    setOpen(open);
    setTerm(keepDays === null ? EVER : String(keepDays));
    setUnderstood(false);
    keep.reset();
  };
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    keep.mutate(
      { path: { tenant }, body: { keep_days: days } },
      {
        onSuccess: () => {
          onOpenChange(false);
          toastDone(termOf(days), { detail: "That it was changed is in the log." });
        },
      },
    );
  };
  return (
    <>
      <Button size="sm" onClick={() => onOpenChange(true)}>
        Change
      </Button>
      <Dialog
        open={isOpen}
        onOpenChange={onOpenChange}
        title="How long the log is kept"
        description="A year at least. Many lenders must keep records for longer: ask who answers for that."
      >
        <form onSubmit={onSubmit} className="grid gap-4">
          {problem && (
            <div role="alert">
              <Notice tone="bad" title={problem.title}>
                {problem.fields[0]?.message ?? problem.detail}
              </Notice>
            </div>
          )}
          <Field label="Keep it">
            {(control) => (
              <Select
                {...control}
                value={term}
                onValueChange={(value) => {
                  setTerm(value);
                  setUnderstood(false);
                }}
                options={termsWith(keepDays)}
              />
            )}
          </Field>
          {isShorter && (
            <>
              <Notice tone="warn" title="What is older is removed for good">
                Entries older than {termOf(days).replace("Kept for ", "")} go within minutes, and the history
                of contacts with them: undo, and “why is this value here?”, reach back no further. The log
                says that they went. Export it first if you may need it.
              </Notice>
              <label className="flex items-start gap-2.5 text-sm">
                <input
                  type="checkbox"
                  checked={isUnderstood}
                  onChange={({ target }) => setUnderstood(target.checked)}
                  className="mt-0.5 size-4 accent-ink"
                />
                I understand that nobody can bring it back.
              </label>
            </>
          )}
          <DialogActions>
            <Button kind="quiet" onClick={() => onOpenChange(false)}>
              Cancel
            </Button>
            <Button
              type="submit"
              kind={isShorter ? "danger" : "primary"}
              busy={keep.isPending}
              disabled={days === keepDays || (isShorter && !isUnderstood)}
            >
              {days === null ? "Keep it for ever" : termOf(days).replace("Kept", "Keep it")}
            </Button>
          </DialogActions>
        </form>
      </Dialog>
    </>
  );
}

function termsWith(keepDays: number | null) {
  const terms = new Set(YEARS.map((years) => years * 365));
  if (keepDays !== null) terms.add(keepDays);
  return [
    { value: EVER, label: "For ever" },
    ...[...terms]
      .sort((a, b) => a - b)
      .map((days) => ({ value: String(days), label: termOf(days).slice(9) })),
  ];
}
