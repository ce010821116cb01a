import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowRight, Building2, Fingerprint } from "lucide-react";
import { type FormEvent, useEffect, useState } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Notice } from "@/components/ui/notice";
import { asProblem } from "@/lib/problem";
import { PasskeyRefused, passkeysWorkHere } from "@/lib/webauthn";
import {
  answerCode,
  answerPasskey,
  openAuth,
  type SignInStep,
  signIn,
  signInByPasskey,
  signInGoesOn,
} from "./auth";
import { CompanyForm } from "./company-form";

interface SignInFormProps {
  /** Where one wants to go afterwards. */
  next: string;
  /** One comes back from the company's sign-in, which may have gone wrong for this reason. */
  company?: { error?: string | undefined } | undefined;
  onSignedIn: () => void;
}

export function SignInForm({ next, company, onSignedIn }: SignInFormProps) {
  const [types, setTypes] = useState<string[]>(); // Of the second step, once the first is done.
  const [way, setWay] = useState<"password" | "company">("password");
  const isBack = company !== undefined && !company.error;

  const submit = useMutation({
    mutationFn: (step: () => Promise<SignInStep>) => step(),
    onSuccess: (next) => (next.isDone ? onSignedIn() : setTypes(next.types)),
    meta: { handlesError: true },
  });

  const goOn = submit.mutate;
  useEffect(() => {
    if (isBack) goOn(signInGoesOn);
    else openAuth().catch(() => undefined); // Only for its cookie: submitting tells what is wrong, if anything is.
  }, [isBack, goOn]);

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
  if (way === "company") return <CompanyForm next={next} onCancel={() => setWay("password")} />;
  return (
    <form onSubmit={onSubmit} className="grid gap-4">
      {company?.error && !submit.isError && <CompanyError reason={company.error} />}
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
        <Button size="lg" onClick={() => setWay("company")}>
          <Building2 aria-hidden /> Sign in with your company
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

const COMPANY_REASONS: Record<string, string> = {
  "company-unverified":
    "Your company’s sign-in does not say that your e-mail address is checked. Ask your administrator.",
  "company-domain":
    "You signed in there with an address that is not your company’s. Sign out there, then try again.",
  "company-several":
    "You belong to several organisations, and a company’s sign-in is good for one only. Sign in with your password.",
  "company-not-invited": "You are not invited yet. Ask your administrator for an invitation.",
  "company-gone": "This organisation has no company sign-in any more. Sign in with your password.",
  cancelled: "You turned back at your company’s sign-in.",
  denied: "Your company’s sign-in turned you down. Ask your administrator.",
};

function CompanyError({ reason }: { reason: string }) {
  return (
    <div role="alert">
      <Notice tone="bad" title="Your company did not sign you in">
        {COMPANY_REASONS[reason] ??
          "Something went wrong on the way there and back. Nothing was changed; try again."}
      </Notice>
    </div>
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
        {isRefusal &&
        problem.fields.some(({ field, message }) => field === "password" && !message.includes("company"))
          ? "This e-mail address and this password do not belong together, or are not correct."
          : fieldMessages || problem.detail}
      </Notice>
    </div>
  );
}
