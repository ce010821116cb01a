import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { asProblem } from "@/lib/problem";
import { FieldInput } from "../field-input";
import type { ConflictOut } from "./queries";

interface TypedAnswerProps {
  conflict: ConflictOut;
  onSave: (value: string | null) => Promise<unknown>;
  onCancel: () => void;
}

/** Neither of the two: another value, for both sides. It is checked before anything is decided. */
export function TypedAnswer({ conflict, onSave, onCancel }: TypedAnswerProps) {
  const [value, setValue] = useState(conflict.loanark ?? conflict.hubspot ?? "");
  const [error, setError] = useState<string>();
  const save = () =>
    onSave(value.trim() || null).catch((reason: unknown) => {
      const problem = asProblem(reason);
      setError(problem.fields[0]?.message ?? problem.detail ?? problem.title);
    });
  return (
    <form
      noValidate
      className="flex flex-wrap items-end gap-2 rounded-lg border bg-sunken p-3"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
      onKeyDown={(event) => event.key === "Escape" && onCancel()}
      ref={(form) => {
        const input = form?.querySelector<HTMLElement>("input, button[role=combobox]");
        if (form && input && !form.contains(document.activeElement)) input.focus();
      }}
    >
      <Field label={`${conflict.label} on both sides`} error={error} className="min-w-48 flex-1">
        {(control) => (
          <FieldInput
            field={{ ...conflict, name: conflict.field, options: conflict.options ?? [] }}
            value={value}
            onChange={setValue}
            control={control}
          />
        )}
      </Field>
      <Button kind="quiet" onClick={onCancel}>
        Cancel
      </Button>
      <Button type="submit" kind="primary">
        {value.trim() ? "Use this value" : "Empty it on both"}
      </Button>
    </form>
  );
}
