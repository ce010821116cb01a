import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Notice } from "@/components/ui/notice";
import { asProblem } from "@/lib/problem";
import { toastDone } from "@/lib/toast";
import { useConnectionActions } from "./queries";

/** Connects with a private app's token or a service key, where OAuth is not wanted or not set up. */
export function TokenForm({ tenant, kind }: { tenant: string; kind: "primary" | "secondary" }) {
  const [isOpen, setOpen] = useState(false);
  const { connectStatic } = useConnectionActions(tenant);
  const problem = connectStatic.isError ? asProblem(connectStatic.error) : undefined;

  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const token = String(new FormData(event.currentTarget).get("token")).trim();
    connectStatic.mutate(
      { path: { tenant }, body: { token } },
      {
        onSuccess: () => {
          setOpen(false);
          toastDone("HubSpot is connected");
        },
      },
    );
  };

  return (
    <>
      <Button kind={kind} onClick={() => setOpen(true)}>
        Use a token
      </Button>
      <Dialog
        open={isOpen}
        onOpenChange={setOpen}
        title="Connect with a token"
        description="In HubSpot: Settings, Integrations, Private Apps; or a service key. It is kept encrypted and never shown again."
      >
        <form onSubmit={onSubmit} className="grid gap-4">
          {problem && (
            <div role="alert">
              <Notice tone="bad" title={problem.title}>
                {problem.detail} {problem.fix}
              </Notice>
            </div>
          )}
          <Field
            label="Token"
            error={problem?.fields.find(({ field }) => field === "token")?.message}
            hint="It begins with pat-"
          >
            {(control) => (
              <Input
                {...control}
                name="token"
                type="password"
                autoComplete="off"
                required
                spellCheck={false}
              />
            )}
          </Field>
          <DialogActions>
            <Button kind="quiet" onClick={() => setOpen(false)}>
              Cancel
            </Button>
            <Button type="submit" kind="primary" busy={connectStatic.isPending}>
              Check and connect
            </Button>
          </DialogActions>
        </form>
      </Dialog>
    </>
  );
}
