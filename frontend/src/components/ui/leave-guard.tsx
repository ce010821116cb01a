import { useBlocker } from "@tanstack/react-router";
import { Button } from "./button";
import { Dialog, DialogActions } from "./dialog";

interface LeaveGuardProps {
  isDirty: boolean;
  /** What would be lost: "3 changes of the mapping". */
  what: string;
}

/** Asks before somebody goes to another page and loses what is not saved; the browser asks before it is closed. */
export function LeaveGuard({ isDirty, what }: LeaveGuardProps) {
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: ({ current, next }) => isDirty && current.pathname !== next.pathname,
    enableBeforeUnload: () => isDirty,
    withResolver: true,
  });
  return (
    <Dialog
      open={status === "blocked"}
      onOpenChange={(open) => !open && reset?.()}
      title="Leave without saving?"
    >
      <p className="mb-5 text-ink-2">{what} would be lost.</p>
      <DialogActions>
        <Button kind="danger" onClick={proceed}>
          Leave and lose it
        </Button>
        <Button kind="primary" onClick={reset}>
          Stay here
        </Button>
      </DialogActions>
    </Dialog>
  );
}
