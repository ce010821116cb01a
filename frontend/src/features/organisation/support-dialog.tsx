import { LifeBuoy } from "lucide-react";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Notice } from "@/components/ui/notice";
import { Select } from "@/components/ui/select";
import { asProblem } from "@/lib/problem";
import { toastDone } from "@/lib/toast";
import { type Role, useOrganisationActions } from "./queries";

const ROLES = [
  { value: "auditor", label: "Auditor: reads, changes nothing" },
  { value: "sales_manager", label: "Sales manager: works on contacts and runs" },
];
const HOURS = [
  { value: "4", label: "4 hours" },
  { value: "24", label: "A day" },
  { value: "72", label: "3 days" },
  { value: "168", label: "A week" },
];

/** Lets somebody of the vendor in for a while. */
export function SupportDialog({ tenant }: { tenant: string }) {
  const [isOpen, setOpen] = useState(false);
  const [role, setRole] = useState("auditor");
  const [hours, setHours] = useState("24");
  const { letSupportIn } = useOrganisationActions(tenant);
  const problem = letSupportIn.isError ? asProblem(letSupportIn.error) : undefined;
  const errorOf = (name: string) => problem?.fields.find(({ field }) => field === name)?.message;

  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const email = String(new FormData(event.currentTarget).get("email")).trim();
    letSupportIn.mutate(
      { path: { tenant }, body: { email, role: role as Role, hours: Number(hours) } },
      {
        onSuccess: () => {
          setOpen(false);
          toastDone("Support is let in", { detail: "It ends by itself; you can end it at any time." });
        },
      },
    );
  };

  return (
    <>
      <Button size="sm" onClick={() => setOpen(true)}>
        <LifeBuoy aria-hidden /> Let support in
      </Button>
      <Dialog
        open={isOpen}
        onOpenChange={setOpen}
        title="Let support in"
        description="Nobody of the vendor sees anything of yours otherwise. Everybody here sees that they are in."
      >
        <form onSubmit={onSubmit} className="grid gap-4">
          {problem && problem.fields.length === 0 && (
            <div role="alert">
              <Notice tone="bad" title={problem.title}>
                {problem.detail}
              </Notice>
            </div>
          )}
          <Field label="E-mail of the person" hint="Support tells you." error={errorOf("email")}>
            {(control) => <Input {...control} name="email" type="email" required autoComplete="off" />}
          </Field>
          <Field label="As" error={errorOf("role")}>
            {(control) => <Select {...control} value={role} onValueChange={setRole} options={ROLES} />}
          </Field>
          <Field label="For" error={errorOf("hours")}>
            {(control) => <Select {...control} value={hours} onValueChange={setHours} options={HOURS} />}
          </Field>
          <DialogActions>
            <Button kind="quiet" onClick={() => setOpen(false)}>
              Cancel
            </Button>
            <Button type="submit" kind="primary" busy={letSupportIn.isPending}>
              Let them in
            </Button>
          </DialogActions>
        </form>
      </Dialog>
    </>
  );
}
