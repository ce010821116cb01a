import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useId } from "react";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Skeleton } from "@/components/ui/skeleton";
import { Switch } from "@/components/ui/switch";
import { asProblem } from "@/lib/problem";
import { toastDone, toastFailed } from "@/lib/toast";
import { type OrganisationOut, organisationQuery, useOrganisationActions } from "./queries";

interface OrganisationFormProps {
  tenant: string;
  canChange: boolean;
}

/** The organisation's name, and whether loan officers see only their own contacts. */
export function OrganisationForm({ tenant, canChange }: OrganisationFormProps) {
  const { data: organisation, error, refetch } = useQuery(organisationQuery(tenant));
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!organisation) return <Skeleton className="h-28 w-full rounded-md" />;
  return (
    <div className="grid gap-5">
      <NameForm key={organisation.name} tenant={tenant} organisation={organisation} canChange={canChange} />
      <OwnContacts tenant={tenant} organisation={organisation} canChange={canChange} />
    </div>
  );
}

interface PartProps extends OrganisationFormProps {
  organisation: OrganisationOut;
}

function NameForm({ tenant, organisation, canChange }: PartProps) {
  const { change } = useOrganisationActions(tenant);
  const problem = change.isError ? asProblem(change.error) : undefined;
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get("name"));
    change.mutate(
      { path: { tenant }, body: { name } },
      { onSuccess: () => toastDone("The organisation has its new name") },
    );
  };
  return (
    <form onSubmit={onSubmit} className="flex flex-wrap items-start gap-3">
      <Field
        label="Name"
        className="min-w-56 flex-1"
        hint={`Its address stays /${organisation.slug}.`}
        error={problem && (problem.fields[0]?.message ?? problem.detail ?? problem.title)}
      >
        {(control) => (
          <Input
            {...control}
            name="name"
            defaultValue={organisation.name}
            maxLength={200}
            required
            autoComplete="off"
            disabled={!canChange}
          />
        )}
      </Field>
      {canChange && (
        <Button type="submit" busy={change.isPending} className="sm:mt-5.5">
          Rename
        </Button>
      )}
    </form>
  );
}

function OwnContacts({ tenant, organisation, canChange }: PartProps) {
  const id = useId();
  const { change } = useOrganisationActions(tenant);
  const onChange = (own_contacts_only: boolean) =>
    change.mutate(
      { path: { tenant }, body: { own_contacts_only } },
      {
        onSuccess: () =>
          toastDone(
            own_contacts_only
              ? "Loan officers now see only their own contacts"
              : "Loan officers now see all contacts",
          ),
        onError: (error) => toastFailed("Nothing was changed", { detail: asProblem(error).detail }),
      },
    );
  return (
    <div className="flex items-start justify-between gap-4">
      <div className="grid gap-0.5">
        <label htmlFor={id} className="font-medium text-sm">
          Loan officers see only their own contacts
        </label>
        <p id={`${id}-note`} className="max-w-prose text-pretty text-muted text-sm">
          Theirs are the contacts whose owner or loan officer is their key: the e-mail address, or what a
          member is given below. Counts, search, history and conflicts follow.
        </p>
      </div>
      <Switch
        id={id}
        aria-describedby={`${id}-note`}
        className="mt-0.5"
        checked={
          change.isPending ? change.variables.body.own_contacts_only === true : organisation.own_contacts_only
        }
        onCheckedChange={onChange}
        disabled={!canChange || change.isPending}
      />
    </div>
  );
}
