import type { FormEvent, ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { NewPasswordField } from "@/components/ui/new-password-field";
import { Notice } from "@/components/ui/notice";
import { asProblem } from "@/lib/problem";
import { type InvitationToAccept, useAccept } from "./queries";

interface JoinFormProps {
  token: string;
  invitation: InvitationToAccept;
  /** The address one is signed in with, if any. */
  signedInAs: string | undefined;
  /** Leads to signing in, and back. */
  signIn: (label: string) => ReactNode;
  onJoined: (organisation: string) => void;
}

/** Accepting an invitation: a new person says who they are, a known one only says yes. */
export function JoinForm({ token, invitation, signedInAs, signIn, onJoined }: JoinFormProps) {
  const accept = useAccept(token);
  const problem = accept.isError ? asProblem(accept.error) : undefined;
  const wrong = (name: string) => problem?.fields.find(({ field }) => field === name)?.message;
  const join = (body: { name?: string; password?: string }) =>
    accept.mutate({ path: { token }, body }, { onSuccess: (joined) => onJoined(joined.organisation_slug) });

  if (signedInAs && signedInAs !== invitation.email) {
    return (
      <Notice tone="ask" title="You are signed in as somebody else">
        You are {signedInAs}, and this invitation is for {invitation.email}. Sign out, then open the link
        again.
      </Notice>
    );
  }
  if (!signedInAs && invitation.has_account) {
    return (
      <>
        <p className="mb-4 text-ink-2 text-sm">
          You have an account with {invitation.email} already. Sign in, and you come back here.
        </p>
        {signIn("Sign in to accept")}
      </>
    );
  }
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    join(signedInAs ? {} : { name: String(form.get("name")), password: String(form.get("password")) });
  };
  return (
    <form onSubmit={onSubmit} className="grid gap-4">
      {problem && problem.fields.length === 0 && (
        <div role="alert">
          <Notice tone="bad" title={problem.title}>
            {problem.detail}
          </Notice>
        </div>
      )}
      {!signedInAs && (
        <>
          <Field label="E-mail">
            {(control) => (
              <Input
                {...control}
                value={invitation.email}
                autoComplete="username"
                readOnly
                className="h-10"
              />
            )}
          </Field>
          <Field label="Your name" error={wrong("name")}>
            {(control) => (
              <Input
                {...control}
                name="name"
                autoComplete="name"
                maxLength={200}
                required
                autoFocus
                className="h-10"
              />
            )}
          </Field>
          <NewPasswordField label="Password" error={wrong("password")} className="h-10" />
        </>
      )}
      <Button type="submit" kind="primary" size="lg" busy={accept.isPending}>
        Join {invitation.organisation}
      </Button>
    </form>
  );
}
