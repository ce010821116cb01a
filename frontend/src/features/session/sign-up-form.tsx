import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useEffect } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { NewPasswordField } from "@/components/ui/new-password-field";
import { Notice } from "@/components/ui/notice";
import { asProblem } from "@/lib/problem";
import { openAuth } from "./auth";
import { signUp } from "./password";

/** Where signing up is open: an address and a password; the rest is a click in a mail. */
export function SignUpForm() {
  useEffect(() => {
    openAuth().catch(() => undefined); // Only for its cookie.
  }, []);
  const submit = useMutation({
    mutationFn: (form: FormData) => signUp(String(form.get("email")).trim(), String(form.get("password"))),
    meta: { handlesError: true },
  });
  if (submit.isSuccess) {
    return (
      <div role="status">
        <Notice tone="ok" title="Look into your mailbox">
          A message is on its way. Open its link to confirm your address, then sign in.
        </Notice>
      </div>
    );
  }
  const problem = submit.isError ? asProblem(submit.error) : undefined;
  const wrong = (name: string) => problem?.fields.find(({ field }) => field === name)?.message;
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    submit.mutate(new FormData(event.currentTarget));
  };
  return (
    <form onSubmit={onSubmit} className="grid gap-4">
      {problem && problem.fields.length === 0 && (
        <div role="alert">
          <Notice tone="bad" title={problem.status === 403 ? "Signing up is not open here" : problem.title}>
            {problem.status === 403 ? "Ask your administrator for an invitation." : problem.detail}
          </Notice>
        </div>
      )}
      <Field label="E-mail" error={wrong("email")}>
        {(control) => (
          <Input
            {...control}
            name="email"
            type="email"
            autoComplete="username"
            required
            autoFocus
            className="h-10"
          />
        )}
      </Field>
      <NewPasswordField label="Password" error={wrong("password")} className="h-10" />
      <Button type="submit" kind="primary" size="lg" busy={submit.isPending}>
        Sign up
      </Button>
      <p className="text-center text-sm">
        <Link to="/sign-in" className="text-ink-2 underline underline-offset-3">
          Back to sign-in
        </Link>
      </p>
    </form>
  );
}
