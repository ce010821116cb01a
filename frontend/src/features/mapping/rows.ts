import { humanise } from "@/lib/format";
import type { Change, Draft } from "./draft";
import { changesOf } from "./draft";
import type { FieldDefinition, MappedField, MappingOut, PropertyOut, Rule } from "./queries";
import { FULL_NAME, ruleOf } from "./rules";
import type { Kind } from "./words";

/** A field of the table: its rule as the draft wants it, and what is known of both of its ends. */
export interface Row {
  field: string;
  label: string;
  group: string;
  kind: Kind;
  /** As drafted; of a field that is taken out, as it was. */
  rule: Rule;
  saved: MappedField | null;
  property: PropertyOut | null;
  propertyLabel: string;
  propertyType: string;
  readOnly: boolean;
  state: "same" | "changed" | "new" | "gone";
}

export interface Sources {
  mapping: MappingOut;
  draft: Draft;
  properties: PropertyOut[];
  definitions: FieldDefinition[];
}

export const FULL_NAME_FIELD = { name: FULL_NAME, label: "Full name", kind: "text" as Kind, group: "Person" };

const stateOf = (change: Change | undefined): Row["state"] => {
  if (!change) return "same";
  if (!change.after) return "gone";
  return change.before ? "changed" : "new";
};

/** All mapped fields, in the order of the fields, those that the draft adds among them. */
export function toRows({ mapping, draft, properties, definitions }: Sources): Row[] {
  const known = new Map([...definitions, FULL_NAME_FIELD].map((one) => [one.name, one]));
  const byName = new Map(properties.map((one) => [one.name, one]));
  const saved = new Map(mapping.fields.map((one) => [one.field, one]));
  const changes = new Map(changesOf(mapping, draft).map((one) => [one.field, one]));
  const places = new Map([...known.keys()].map((name, place) => [name, place]));
  return [...new Set([...saved.keys(), ...changes.keys()])]
    .map((name) => {
      const mapped = saved.get(name) ?? null;
      const change = changes.get(name);
      const rule = change?.after ?? (mapped && ruleOf(mapped));
      return rule && toRow({ rule, mapped, change, byName, field: known.get(name) });
    })
    .filter((row) => row !== null)
    .sort((one, other) => (places.get(one.field) ?? 999) - (places.get(other.field) ?? 999));
}

interface Parts {
  rule: Rule;
  mapped: MappedField | null;
  change: Change | undefined;
  byName: Map<string, PropertyOut>;
  field: Pick<FieldDefinition, "name" | "label" | "kind" | "group"> | undefined;
}

function toRow({ rule, mapped, change, byName, field }: Parts): Row {
  const property = byName.get(rule.property) ?? null;
  const isSaved = mapped?.property === rule.property;
  return {
    field: rule.field,
    label: field?.label ?? mapped?.label ?? humanise(rule.field),
    group: field?.group ?? "Other",
    kind: field?.kind ?? mapped?.kind ?? "text",
    rule,
    saved: mapped,
    property,
    propertyLabel: property?.label ?? (isSaved ? mapped.property_label : rule.property),
    propertyType: property?.type ?? (isSaved ? mapped.property_type : ""),
    readOnly: property ? !property.writable : isSaved && mapped.read_only,
    state: stateOf(change),
  };
}

/** Rows under the heading of their group, in the order the groups come. */
export function byGroup(rows: Row[]): [group: string, rows: Row[]][] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) groups.set(row.group, [...(groups.get(row.group) ?? []), row]);
  return [...groups];
}

export const needsCare = ({ saved, state }: Row): boolean =>
  state !== "gone" && Boolean(saved?.paused || saved?.warning);

/** Whether a row is among those asked for. */
export function isShown(row: Row, find: string, show: "changed" | "care" | "one-way" | undefined): boolean {
  const text = [row.field, row.label, row.rule.property, row.propertyLabel].join(" ").toLowerCase();
  if (!text.includes(find.toLowerCase())) return false;
  if (show === "changed") return row.state !== "same";
  if (show === "care") return needsCare(row);
  if (show === "one-way") return row.rule.direction !== "both";
  return true;
}
