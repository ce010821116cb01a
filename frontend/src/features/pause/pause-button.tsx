import { Pause } from "lucide-react";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { toastDone } from "@/lib/toast";
import { usePauseActions } from "./queries";

/** Asks for the reason first: whoever finds the sync standing still reads it on the dashboard. */
export function PauseButton({ tenant }: { tenant: string }) {
  const [isOpen, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  const { pause, isPausing } = usePauseActions(tenant);
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    void pause(reason.trim()).then(
      () => {
        setOpen(false);
        toastDone("The sync is paused", { detail: "Changes on both sides are kept and wait." });
      },
      () => undefined, // Told by a toast already.
    );
  };
  return (
    <>
      <Button kind="quiet" onClick={() => setOpen(true)}>
        <Pause aria-hidden /> Pause
      </Button>
      <Dialog open={isOpen} onOpenChange={setOpen} title="Pause the sync?">
        <form onSubmit={onSubmit} className="grid gap-4">
          <p className="text-ink-2">
            Nothing is read from HubSpot or written there until somebody resumes it. Changes on both sides are
            kept and caught up then.
          </p>
          <Field label="Reason" hint="Everybody sees it on the dashboard.">
            {(control) => (
              <Input
                {...control}
                value={reason}
                maxLength={200}
                autoComplete="off"
                onChange={(event) => setReason(event.target.value)}
              />
            )}
          </Field>
          <DialogActions>
            <Button kind="quiet" onClick={() => setOpen(false)}>
              Let it run
            </Button>
            <Button type="submit" kind="primary" busy={isPausing}>
              Pause
            </Button>
          </DialogActions>
        </form>
      </Dialog>
    </>
  );
}
