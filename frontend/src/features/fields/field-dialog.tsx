import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Notice } from "@/components/ui/notice";
import { Select } from "@/components/ui/select";
import { asProblem } from "@/lib/problem";
import { toastDone } from "@/lib/toast";
import { hasOptions, KINDS, nameFor } from "./kinds";
import { OptionsEditor } from "./options-editor";
import { type FieldDefinition, type FieldOption, type Kind, useFieldActions } from "./queries";

interface FieldDialogProps {
  tenant: string;
  /** The field that is changed; null: a new one. */
  field: FieldDefinition | null;
  onClose: () => void;
}

const EMPTY: FieldOption = { value: "", label: "" };

/** Defines a field of the organisation's own, or renames it and gives it options. */
export function FieldDialog({ tenant, field, onClose }: FieldDialogProps) {
  const [label, setLabel] = useState(field?.label ?? "");
  const [name, setName] = useState<string | null>(null);
  const [kind, setKind] = useState<Kind>(field?.kind ?? "text");
  const [options, setOptions] = useState<FieldOption[]>(
    field ? field.options.map((one) => ({ ...one, label: one.label || one.value })) : [EMPTY],
  );
  const { define, change } = useFieldActions(tenant);
  const busy = define.isPending || change.isPending;
  const failed = define.error ?? change.error;
  const problem = failed ? asProblem(failed) : undefined;
  const fault = (part: string) => problem?.fields.find((one) => one.field === part)?.message;
  const filled = options
    .map((one) => ({ value: one.value.trim(), label: (one.label ?? "").trim() }))
    .filter(({ value }) => value !== "");

  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    const onSuccess = () => {
      onClose();
      toastDone(field ? `${label} is changed` : `${label} is a field now`, {
        detail: field ? undefined : "Map it, and it is kept the same in HubSpot.",
      });
    };
    if (field) {
      const changed = filled.filter(
        ({ value, label: shown }) =>
          !field.options.some((one) => one.value === value && (one.label || one.value) === shown),
      );
      change.mutate(
        { path: { tenant, name: field.name }, body: { label: label.trim(), add_options: changed } },
        { onSuccess },
      );
    } else {
      define.mutate(
        {
          path: { tenant },
          body: {
            name: name ?? nameFor(label),
            label: label.trim(),
            kind,
            options: hasOptions(kind) ? filled : [],
          },
        },
        { onSuccess },
      );
    }
  };

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={field ? `Change ${field.label}` : "A field of your own"}
    >
      <form onSubmit={onSubmit} className="grid gap-4">
        {problem && problem.fields.length === 0 && (
          <div role="alert">
            <Notice tone="bad" title={problem.title}>
              {problem.detail}
            </Notice>
          </div>
        )}
        <Field label="Label" error={fault("label")}>
          {(control) => (
            <Input
              {...control}
              value={label}
              onChange={(event) => setLabel(event.target.value)}
              maxLength={100}
              required
              autoComplete="off"
            />
          )}
        </Field>
        <Field
          label="Name"
          error={fault("name")}
          hint={field ? "Stays for good." : "Programs and files call it so. It stays for good."}
        >
          {(control) => (
            <Input
              {...control}
              value={field?.name ?? name ?? nameFor(label)}
              onChange={(event) => setName(event.target.value)}
              disabled={field !== null}
              maxLength={50}
              required
              spellCheck={false}
              autoComplete="off"
              className="font-mono"
            />
          )}
        </Field>
        <Field label="Kind" error={fault("kind")} hint="Stays for good, since values are stored in its form.">
          {(control) => (
            <Select
              {...control}
              value={kind}
              onValueChange={(value) => setKind(value as Kind)}
              options={Object.entries(KINDS).map(([value, words]) => ({ value, label: words }))}
              disabled={field !== null}
            />
          )}
        </Field>
        {hasOptions(kind) && (
          <OptionsEditor
            options={options}
            kept={field?.options.length ?? 0}
            onChange={setOptions}
            error={fault("options")}
          />
        )}
        <DialogActions>
          <Button kind="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" kind="primary" busy={busy}>
            {field ? "Save" : "Define the field"}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
