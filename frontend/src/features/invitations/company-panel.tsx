import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Notice } from "@/components/ui/notice";
import { Select } from "@/components/ui/select";
import { Skeleton } from "@/components/ui/skeleton";
import { Switch } from "@/components/ui/switch";
import { asProblem } from "@/lib/problem";
import { toastDone } from "@/lib/toast";
import { type CompanySignIn, companyQuery, type Role, useCompanyActions } from "./queries";
import { ROLES } from "./roles";

const INVITED_ONLY = "invited-only";

/** Signing in with the company, by OpenID Connect. */
export function CompanyPanel({ tenant, canAdminister }: { tenant: string; canAdminister: boolean }) {
  const { data: company } = useQuery(companyQuery(tenant));
  return (
    <Panel title="Company sign-in" aside={company?.is_set_up && <Badge tone="ok">On</Badge>}>
      <p className="mb-4 max-w-prose text-ink-2 text-sm">
        Members sign in with the company’s own account, by OpenID Connect: Google Workspace, Microsoft Entra,
        Okta, Supabase and others.
      </p>
      {!company && <Skeleton className="h-40" />}
      {company && canAdminister && <CompanyForm key={company.issuer} tenant={tenant} company={company} />}
      {company && !canAdminister && (
        <p className="text-muted text-sm">
          {company.is_set_up
            ? `Set up for ${company.domains.join(", ")}.`
            : "It is not set up. An administrator can do it."}
        </p>
      )}
    </Panel>
  );
}

function CompanyForm({ tenant, company }: { tenant: string; company: CompanySignIn }) {
  const id = useId();
  const { set, remove } = useCompanyActions(tenant);
  const [required, setRequired] = useState(company.required);
  const [role, setRole] = useState<string>(company.first_time_role ?? INVITED_ONLY);
  const problem = set.isError ? asProblem(set.error) : undefined;
  const wrong = (name: string) => {
    const found = problem?.fields.find(({ field }) => field === name)?.message;
    if (!found) return undefined;
    return /^(is|must|names) /.test(found) ? `This ${found}.` : `${found}.`;
  };
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name)).trim();
    const body = {
      issuer: text("issuer"),
      client_id: text("client_id"),
      secret: text("secret"),
      domains: text("domains")
        .split(/[\s,;]+/)
        .filter(Boolean),
      required,
      first_time_role: role === INVITED_ONLY ? null : (role as Role),
    };
    set.mutate(
      { path: { tenant }, body },
      { onSuccess: () => toastDone("Company sign-in is set up", { detail: "Try it in a private window." }) },
    );
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
      <p className="text-ink-2 text-sm">
        Register this address with the provider:
        <code className="mt-1.5 block break-all rounded-md bg-sunken px-2 py-1.5">
          {company.callback_url}
        </code>
      </p>
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <Field label="Provider’s address (issuer)" error={wrong("issuer")}>
          {(control) => (
            <Input {...control} name="issuer" type="url" defaultValue={company.issuer} required />
          )}
        </Field>
        <Field
          label="E-mail domains"
          hint="Apart from one another by spaces. Your own address must be in them."
          error={wrong("domains")}
        >
          {(control) => (
            <Input {...control} name="domains" defaultValue={company.domains.join(" ")} required />
          )}
        </Field>
        <Field label="Client ID" error={wrong("client_id")}>
          {(control) => (
            <Input
              {...control}
              name="client_id"
              defaultValue={company.client_id}
              autoComplete="off"
              required
            />
          )}
        </Field>
        <Field
          label="Client secret"
          hint={company.has_secret ? "Leave it empty to keep the one there is." : undefined}
        >
          {(control) => <Input {...control} name="secret" type="password" autoComplete="new-password" />}
        </Field>
        <Field label="Who arrives for the first time">
          {(control) => (
            <Select
              {...control}
              value={role}
              onValueChange={setRole}
              options={[
                { value: INVITED_ONLY, label: "Comes in only if invited" },
                ...ROLES.map(({ value, label }) => ({ value, label: `Becomes: ${label}` })),
              ]}
            />
          )}
        </Field>
      </div>
      <div className="flex items-start justify-between gap-6">
        <div>
          <label htmlFor={id} className="font-medium text-sm">
            Members of these domains must use it
          </label>
          <p className="mt-0.5 max-w-prose text-muted text-sm">
            Not administrators: should the provider break, they still come in with a password.
          </p>
        </div>
        <Switch id={id} checked={required} onCheckedChange={setRequired} />
      </div>
      <div className="flex gap-2">
        <Button type="submit" kind="primary" busy={set.isPending}>
          {company.is_set_up ? "Save" : "Set it up"}
        </Button>
        {company.is_set_up && (
          <Button
            kind="danger"
            busy={remove.isPending}
            onClick={() =>
              remove.mutate(
                { path: { tenant } },
                {
                  onSuccess: () =>
                    toastDone("Company sign-in is removed", { detail: "Members use passwords again." }),
                },
              )
            }
          >
            Remove
          </Button>
        )}
      </div>
    </form>
  );
}
