import { zodResolver } from "@hookform/resolvers/zod";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { Controller, useForm } from "react-hook-form";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { plural } from "@/lib/format";
import { asProblem } from "@/lib/problem";
import { toastDone } from "@/lib/toast";
import { showProblem } from "./create-contact";
import { FieldInput } from "./field-input";
import { type FormValues, formSchema } from "./field-schema";
import { type ContactOut, hubspotEditsQuery, useContactActions } from "./queries";
import { ThreeColumns } from "./three-columns";
import { Why } from "./why";

interface ContactFieldsProps {
  tenant: string;
  contact: ContactOut;
  /** The field that is being edited first, or `true` for the first of all. */
  editing: string | true | undefined;
  /** Left out where nothing may be edited. */
  onEdit: ((field: string) => void) | undefined;
  onDone: () => void;
}

export function ContactFields({ tenant, contact, editing, onEdit, onDone }: ContactFieldsProps) {
  const { data: edits } = useQuery(hubspotEditsQuery(tenant, contact.id));
  if (editing === undefined)
    return (
      <ThreeColumns
        fields={contact.fields}
        hubspotEdits={edits}
        isDeleted={contact.deleted_at !== null}
        renderWhy={(field) =>
          field.loanark || field.hubspot ? <Why tenant={tenant} contactId={contact.id} field={field} /> : null
        }
        onEdit={onEdit}
      />
    );
  return <EditForm tenant={tenant} contact={contact} editing={editing} onDone={onDone} />;
}

/** LoanArk's column as a form. Only what was changed is sent, with the version the person saw. */
function EditForm({ tenant, contact, editing, onDone }: Omit<ContactFieldsProps, "onEdit">) {
  const { edit, versionNow } = useContactActions(tenant);
  const [seenVersion, setSeenVersion] = useState(contact.version);
  const element = useRef<HTMLFormElement>(null);
  useEffect(() => {
    const row = editing === true ? "" : `[data-field="${editing}"] `;
    const input = element.current?.querySelector<HTMLElement>(`${row}:is(input, button[role=combobox])`);
    input?.focus();
    input?.scrollIntoView({ block: "center" });
  }, [editing]);
  const schema = useMemo(() => formSchema(contact.fields), [contact.fields]);
  const form = useForm<FormValues>({
    resolver: zodResolver(schema),
    defaultValues: Object.fromEntries(contact.fields.map(({ name, loanark }) => [name, loanark ?? ""])),
  });
  const { errors, isSubmitting, dirtyFields } = form.formState;
  const changed = Object.keys(dirtyFields).length;

  const save = form.handleSubmit(async (values) => {
    const edits = Object.keys(dirtyFields).map((name) => [name, values[name]?.trim() || null] as const);
    if (edits.length === 0) return onDone();
    try {
      const saved = await edit(contact.id, Object.fromEntries(edits), seenVersion);
      onDone();
      if (saved) toastDone("Saved in LoanArk", { detail: "HubSpot gets it next." });
    } catch (error) {
      if (asProblem(error).status === 409) {
        setSeenVersion(await versionNow(contact.id));
        return form.setError("root", {
          message:
            "Someone changed this contact meanwhile. Your values are still here: save again to keep them.",
        });
      }
      showProblem(error, (field, message) => form.setError(field, { message }));
    }
  });

  return (
    <form ref={element} onSubmit={save} noValidate onKeyDown={(event) => event.key === "Escape" && onDone()}>
      {errors.root && (
        <div role="alert" className="mb-3">
          <Notice tone="bad" title="Not saved">
            {errors.root.message}
          </Notice>
        </div>
      )}
      <ThreeColumns
        fields={contact.fields}
        renderInput={(field) => (
          <Controller
            name={field.name}
            control={form.control}
            render={({ field: { value, onChange } }) => (
              <Field
                label={field.label}
                isLabelHidden
                error={errors[field.name]?.message}
                className="w-full gap-0.5 md:-my-1"
              >
                {(control) => (
                  <FieldInput field={field} value={value ?? ""} onChange={onChange} control={control} />
                )}
              </Field>
            )}
          />
        )}
      />
      <div className="sticky bottom-14 z-10 mt-3 flex items-center justify-end gap-2 rounded-lg border bg-surface p-2 pl-4 shadow-mid md:bottom-3">
        <p aria-live="polite" className="flex-1 text-muted text-sm">
          {changed === 0 ? "Nothing changed yet" : `${plural(changed, "field")} changed`}
        </p>
        <Button kind="quiet" onClick={onDone}>
          Cancel
        </Button>
        <Button type="submit" kind="primary" busy={isSubmitting} disabled={changed === 0}>
          Save
        </Button>
      </div>
    </form>
  );
}
