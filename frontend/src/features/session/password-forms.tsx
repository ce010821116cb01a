import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useEffect } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { NewPasswordField } from "@/components/ui/new-password-field";
import { Notice } from "@/components/ui/notice";
import { Skeleton } from "@/components/ui/skeleton";
import { asProblem } from "@/lib/problem";
import { openAuth } from "./auth";
import { checkResetKey, requestReset, resetPassword, verifyEmail } from "./password";

function useAuthCookie(): void {
  useEffect(() => {
    openAuth().catch(() => undefined); // Only for its cookie.
  }, []);
}

function ToSignIn({ children }: { children: ReactNode }) {
  return (
    <Button asChild kind="primary" size="lg" className="mt-5 w-full">
      <Link to="/sign-in">{children}</Link>
    </Button>
  );
}

/** By e-mail address: a link to a new password. */
export function RequestResetForm() {
  useAuthCookie();
  const request = useMutation({ mutationFn: requestReset, meta: { handlesError: true } });
  if (request.isSuccess) {
    return (
      <div role="status">
        <Notice tone="ok" title="Look into your mailbox">
          If {request.variables} has an account, a message with a link is on its way. If none comes, ask your
          administrator for a new password.
        </Notice>
        <ToSignIn>Back to sign-in</ToSignIn>
      </div>
    );
  }
  const problem = request.isError ? asProblem(request.error) : undefined;
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    request.mutate(String(new FormData(event.currentTarget).get("email")).trim());
  };
  return (
    <form onSubmit={onSubmit} className="grid gap-4">
      {problem && problem.fields.length === 0 && (
        <div role="alert">
          <Notice tone="bad" title={problem.status >= 500 ? "No message could be sent" : problem.title}>
            {problem.status >= 500
              ? "Mail may not be set up here. Ask your administrator for a new password."
              : problem.detail}
          </Notice>
        </div>
      )}
      <Field label="E-mail" error={problem?.fields[0]?.message}>
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
      <Button type="submit" kind="primary" size="lg" busy={request.isPending}>
        Send me a link
      </Button>
      <p className="text-center text-sm">
        <Link to="/sign-in" className="text-ink-2 underline underline-offset-3">
          Back to sign-in
        </Link>
      </p>
    </form>
  );
}

/** The end of that link. */
export function NewPasswordForm({ resetKey }: { resetKey: string }) {
  useAuthCookie();
  const link = useQuery({
    queryKey: ["reset-key", resetKey],
    queryFn: () => checkResetKey(resetKey).then(() => true),
    retry: (failures, error) => failures < 2 && asProblem(error).isTransient,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const save = useMutation({
    mutationFn: (password: string) => resetPassword(resetKey, password),
    meta: { handlesError: true },
  });
  if (save.isSuccess) {
    return (
      <div role="status">
        <Notice tone="ok" title="Your new password is set" />
        <ToSignIn>Sign in with it</ToSignIn>
      </div>
    );
  }
  if (link.isPending) return <Skeleton className="h-32 w-full rounded-lg" />;
  if (link.isError) return <BadLink error={link.error} />;
  const problem = save.isError ? asProblem(save.error) : undefined;
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    save.mutate(String(new FormData(event.currentTarget).get("password")));
  };
  return (
    <form onSubmit={onSubmit} className="grid gap-4">
      <NewPasswordField
        error={problem?.fields[0]?.message ?? (problem && (problem.detail ?? problem.title))}
        autoFocus
        className="h-10"
      />
      <Button type="submit" kind="primary" size="lg" busy={save.isPending}>
        Set the password
      </Button>
    </form>
  );
}

function BadLink({ error }: { error: Error }) {
  const problem = asProblem(error);
  return (
    <div role="alert">
      <Notice tone="bad" title={problem.isTransient ? problem.title : "This link is not good any more"}>
        {problem.isTransient
          ? problem.detail
          : "It was used before, is too old, or was cut off on its way. Ask for a new one."}
      </Notice>
      <Button asChild size="lg" className="mt-5 w-full">
        <Link to="/password/reset">Ask for a new link</Link>
      </Button>
    </div>
  );
}

/** Confirms on a click, not on opening: mail scanners open links too. */
export function VerifyEmail({ verifyKey }: { verifyKey: string }) {
  useAuthCookie();
  const verify = useMutation({ mutationFn: () => verifyEmail(verifyKey), meta: { handlesError: true } });
  if (verify.isSuccess) {
    return (
      <div role="status">
        <Notice tone="ok" title="Your e-mail address is confirmed" />
        <ToSignIn>Go on to sign-in</ToSignIn>
      </div>
    );
  }
  const problem = verify.isError ? asProblem(verify.error) : undefined;
  return (
    <>
      {problem && (
        <div role="alert" className="mb-4">
          <Notice tone="bad" title={problem.isTransient ? problem.title : "This link is not good any more"}>
            {problem.isTransient
              ? problem.detail
              : "It was used before or is too old. Sign in: if the address still waits to be confirmed, you are sent a new message. Otherwise ask your administrator."}
          </Notice>
        </div>
      )}
      <Button
        kind="primary"
        size="lg"
        className="w-full"
        busy={verify.isPending}
        onClick={() => verify.mutate()}
      >
        Confirm this address
      </Button>
    </>
  );
}
