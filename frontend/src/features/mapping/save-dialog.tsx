import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Notice } from "@/components/ui/notice";
import { formatCount, plural } from "@/lib/format";
import { asProblem } from "@/lib/problem";
import { toastDone } from "@/lib/toast";
import { ChangeList, type FieldChange } from "./change-list";
import { type DraftState, meetsAnew, rulesUnder } from "./draft";
import { type MappingOut, useMappingActions } from "./queries";

interface SaveDialogProps {
  tenant: string;
  mapping: MappingOut;
  draft: DraftState;
  changes: FieldChange[];
  /** How many contacts the next comparison looks at; null where it is not known. */
  contacts: number | null;
  onClose: () => void;
}

const MOST_NAMED = 4;

/** What the version says for itself where nobody wrote a note. */
function noteOf(changes: FieldChange[]): string {
  const named = changes.slice(0, MOST_NAMED).map(({ label, before, after }) => {
    return `${label} ${after === null ? "taken out" : before === null ? "mapped" : "changed"}`;
  });
  const more = changes.length - named.length;
  return named.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** All changes before they count: what, and what it means for contacts. Saved, they are one version, with an undo. */
export function SaveDialog({ tenant, mapping, draft, changes, contacts, onClose }: SaveDialogProps) {
  const [note, setNote] = useState("");
  const { save, restore } = useMappingActions(tenant);
  const problem = save.isError ? asProblem(save.error) : undefined;
  const anew = draft.changes.filter(meetsAnew).length;
  const before = mapping.version;

  const undo = () =>
    void restore.mutateAsync({ path: { tenant, version: before } }).then(
      ({ version }) => toastDone(`As it was before: version ${version}`),
      () => undefined, // Told by a toast already.
    );
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    const rules = rulesUnder(mapping, draft.draft);
    save.mutate(
      { path: { tenant }, body: { rules, note: note.trim() || noteOf(changes), version: before } },
      {
        onSuccess: ({ version }) => {
          draft.discard();
          onClose();
          toastDone(`Version ${version} is saved`, {
            detail: "Contacts are compared with it by themselves.",
            undo,
          });
        },
      },
    );
  };

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Save ${plural(changes.length, "change")} as version ${before + 1}?`}
      className="w-[min(44rem,calc(100vw-2rem))]"
    >
      <form onSubmit={onSubmit} className="grid gap-4">
        {problem && (
          <div role="alert">
            <Notice tone="bad" title={problem.title}>
              {problem.fields.length === 0 && problem.detail}
              {problem.fields.map(({ field, message }) => (
                <p key={field}>
                  <code className="font-mono text-2xs">{field}</code>: {message}
                </p>
              ))}
            </Notice>
          </div>
        )}
        <ChangeList changes={changes} />
        <section aria-label="What happens then" className="grid gap-1 text-sm">
          <h3 className="font-medium text-ink-2 text-xs">What happens then</h3>
          <p className="text-ink-2">
            The next comparison looks at{" "}
            {contacts === null ? "every contact" : `all ${formatCount(contacts)} contacts`}, by itself.
            Nothing is cleared by the change of the mapping.
          </p>
          {anew > 0 && (
            <p className="text-ink-2">
              {plural(anew, "field meets", "fields meet")} its property as for the first time: where both
              sides hold different values, your setting for a first match decides, and the history keeps the
              other value.
            </p>
          )}
        </section>
        <Field label="Note" hint="Left empty, the changes are named.">
          {(control) => (
            <Input
              {...control}
              value={note}
              maxLength={200}
              autoComplete="off"
              placeholder={noteOf(changes)}
              onChange={(event) => setNote(event.target.value)}
            />
          )}
        </Field>
        <DialogActions>
          <Button kind="quiet" onClick={onClose}>
            Go on editing
          </Button>
          <Button type="submit" kind="primary" busy={save.isPending}>
            Save version {before + 1}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
