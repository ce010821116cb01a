import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useRef } from "react";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { NewPasswordField } from "@/components/ui/new-password-field";
import { asProblem } from "@/lib/problem";
import { toastDone } from "@/lib/toast";
import { changePassword } from "./account";

export function PasswordPanel() {
  const queryClient = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const change = useMutation({
    mutationFn: (given: FormData) => changePassword(String(given.get("current")), String(given.get("fresh"))),
    onSuccess: () => {
      form.current?.reset();
      toastDone("Your password is changed", { detail: "Every other device is signed out." });
      void queryClient.invalidateQueries({ queryKey: ["account", "sessions"] });
    },
    meta: { handlesError: true },
  });
  const problem = change.isError ? asProblem(change.error) : undefined;
  const wrong = (name: string) => problem?.fields.find(({ field }) => field === name)?.message;
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    change.mutate(new FormData(event.currentTarget));
  };
  return (
    <Panel title="Password">
      <form ref={form} onSubmit={onSubmit} className="grid max-w-sm gap-4">
        <Field
          label="Current password"
          hint="Leave it empty if you have none yet: you sign in with your company."
          error={wrong("current_password") ?? (problem?.fields.length === 0 ? problem.detail : undefined)}
        >
          {(control) => <Input {...control} name="current" type="password" autoComplete="current-password" />}
        </Field>
        <NewPasswordField name="fresh" error={wrong("new_password")} />
        <Button type="submit" className="justify-self-start" busy={change.isPending}>
          Change the password
        </Button>
      </form>
    </Panel>
  );
}
