import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowRight, Fingerprint } from "lucide-react";
import { type FormEvent, useEffect, useState } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Notice } from "@/components/ui/notice";
import { asProblem } from "@/lib/problem";
import { PasskeyRefused, passkeysWorkHere } from "@/lib/webauthn";
import { answerCode, answerPasskey, openAuth, type SignInStep, signIn, signInByPasskey } from "./auth";

interface SignInFormProps {
  onSignedIn: () => void;
}

export function SignInForm({ onSignedIn }: SignInFormProps) {
  const [types, setTypes] = useState<string[]>(); // Of the second step, once the first is done.
  useEffect(() => {
    openAuth().catch(() => undefined); // Only for its cookie: submitting tells what is wrong, if anything is.
  }, []);

  const submit = useMutation({
    mutationFn: (step: () => Promise<SignInStep>) => step(),
    onSuccess: (next) => (next.isDone ? onSignedIn() : setTypes(next.types)),
    meta: { handlesError: true },
  });

  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name));
    submit.mutate(() =>
      types ? answerCode(text("code").replaceAll(" ", "")) : signIn(text("email"), text("password")),
    );
  };

  const takesCode = types?.some((type) => type !== "webauthn");
  const takesPasskey = types ? types.includes("webauthn") : passkeysWorkHere();
  return (
    <form onSubmit={onSubmit} className="grid gap-4">
      {submit.isError && <SignInError error={submit.error} />}
      {!types && <PasswordFields />}
      {takesCode && <CodeField hasApp={types?.includes("totp") ?? false} />}
      {(!types || takesCode) && (
        <Button type="submit" kind="primary" size="lg" busy={submit.isPending} className="mt-1">
          {types ? "Confirm" : "Sign in"} <ArrowRight aria-hidden />
        </Button>
      )}
      {takesPasskey && (
        <Button
          size="lg"
          busy={submit.isPending}
          onClick={() => submit.mutate(types ? answerPasskey : signInByPasskey)}
        >
          <Fingerprint aria-hidden /> Use a passkey
        </Button>
      )}
      {!types && (
        <p className="text-center text-sm">
          <Link to="/password/reset" className="text-ink-2 underline underline-offset-3 hover:text-ink">
            Forgot your password?
          </Link>
        </p>
      )}
    </form>
  );
}

function PasswordFields() {
  return (
    <>
      <Field label="E-mail">
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
      <Field label="Password">
        {(control) => (
          <Input
            {...control}
            name="password"
            type="password"
            autoComplete="current-password"
            required
            className="h-10"
          />
        )}
      </Field>
    </>
  );
}

function CodeField({ hasApp }: { hasApp: boolean }) {
  return (
    <Field
      label={hasApp ? "Code from your authenticator" : "Recovery code"}
      hint={hasApp ? "Six digits, or one of your recovery codes." : "Or use your passkey."}
    >
      {(control) => (
        <Input
          {...control}
          name="code"
          autoComplete="one-time-code"
          inputMode="numeric"
          required
          autoFocus
          className="h-10"
        />
      )}
    </Field>
  );
}

function SignInError({ error }: { error: unknown }) {
  if (error instanceof PasskeyRefused) {
    return (
      <div role="alert">
        <Notice tone="ask" title="Not signed in">
          {error.message}
        </Notice>
      </div>
    );
  }
  const problem = asProblem(error);
  const fieldMessages = problem.fields.map((field) => field.message).join(" ");
  const isRefusal = problem.status === 400 || problem.status === 401;
  return (
    <div role="alert">
      <Notice tone="bad" title={isRefusal && fieldMessages ? "Not signed in" : problem.title}>
        {isRefusal && problem.fields.some(({ field }) => field === "password")
          ? "This e-mail address and this password do not belong together, or are not correct."
          : fieldMessages || problem.detail}
      </Notice>
    </div>
  );
}
