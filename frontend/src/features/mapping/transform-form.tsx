import { Combobox } from "@/components/ui/combobox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { OptionMap } from "./option-map";
import type { FieldDefinition, PropertyOut, Transform } from "./queries";
import { firstTransform, transformsFor } from "./rules";
import { TRANSFORMS } from "./words";

const NONE = "none";

interface TransformFormProps {
  tenant: string;
  field: Pick<FieldDefinition, "name" | "kind" | "options">;
  property: PropertyOut | null;
  value: Transform | null;
  onChange: (transform: Transform | null) => void;
  /** The account's time zone: what a day is meant in, if nobody says another. */
  zone: string;
  error?: string | undefined;
  disabled: boolean;
}

/** What a value becomes on its way: one of a small closed set, with its parameters. */
export function TransformForm({
  tenant,
  field,
  property,
  value,
  onChange,
  zone,
  error,
  disabled,
}: TransformFormProps) {
  const fitting = property ? transformsFor(field.name, field.kind, property.kind) : [];
  const offered = value && !fitting.includes(value.kind) ? [value.kind, ...fitting] : fitting;
  const options = [
    { value: NONE, label: "Unchanged" },
    ...offered.map((kind) => ({ value: kind, label: TRANSFORMS[kind].label })),
  ];
  const choose = (kind: string) =>
    onChange(kind === NONE ? null : firstTransform(kind as Transform["kind"], zone));
  return (
    <div className="grid gap-3">
      <Field
        label="On the way"
        error={error}
        hint={value ? TRANSFORMS[value.kind].note : "The value crosses as it is."}
      >
        {(control) => (
          <Select
            {...control}
            value={value?.kind ?? NONE}
            onValueChange={choose}
            options={options}
            disabled={disabled || options.length === 1}
          />
        )}
      </Field>
      {value?.kind === "options" ? (
        <OptionMap
          tenant={tenant}
          field={field}
          property={property}
          map={value.map}
          onChange={(map) => onChange({ ...value, map })}
          disabled={disabled}
        />
      ) : (
        value && <Parameters value={value} onChange={onChange} disabled={disabled} />
      )}
    </div>
  );
}

const CASES = [
  { value: "title", label: "Each Word With A Capital" },
  { value: "upper", label: "CAPITAL LETTERS" },
  { value: "lower", label: "small letters" },
];

const NAME_PARTS = [
  { value: "first", label: "First name" },
  { value: "last", label: "Last name" },
];

const zones = () =>
  Intl.supportedValuesOf("timeZone").map((zone) => ({ value: zone, label: zone.replaceAll("_", " ") }));

interface ParametersProps {
  value: Transform;
  onChange: (transform: Transform) => void;
  disabled: boolean;
}

function Parameters({ value, onChange, disabled }: ParametersProps) {
  switch (value.kind) {
    case "case":
      return (
        <Field label="Written as">
          {(control) => (
            <Select
              {...control}
              value={value.to}
              onValueChange={(to) => onChange({ ...value, to: to as typeof value.to })}
              options={CASES}
              disabled={disabled}
            />
          )}
        </Field>
      );
    case "scale":
      return (
        <Field
          label="Factor"
          hint="0.01 makes a fraction of HubSpot’s percent. Factors of 3 go to LoanArk only."
        >
          {(control) => (
            <Input
              {...control}
              value={value.factor}
              inputMode="decimal"
              autoComplete="off"
              onChange={(event) => onChange({ ...value, factor: event.target.value })}
              disabled={disabled}
            />
          )}
        </Field>
      );
    case "date":
      return (
        <Field label="Time zone">
          {(control) => (
            <Combobox
              {...control}
              value={value.zone}
              onValueChange={(zone) => onChange({ ...value, zone })}
              options={zones()}
              placeholder="Choose a time zone"
              searchLabel="Find a time zone"
              disabled={disabled}
            />
          )}
        </Field>
      );
    case "split_name":
      return (
        <Field label="Which part">
          {(control) => (
            <Select
              {...control}
              value={value.part}
              onValueChange={(part) => onChange({ ...value, part: part as typeof value.part })}
              options={NAME_PARTS}
              disabled={disabled}
            />
          )}
        </Field>
      );
    default:
      return null;
  }
}

/** Whether it can be tried: what is half typed is no transform yet. */
export function isComplete(transform: Transform | null): boolean {
  if (transform?.kind === "options") return Object.keys(transform.map).length > 0;
  if (transform?.kind === "scale")
    return Number.isFinite(Number(transform.factor)) && Number(transform.factor) !== 0;
  return true;
}
