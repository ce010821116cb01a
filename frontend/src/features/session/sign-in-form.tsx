import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowRight } from "lucide-react";
import { type FormEvent, useEffect, useState } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Notice } from "@/components/ui/notice";
import { asProblem } from "@/lib/problem";
import { answerCode, openAuth, type SignInStep, signIn } from "./auth";

interface SignInFormProps {
  onSignedIn: () => void;
}

export function SignInForm({ onSignedIn }: SignInFormProps) {
  const [step, setStep] = useState<"password" | "code">("password");
  useEffect(() => {
    openAuth().catch(() => undefined); // Only for its cookie: submitting tells what is wrong, if anything is.
  }, []);

  const submit = useMutation({
    mutationFn: (form: FormData) =>
      step === "password"
        ? signIn(String(form.get("email")), String(form.get("password")))
        : answerCode(String(form.get("code"))),
    onSuccess: (next: SignInStep) => (next === "code" ? setStep("code") : onSignedIn()),
    meta: { handlesError: true },
  });

  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    submit.mutate(new FormData(event.currentTarget));
  };

  return (
    <form onSubmit={onSubmit} className="grid gap-4">
      {submit.isError && <SignInError error={submit.error} />}
      {step === "password" ? <PasswordFields /> : <CodeField />}
      <Button type="submit" kind="primary" size="lg" busy={submit.isPending} className="mt-1">
        {step === "password" ? "Sign in" : "Confirm"} <ArrowRight aria-hidden />
      </Button>
      {step === "password" && (
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

function CodeField() {
  return (
    <Field label="Code from your authenticator" hint="Six digits, or one of your recovery codes.">
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
