import * as z from "zod/mini";
import type { FieldOut } from "./queries";

/** What the form can tell before asking the server, which has the last word on everything. */
const CHECKS: Partial<Record<FieldOut["kind"], { pattern: RegExp; message: string }>> = {
  email: { pattern: /^[^\s@]+@[^\s@]+\.[^\s@]+$/, message: "An e-mail address looks like name@example.com." },
  decimal: { pattern: /^-?\d+(\.\d+)?$/, message: "A number, with a point for decimals: 412500.00" },
  date: { pattern: /^\d{4}-\d{2}-\d{2}$/, message: "A date: year, month, day." },
};

function valueSchema(kind: FieldOut["kind"]) {
  const check = CHECKS[kind];
  const text = z.string();
  return check
    ? text.check(z.refine((value) => value.trim() === "" || check.pattern.test(value.trim()), check.message))
    : text;
}

export function formSchema(fields: Pick<FieldOut, "name" | "kind">[]) {
  return z.object(Object.fromEntries(fields.map(({ name, kind }) => [name, valueSchema(kind)])));
}

export type FormValues = Record<string, string>;
