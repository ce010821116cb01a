import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { Notice } from "@/components/ui/notice";
import { asProblem } from "@/lib/problem";
import { useOrganisationActions } from "./queries";

/** Asks first: only an administrator can let one in again. */
export function LeaveDialog({ tenant }: { tenant: string }) {
  const [isOpen, setOpen] = useState(false);
  const { leave } = useOrganisationActions(tenant);
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const problem = leave.isError ? asProblem(leave.error) : undefined;
  const onConfirm = () =>
    leave.mutate(
      { path: { tenant } },
      {
        onSuccess: async () => {
          queryClient.clear();
          await navigate({ to: "/" });
        },
      },
    );
  return (
    <>
      <Button kind="quiet" size="sm" onClick={() => setOpen(true)}>
        Leave
      </Button>
      <Dialog open={isOpen} onOpenChange={setOpen} title="Leave this organisation?">
        {problem && (
          <div role="alert" className="mb-4">
            <Notice tone="bad" title={problem.title}>
              {problem.detail}
            </Notice>
          </div>
        )}
        <p className="mb-5 text-ink-2">
          You see nothing of it any more, and your tokens for it end. What you did stays in its history. Only
          an administrator can let you in again.
        </p>
        <DialogActions>
          <Button kind="quiet" onClick={() => setOpen(false)}>
            Stay
          </Button>
          <Button kind="danger" busy={leave.isPending} onClick={onConfirm}>
            Leave
          </Button>
        </DialogActions>
      </Dialog>
    </>
  );
}
