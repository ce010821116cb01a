import { useQuery } from "@tanstack/react-query";
import { Mail } from "lucide-react";
import { type FormEvent, useRef, useState } from "react";
import { Ago } from "@/components/ui/ago";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/card";
import { ErrorState } from "@/components/ui/error-state";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Notice } from "@/components/ui/notice";
import { Select } from "@/components/ui/select";
import { Skeleton } from "@/components/ui/skeleton";
import { asProblem } from "@/lib/problem";
import { toastDone } from "@/lib/toast";
import { type Invitation, invitationsQuery, type Role, useInvitationActions } from "./queries";
import { ROLES, roleName } from "./roles";

/** Who is invited and has not answered; an administrator invites, sends again, revokes. */
export function InvitationsPanel({ tenant, canAdminister }: { tenant: string; canAdminister: boolean }) {
  const { data: invitations, error, refetch } = useQuery(invitationsQuery(tenant));
  return (
    <Panel title="Invitations">
      {canAdminister && <InviteForm tenant={tenant} />}
      {!invitations &&
        (error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <Skeleton className="h-16" />)}
      {invitations?.length === 0 && <p className="text-muted text-sm">Nobody is waiting to join.</p>}
      {invitations && invitations.length > 0 && (
        <ul aria-label="Open invitations" className="divide-y">
          {invitations.map((invitation) => (
            <Row key={invitation.id} tenant={tenant} invitation={invitation} canAdminister={canAdminister} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function InviteForm({ tenant }: { tenant: string }) {
  const form = useRef<HTMLFormElement>(null);
  const [role, setRole] = useState<Role>("loan_officer");
  const { invite } = useInvitationActions(tenant);
  const problem = invite.isError ? asProblem(invite.error) : undefined;
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const email = String(new FormData(event.currentTarget).get("email")).trim();
    invite.mutate(
      { path: { tenant }, body: { email, role } },
      {
        onSuccess: () => {
          form.current?.reset();
          toastDone(`${email} is invited`, { detail: "The link in the mail works for a week." });
        },
      },
    );
  };
  return (
    <form ref={form} onSubmit={onSubmit} className="mb-4 grid gap-3 border-b pb-4">
      <div className="grid items-start gap-3 sm:grid-cols-[1fr_14rem_auto]">
        <Field label="E-mail" error={problem?.fields[0] && `This address ${problem.fields[0].message}.`}>
          {(control) => <Input {...control} name="email" type="email" autoComplete="off" required />}
        </Field>
        <Field label="Role" hint={ROLES.find(({ value }) => value === role)?.may}>
          {(control) => (
            <Select
              {...control}
              value={role}
              onValueChange={(value) => setRole(value as Role)}
              options={ROLES}
            />
          )}
        </Field>
        <Button type="submit" kind="primary" className="sm:mt-5.5" busy={invite.isPending}>
          {!invite.isPending && <Mail aria-hidden />} Invite
        </Button>
      </div>
      {problem && problem.fields.length === 0 && (
        <div role="alert">
          <Notice tone="bad" title={problem.title}>
            {problem.detail}
          </Notice>
        </div>
      )}
    </form>
  );
}

interface RowProps {
  tenant: string;
  invitation: Invitation;
  canAdminister: boolean;
}

function Row({ tenant, invitation, canAdminister }: RowProps) {
  const { resend, revoke } = useInvitationActions(tenant);
  const { id, email, role, invited_by, invited_at, is_expired } = invitation;
  const path = { tenant, invitation_id: id };
  return (
    <li className="flex flex-wrap items-center justify-between gap-3 py-2.5 first:pt-0 last:pb-0">
      <div>
        <p className="font-medium text-sm">
          {email} {is_expired && <Badge tone="warn">Ran out</Badge>}
        </p>
        <p className="text-muted text-xs">
          {roleName(role)}, invited <Ago iso={invited_at} /> by {invited_by}
        </p>
      </div>
      {canAdminister && (
        <div className="flex gap-2">
          <Button
            size="sm"
            aria-label={`Send ${email} a new link`}
            busy={resend.isPending}
            onClick={() =>
              resend.mutate(
                { path },
                {
                  onSuccess: () =>
                    toastDone("A new link is on its way", { detail: "The earlier one stopped working." }),
                },
              )
            }
          >
            Send again
          </Button>
          <Button
            size="sm"
            kind="danger"
            aria-label={`Revoke the invitation of ${email}`}
            busy={revoke.isPending}
            onClick={() =>
              revoke.mutate({ path }, { onSuccess: () => toastDone("The link stopped working") })
            }
          >
            Revoke
          </Button>
        </div>
      )}
    </li>
  );
}
