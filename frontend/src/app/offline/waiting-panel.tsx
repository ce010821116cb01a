import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { Notice } from "@/components/ui/notice";
import type { Waiting } from "@/features/contacts/queries";
import { DiscardedEdit, WaitingEdit } from "@/features/contacts/waiting-edits";
import { useSignOut } from "../shell/sign-out";
import { useAway } from "./away";
import { setPanel, usePanel } from "./panel-state";

/** What waits on this device, change by change, and what it means to be away. */
export function WaitingPanel({ tenant }: { tenant: string }) {
  const panel = usePanel();
  const { isStale, isOnline, since, edits } = useAway(tenant);
  const signOut = useSignOut();
  const [discarded, setDiscarded] = useState<Waiting[]>([]);
  const forget = (key: string) => setDiscarded((before) => before.filter((one) => one.key !== key));
  const close = () => {
    setDiscarded([]);
    setPanel("closed");
  };
  return (
    <Dialog
      open={panel !== "closed"}
      onOpenChange={(open) => !open && close()}
      shape="sheet"
      title={isStale ? (isOnline ? "LoanArk does not answer" : "You are offline") : "Changes on this device"}
      {...(isStale && {
        description: `You see what was loaded${since ? ` at ${since}` : " last"}. It goes on by itself when the network is back.`,
      })}
    >
      <div className="grid gap-3">
        {panel === "leaving" && (
          <Notice tone="warn" title="These changes are not sent yet">
            Signing out discards them.
          </Notice>
        )}
        {edits.length === 0 ? (
          <p className="text-ink-2 text-sm">
            Nothing waits to be sent. You can go on changing contacts: each change is kept on this device
            until it is sent.
          </p>
        ) : (
          edits.map((edit) => (
            <WaitingEdit
              key={edit.key}
              edit={edit}
              onOpen={close}
              onDiscarded={(gone) => setDiscarded((before) => [...before, gone])}
            />
          ))
        )}
        {discarded.map((edit) => (
          <DiscardedEdit key={edit.key} edit={edit} onBack={() => forget(edit.key)} />
        ))}
      </div>
      {panel === "leaving" && (
        <DialogActions>
          <Button onClick={close}>Stay</Button>
          <Button
            kind="danger"
            onClick={() => {
              close();
              void signOut({ discarding: true });
            }}
          >
            Discard and sign out
          </Button>
        </DialogActions>
      )}
    </Dialog>
  );
}
