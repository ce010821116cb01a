import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { splitSet } from "./field-value";
import type { FieldOut } from "./queries";

/** Radix keeps "" for itself. */
const NONE = "__none";
const YES_NO = [
  { value: "true", label: "Yes" },
  { value: "false", label: "No" },
];
/** As high as a row of the three columns. */
const COMPACT = "h-7.5 px-2";
const INPUT_TYPES: Partial<Record<FieldOut["kind"], string>> = { email: "email", phone: "tel", date: "date" };

interface FieldInputProps {
  field: Pick<FieldOut, "name" | "kind" | "options" | "label">;
  value: string;
  onChange: (value: string) => void;
  control: {
    id: string;
    "aria-label"?: string;
    "aria-invalid": true | undefined;
    "aria-describedby": string | undefined;
  };
  /** What there is to choose from is shown at once. */
  isOpen?: boolean;
}

/** The right control for a field's kind. */
export function FieldInput({ field, value, onChange, control, isOpen = false }: FieldInputProps) {
  const { kind, options = [] } = field;
  if (kind === "boolean" || (kind === "enum" && options.length > 0)) {
    const choices = kind === "boolean" ? YES_NO : options;
    const isKnown = value === "" || choices.some((choice) => choice.value === value);
    return (
      <Select
        {...control}
        className={COMPACT}
        defaultOpen={isOpen}
        value={value || NONE}
        onValueChange={(next) => onChange(next === NONE ? "" : next)}
        options={[
          { value: NONE, label: "–" },
          ...choices,
          ...(isKnown ? [] : [{ value, label: `${value} (unknown)` }]),
        ]}
      />
    );
  }
  if (kind === "enum_set" && options.length > 0) {
    return <SetInput field={field} value={value} onChange={onChange} control={control} />;
  }
  return (
    <Input
      {...control}
      className={COMPACT}
      type={INPUT_TYPES[kind] ?? "text"}
      inputMode={kind === "decimal" ? "decimal" : undefined}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

function SetInput({ field, value, onChange, control }: FieldInputProps) {
  const chosen = splitSet(value);
  return (
    <fieldset
      id={control.id}
      aria-describedby={control["aria-describedby"]}
      className="grid gap-1 rounded-md border border-field-line p-2"
    >
      <legend className="sr-only">{field.label}</legend>
      {field.options?.map((option) => (
        <label key={option.value} className="flex min-h-6 pointer-coarse:min-h-11 items-center gap-2 text-sm">
          <input
            type="checkbox"
            className="size-4 accent-ink"
            checked={chosen.includes(option.value)}
            onChange={(event) => {
              const rest = chosen.filter((one) => one !== option.value);
              onChange((event.target.checked ? [...rest, option.value] : rest).join(";"));
            }}
          />
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}
