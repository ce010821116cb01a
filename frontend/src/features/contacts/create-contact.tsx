import { zodResolver } from "@hookform/resolvers/zod";
import { useNavigate } from "@tanstack/react-router";
import { type Path, useForm } from "react-hook-form";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Notice } from "@/components/ui/notice";
import { asProblem } from "@/lib/problem";
import { toastDone } from "@/lib/toast";
import { type FormValues, formSchema } from "./field-schema";
import { type FieldOut, useContactActions } from "./queries";

const FIELDS: { name: string; label: string; kind: FieldOut["kind"]; type?: string; wide?: boolean }[] = [
  { name: "firstname", label: "First name", kind: "text" },
  { name: "lastname", label: "Last name", kind: "text" },
  { name: "email", label: "E-mail", kind: "email", type: "email", wide: true },
  { name: "phone", label: "Phone", kind: "phone", type: "tel" },
  { name: "company", label: "Company", kind: "text" },
  { name: "city", label: "City", kind: "text" },
  { name: "state", label: "State", kind: "text" },
];
const EMPTY: FormValues = Object.fromEntries(FIELDS.map(({ name }) => [name, ""]));
const SCHEMA = formSchema(FIELDS);

interface CreateContactProps {
  tenant: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

export function CreateContact({ tenant, open, onOpenChange }: CreateContactProps) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="New contact"
      description="It appears in HubSpot within moments."
    >
      <CreateForm tenant={tenant} onDone={() => onOpenChange(false)} />
    </Dialog>
  );
}

function CreateForm({ tenant, onDone }: { tenant: string; onDone: () => void }) {
  const form = useForm<FormValues>({ resolver: zodResolver(SCHEMA), defaultValues: EMPTY });
  const { create } = useContactActions(tenant);
  const navigate = useNavigate();
  const { errors, isSubmitting } = form.formState;

  const save = form.handleSubmit(async (values) => {
    const given = Object.entries(values).filter(([, value]) => value.trim() !== "");
    if (given.length === 0)
      return form.setError("root", { message: "Give at least a name or an e-mail address." });
    try {
      const contact = await create(Object.fromEntries(given.map(([name, value]) => [name, value.trim()])));
      onDone();
      toastDone(`${contact.name} was created`, { detail: "HubSpot gets it next." });
      await navigate({ to: "/$tenant/contacts/$contactId", params: { tenant, contactId: contact.id } });
    } catch (error) {
      showProblem(error, (field, message) => form.setError(field, { message }));
    }
  });

  return (
    <form onSubmit={save} noValidate className="grid gap-4">
      {errors.root && (
        <div role="alert">
          <Notice tone="bad" title={errors.root.message} />
        </div>
      )}
      <div className="grid grid-cols-2 gap-3">
        {FIELDS.map(({ name, label, type, wide }) => (
          <Field
            key={name}
            label={label}
            error={errors[name]?.message}
            className={wide ? "col-span-2" : "max-sm:col-span-2"}
          >
            {(control) => (
              <Input {...control} {...form.register(name)} type={type ?? "text"} autoComplete="off" />
            )}
          </Field>
        ))}
      </div>
      <DialogActions>
        <Button kind="quiet" onClick={onDone}>
          Cancel
        </Button>
        <Button type="submit" kind="primary" busy={isSubmitting}>
          Create contact
        </Button>
      </DialogActions>
    </form>
  );
}

/** The server's word next to the fields it is about, and the rest over the form. */
export function showProblem(
  error: unknown,
  setError: (field: Path<FormValues> | "root", message: string) => void,
): void {
  const problem = asProblem(error);
  for (const { field, message } of problem.fields) setError(field, message);
  if (problem.fields.length === 0) setError("root", problem.detail ?? problem.title);
}
