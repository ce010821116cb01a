import { useMutation } from "@tanstack/react-query";
import { ArrowRight } from "lucide-react";
import type { FormEvent } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { asProblem } from "@/lib/problem";
import { beginCompanySignIn } from "./queries";

/** By the address one is known which company's sign-in it is; the way leads there and back. */
export function CompanyForm({ next, onCancel }: { next: string; onCancel: () => void }) {
  const begin = useMutation({
    mutationFn: (email: string) => beginCompanySignIn(email, next),
    onSuccess: (url) => window.location.assign(url),
    meta: { handlesError: true },
  });
  const problem = begin.isError ? asProblem(begin.error) : undefined;
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    begin.mutate(String(new FormData(event.currentTarget).get("email")).trim());
  };
  return (
    <form onSubmit={onSubmit} className="grid gap-4">
      <Field label="Your e-mail at the company" error={problem && (problem.detail ?? problem.title)}>
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
      <Button type="submit" kind="primary" size="lg" busy={begin.isPending || begin.isSuccess}>
        Go on <ArrowRight aria-hidden />
      </Button>
      <Button kind="quiet" onClick={onCancel}>
        Sign in with a password instead
      </Button>
    </form>
  );
}
