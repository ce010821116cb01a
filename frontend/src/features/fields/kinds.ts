import type { Kind } from "./queries";

/** Kinds of fields, as one chooses them. */
export const KINDS: Record<Kind, string> = {
  text: "Text",
  enum: "One option of a list",
  enum_set: "Several options of a list",
  decimal: "Number",
  date: "Date",
  instant: "Date and time",
  boolean: "Yes or no",
  email: "E-mail address",
  phone: "Phone number",
};

export const hasOptions = (kind: Kind): boolean => kind === "enum" || kind === "enum_set";

/** "Branch manager" → "branch_manager": what the field is called by programs, for good. */
export function nameFor(label: string): string {
  return label
    .normalize("NFD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^[_0-9]+|_+$/g, "")
    .slice(0, 50);
}
