import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { asProblem } from "@/lib/problem";
import type { ViewOut } from "./queries";
import type { ViewsApi } from "./use-views";

/** A view to be renamed, or a new one to be named. */
export type Asking = { view: ViewOut | undefined } | undefined;

interface ViewDialogProps {
  api: ViewsApi;
  /** Whoever edits contacts shares views. */
  canShare: boolean;
  asking: Asking;
  onClose: () => void;
}

/** A view's name, and whose it is. */
export function ViewDialog({ api, canShare, asking, onClose }: ViewDialogProps) {
  if (!asking) return null;
  const { view } = asking;
  return (
    <SaveView
      title={view ? "Rename or share" : "Save this view"}
      name={view?.name ?? ""}
      shared={view?.shared ?? false}
      canShare={canShare}
      onClose={onClose}
      onSave={(name, shared) => (view ? api.rename(view, name, shared) : api.make(name, shared))}
    />
  );
}

interface SaveViewProps {
  title: string;
  name: string;
  shared: boolean;
  canShare: boolean;
  onClose: () => void;
  onSave: (name: string, shared: boolean) => Promise<void>;
}

function SaveView({ title, canShare, onClose, onSave, ...begin }: SaveViewProps) {
  const [name, setName] = useState(begin.name);
  const [shared, setShared] = useState(begin.shared);
  const [fault, setFault] = useState<string | undefined>();
  const [isBusy, setBusy] = useState(false);
  const save = async () => {
    if (name.trim() === "") return setFault("Give it a name.");
    setBusy(true);
    try {
      await onSave(name.trim(), shared);
      onClose();
    } catch (error) {
      const { fields, detail, title: what } = asProblem(error);
      setFault(fields[0]?.message ?? detail ?? what);
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={title}
      description="Search, filters, order, columns and side."
    >
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Field label="Name" error={fault}>
          {(control) => (
            <Input
              {...control}
              value={name}
              maxLength={60}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        {canShare && (
          <label className="flex min-h-8 pointer-coarse:min-h-11 items-center gap-2.5 text-sm">
            <input
              type="checkbox"
              checked={shared}
              onChange={() => setShared(!shared)}
              className="size-4 accent-ink"
            />
            Share with everybody in the organisation
          </label>
        )}
        <DialogActions>
          <Button kind="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" kind="primary" busy={isBusy}>
            Save
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
