import { useMutation } from "@tanstack/react-query";
import { createContext, type FormEvent, type ReactNode, useContext, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { asProblem } from "@/lib/problem";
import { PasskeyRefused } from "@/lib/webauthn";
import { ConfirmFirst, confirmByCode, confirmByPasskey, confirmByPassword, type Flow } from "./account";

/** The person closed the question: nothing was done, and nothing is to be told. */
export class NotConfirmed extends Error {}

type Confirmed = <T>(action: () => Promise<T>) => Promise<T>;

const Context = createContext<Confirmed>((action) => action());

/** Runs what the server may only allow to somebody who said just now who they are; asks for it, and goes on. */
export const useConfirmed = (): Confirmed => useContext(Context);

interface Question {
  flows: Flow[];
  answered: () => void;
  refused: (reason: Error) => void;
}

export function ConfirmProvider({ children }: { children: ReactNode }) {
  const [question, setQuestion] = useState<Question>();
  const confirmed: Confirmed = async (action) => {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof ConfirmFirst)) throw error;
      await new Promise<void>((answered, refused) =>
        setQuestion({ flows: error.flows, answered, refused }),
      ).finally(() => setQuestion(undefined));
      return action();
    }
  };
  return (
    <Context value={confirmed}>
      {children}
      {question && <ConfirmDialog question={question} />}
    </Context>
  );
}

function ConfirmDialog({ question }: { question: Question }) {
  const types = question.flows.flatMap((flow) => flow.types ?? []);
  const byPassword = question.flows.some(({ id }) => id === "reauthenticate");
  const byPasskey = types.includes("webauthn");
  const confirm = useMutation({
    mutationFn: (form: FormData | undefined) => {
      if (!form) return confirmByPasskey();
      const given = String(form.get("proof"));
      return byPassword ? confirmByPassword(given) : confirmByCode(given);
    },
    onSuccess: question.answered,
    meta: { handlesError: true },
  });
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    confirm.mutate(new FormData(event.currentTarget));
  };
  return (
    <Dialog
      open
      onOpenChange={() => question.refused(new NotConfirmed())}
      title="Is it you?"
      description="This changes how your account is protected, so say once more who you are."
    >
      <form onSubmit={onSubmit} className="grid gap-4">
        {(byPassword || !byPasskey) && (
          <Field
            label={byPassword ? "Password" : "Code from your authenticator, or a recovery code"}
            error={whatWentWrong(confirm.error)}
          >
            {(control) => (
              <Input
                {...control}
                name="proof"
                type={byPassword ? "password" : "text"}
                autoComplete={byPassword ? "current-password" : "one-time-code"}
                required
                autoFocus
              />
            )}
          </Field>
        )}
        <DialogActions>
          {byPasskey && (
            <Button busy={confirm.isPending} onClick={() => confirm.mutate(undefined)}>
              Use a passkey
            </Button>
          )}
          {(byPassword || !byPasskey) && (
            <Button type="submit" kind="primary" busy={confirm.isPending}>
              Go on
            </Button>
          )}
        </DialogActions>
      </form>
    </Dialog>
  );
}

/** One sentence for a failed attempt; nothing for one that was given up. */
export function whatWentWrong(error: unknown): string | undefined {
  if (!error || error instanceof NotConfirmed) return undefined;
  if (error instanceof PasskeyRefused) return error.message;
  const problem = asProblem(error);
  return problem.fields[0]?.message ?? problem.detail ?? problem.title;
}
