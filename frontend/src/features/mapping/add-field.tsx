import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Combobox } from "@/components/ui/combobox";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { propertyOptions } from "./property-options";
import type { PropertyOut, Rule } from "./queries";
import { byLikeness, firstRule } from "./rules";
import { KINDS, type Kind } from "./words";

export interface FreeField {
  name: string;
  label: string;
  kind: Kind;
}

interface AddFieldProps {
  /** Fields that are not mapped. */
  free: FreeField[];
  /** One of them, where it is chosen already. */
  first: string | null;
  properties: PropertyOut[];
  used: Map<string, string>;
  onAdd: (rule: Rule) => void;
  onClose: () => void;
}

/** Maps one more field: which, and to what. The rest is set in the field itself. */
export function AddField({ free, first, properties, used, onAdd, onClose }: AddFieldProps) {
  const [name, setName] = useState(first);
  const field = free.find((one) => one.name === name);
  const [chosen, setChosen] = useState<string | null>(null);
  const likeliest = field && byLikeness(properties, field).find((one) => !used.has(one.name));
  const property = properties.find((one) => one.name === chosen) ?? likeliest;
  const isTaken = property !== undefined && used.has(property.name);

  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (field && property) onAdd(firstRule(field.name, property));
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Map a field"
      description="It is kept the same on both sides once the version is saved."
    >
      <form onSubmit={onSubmit} className="grid gap-4">
        <Field label="LoanArk field">
          {(control) => (
            <Combobox
              {...control}
              value={name}
              onValueChange={(value) => {
                setName(value);
                setChosen(null);
              }}
              options={free.map((one) => ({
                value: one.name,
                label: one.label,
                code: one.name,
                note: KINDS[one.kind],
              }))}
              placeholder="Choose a field"
              searchLabel="Find a field"
            />
          )}
        </Field>
        <Field
          label="HubSpot property"
          hint={field && !chosen ? "The one that looks most like it." : undefined}
          error={
            isTaken
              ? `It is used by ${used.get(property.name)}. Only parts of a name can share a property.`
              : undefined
          }
        >
          {(control) => (
            <Combobox
              {...control}
              value={property?.name ?? null}
              onValueChange={setChosen}
              options={field ? propertyOptions(properties, field, used) : []}
              placeholder={field ? "Choose a property" : "Choose the field first"}
              searchLabel="Find a property"
              disabled={!field}
            />
          )}
        </Field>
        <DialogActions>
          <Button kind="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" kind="primary" disabled={!field || !property}>
            Go on to its rule
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
