import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { toastDone } from "@/lib/toast";
import { useConnectionActions } from "./queries";

/** Asks first: this one cannot be undone here, since the credentials are forgotten. */
export function Disconnect({ tenant }: { tenant: string }) {
  const [isOpen, setOpen] = useState(false);
  const { disconnect } = useConnectionActions(tenant);
  const onConfirm = () =>
    disconnect.mutate(
      { path: { tenant } },
      {
        onSuccess: () => {
          setOpen(false);
          toastDone("HubSpot is disconnected", { detail: "Contacts, links and history are kept." });
        },
      },
    );
  return (
    <>
      <Button kind="danger" onClick={() => setOpen(true)}>
        Disconnect
      </Button>
      <Dialog open={isOpen} onOpenChange={setOpen} title="Disconnect HubSpot?">
        <p className="mb-5 text-ink-2">
          The credentials are forgotten and the sync stops. Contacts, links and history stay on both sides;
          connecting the same account again goes on from here.
        </p>
        <DialogActions>
          <Button kind="quiet" onClick={() => setOpen(false)}>
            Keep it connected
          </Button>
          <Button kind="danger" busy={disconnect.isPending} onClick={onConfirm}>
            Disconnect
          </Button>
        </DialogActions>
      </Dialog>
    </>
  );
}
