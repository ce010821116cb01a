import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Notice } from "@/components/ui/notice";
import { Select } from "@/components/ui/select";
import { formatDateTime, humanise } from "@/lib/format";
import { asProblem } from "@/lib/problem";
import { toastDone } from "@/lib/toast";
import { type MemberOut, ownersQuery, type Role, useOrganisationActions } from "./queries";

const ROLES: Role[] = ["loan_officer", "sales_manager", "administrator", "auditor"];

interface MemberDialogProps {
  tenant: string;
  member: MemberOut;
  onClose: () => void;
}

/** A member's role, which contacts are theirs, and the way out. Support only has the way out. */
export function MemberDialog({ tenant, member, onClose }: MemberDialogProps) {
  const [role, setRole] = useState(member.role);
  const { changeMember, removeMember } = useOrganisationActions(tenant);
  const failed = removeMember.error ?? changeMember.error;
  const problem = failed ? asProblem(failed) : undefined;
  const path = { tenant, user_id: member.id };
  const owners = useQuery(ownersQuery(tenant)).data ?? [];
  const offered = useId();

  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const key = String(new FormData(event.currentTarget).get("owner_key")).trim();
    removeMember.reset();
    changeMember.mutate(
      { path, body: { role, owner_key: key || null } },
      {
        onSuccess: () => {
          onClose();
          toastDone(`${member.name} is changed`);
        },
      },
    );
  };
  const onRemove = () => {
    changeMember.reset();
    removeMember.mutate(
      { path },
      {
        onSuccess: () => {
          onClose();
          toastDone(`${member.name} is out`, { detail: "Their tokens of this organisation are gone too." });
        },
      },
    );
  };

  return (
    <Dialog open onOpenChange={onClose} title={member.name} description={member.email}>
      <form onSubmit={onSubmit} className="grid gap-4">
        {problem && (
          <div role="alert">
            <Notice tone="bad" title={problem.title}>
              {problem.detail}
            </Notice>
          </div>
        )}
        {member.support_until ? (
          <p className="text-ink-2">
            Somebody of the vendor, let in by {member.support_by} as {humanise(member.role).toLowerCase()}{" "}
            until {formatDateTime(member.support_until)}. It ends by itself then.
          </p>
        ) : (
          <>
            <Field label="Role">
              {(control) => (
                <Select
                  {...control}
                  value={role}
                  onValueChange={(value) => setRole(value as Role)}
                  options={ROLES.map((value) => ({ value, label: humanise(value) }))}
                />
              )}
            </Field>
            <Field
              label="Their contacts hold as owner or loan officer"
              hint="Empty: the e-mail address. Owners from HubSpot are ids; type a name to find theirs."
              error={problem?.fields.find(({ field }) => field === "owner_key")?.message}
            >
              {(control) => (
                <>
                  <Input
                    {...control}
                    name="owner_key"
                    list={offered}
                    defaultValue={member.owner_key ?? ""}
                    placeholder={member.email}
                    maxLength={200}
                    autoComplete="off"
                  />
                  <datalist id={offered}>
                    {owners.map(({ value, label }) => (
                      <option key={value} value={value} label={label} />
                    ))}
                  </datalist>
                </>
              )}
            </Field>
          </>
        )}
        <DialogActions>
          <Button kind="danger" busy={removeMember.isPending} onClick={onRemove} className="mr-auto">
            {member.support_until ? "End access now" : "Remove"}
          </Button>
          <Button kind="quiet" onClick={onClose}>
            Cancel
          </Button>
          {!member.support_until && (
            <Button type="submit" kind="primary" busy={changeMember.isPending}>
              Save
            </Button>
          )}
        </DialogActions>
      </form>
    </Dialog>
  );
}
