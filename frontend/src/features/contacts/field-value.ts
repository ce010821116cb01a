import { formatCivilDate, formatDateTime, formatDecimal, formatPhone } from "@/lib/format";
import type { FieldOut } from "./queries";

interface Shown {
  kind: FieldOut["kind"];
  options?: readonly { value: string; label?: string }[] | null;
}

function isDate(value: string): boolean {
  return !Number.isNaN(Date.parse(value));
}

function optionLabel(options: Shown["options"], value: string): string {
  return options?.find((option) => option.value === value)?.label ?? value;
}

/** A value as people read it. What cannot be read is shown as it is: never hidden, never guessed. */
export function showValue({ kind, options }: Shown, value: string | null | undefined): string {
  if (value === null || value === undefined || value === "") return "";
  if (kind === "boolean") return value === "true" ? "Yes" : value === "false" ? "No" : value;
  if (kind === "date" && isDate(value)) return formatCivilDate(value);
  if (kind === "instant" && isDate(value)) return formatDateTime(value);
  if (kind === "decimal" && Number.isFinite(Number(value))) return formatDecimal(Number(value));
  if (kind === "phone") return formatPhone(value);
  if (kind === "enum") return optionLabel(options, value);
  if (kind === "enum_set")
    return splitSet(value)
      .map((one) => optionLabel(options, one))
      .join(", ");
  return value;
}

/** A set is written with semicolons, as HubSpot writes it. */
export function splitSet(value: string): string[] {
  return value.split(";").filter(Boolean);
}
