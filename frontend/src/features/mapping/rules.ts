import type { FieldDefinition, MappedField, PropertyOut, Rule, Transform } from "./queries";
import type { Kind } from "./words";

/** Given and family name in one: a field that no column holds, only written to HubSpot. */
export const FULL_NAME = "full_name";

export function ruleOf(mapped: MappedField): Rule {
  const { field, property, direction, policy, blank_may_overwrite, transform } = mapped;
  return { field, property, direction, policy, blank_may_overwrite, transform: transform ?? null };
}

/** What a field begins with when it is mapped to a property: what the server would take by itself. */
export function firstRule(field: string, property: PropertyOut): Rule {
  const isJoined = field === FULL_NAME;
  const direction = isJoined ? "to_hubspot" : property.writable ? "both" : "to_loanark";
  return {
    field,
    property: property.name,
    direction,
    policy: "hubspot",
    blank_may_overwrite: direction === "both",
    transform: isJoined ? { kind: "join_name" } : null,
  };
}

const TYPED: Kind[] = ["decimal", "boolean", "date", "instant"];
const ADDRESSES: Kind[] = ["text", "phone", "email"];
const KEYS: Kind[] = ["enum", "enum_set", "boolean", "text"];

/** How values of a field and a property compare without a transform; null when they cannot meet. */
function meeting(field: Kind, property: Kind): Kind | null {
  if (TYPED.includes(field)) return property === field || property === "text" ? field : null;
  if (field === "email" || field === "phone") return ADDRESSES.includes(property) ? field : property;
  return property;
}

/** Which transforms can go between them. The server has the last word, and the sample tells it at once. */
export function transformsFor(field: string, kind: Kind, property: Kind): Transform["kind"][] {
  if (field === FULL_NAME) return ["join_name"];
  const met = meeting(kind, property);
  const fits: Record<Transform["kind"], boolean> = {
    trim: met === "text" || met === "email",
    case: met === "text",
    phone: met === "phone",
    options: KEYS.includes(kind) && KEYS.includes(property),
    scale: met === "decimal",
    date: kind === "date" && property === "instant",
    split_name: met === "text",
    join_name: false,
  };
  return (Object.keys(fits) as Transform["kind"][]).filter((name) => fits[name]);
}

export const canMeet = (kind: Kind, property: Kind): boolean =>
  meeting(kind, property) !== null || (kind === "date" && property === "instant");

/** A transform with its parameters as they are at first. */
export function firstTransform(kind: Transform["kind"], zone: string): Transform {
  switch (kind) {
    case "case":
      return { kind, to: "title" };
    case "options":
      return { kind, map: {} };
    case "scale":
      return { kind, factor: "0.01" };
    case "date":
      return { kind, zone };
    case "split_name":
      return { kind, part: "first" };
    default:
      return { kind };
  }
}

/** A rule with another transform: one that goes one way only takes the direction with it. */
export function withTransform(rule: Rule, transform: Transform | null): Rule {
  if (transform?.kind === "split_name") return { ...rule, transform, direction: "to_loanark" };
  if (transform?.kind === "join_name") return { ...rule, transform, direction: "to_hubspot" };
  return { ...rule, transform };
}

/** A rule for another property: what that one cannot bear is left behind. */
export function withProperty(rule: Rule, kind: Kind, property: PropertyOut): Rule {
  const keeps =
    rule.transform && transformsFor(rule.field, kind, property.kind).includes(rule.transform.kind);
  const isMap = rule.transform?.kind === "options"; // Its keys are of the other property.
  return {
    ...rule,
    property: property.name,
    direction: property.writable ? rule.direction : "to_loanark",
    policy: rule.policy === "union" && property.kind !== "enum_set" ? "hubspot" : rule.policy,
    transform: keeps && !isMap ? rule.transform : null,
  };
}

const words = (text: string) =>
  new Set(
    text
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .filter(Boolean),
  );
const plain = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9]/g, "");

/** How much a property looks like a field: the same name first, then shared words, then what can meet at all. */
function likeness(property: PropertyOut, field: Pick<FieldDefinition, "name" | "label" | "kind">): number {
  const names = [plain(field.name), plain(field.label)];
  const theirs = [plain(property.name), plain(property.label)];
  const ours = words(`${field.name} ${field.label}`);
  const shared = [...words(`${property.name} ${property.label}`)].filter((word) => ours.has(word)).length;
  const isNamedSo = names.some((name) => theirs.includes(name));
  const isWithin = names.some((name) => theirs.some((other) => name && other.includes(name)));
  return (
    (isNamedSo ? 100 : 0) +
    (isWithin ? 20 : 0) +
    shared * 10 +
    (property.kind === field.kind ? 5 : 0) +
    (canMeet(field.kind, property.kind) ? 3 : 0) -
    (property.fields.length > 0 ? 2 : 0)
  );
}

/** The properties, the likeliest counterpart of the field first. */
export function byLikeness(
  properties: PropertyOut[],
  field: Pick<FieldDefinition, "name" | "label" | "kind">,
): PropertyOut[] {
  const scores = new Map(properties.map((property) => [property.name, likeness(property, field)]));
  return [...properties].sort((one, other) => (scores.get(other.name) ?? 0) - (scores.get(one.name) ?? 0));
}
