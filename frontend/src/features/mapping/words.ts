import type { MappedField, Rule, Transform } from "./queries";
import { transformWords } from "./transform";

/** The words of the mapping, in one place: short ones for the table, a sentence and an example where one decides. */

export type Direction = Rule["direction"];
export type Policy = Rule["policy"];
export type Kind = MappedField["kind"];

export const DIRECTIONS: Record<Direction, { label: string; note: string }> = {
  both: { label: "both ways", note: "An edit on either side reaches the other." },
  to_loanark: {
    label: "to LoanArk only",
    note: "HubSpot decides. What is changed in LoanArk stays there, and is replaced when HubSpot’s value changes.",
  },
  to_hubspot: {
    label: "to HubSpot only",
    note: "LoanArk decides. What is changed in HubSpot is replaced when LoanArk’s value changes.",
  },
};

interface PolicyWords {
  label: string;
  note: string;
  example: string;
}

export const POLICIES: Record<Policy, PolicyWords> = {
  hubspot: {
    label: "HubSpot wins",
    note: "HubSpot’s value is kept on both sides.",
    example: "Boise typed in HubSpot, Austin here: both become Boise, Austin stays in the history.",
  },
  loanark: {
    label: "LoanArk wins",
    note: "LoanArk’s value is kept on both sides.",
    example: "Boise typed in HubSpot, Austin here: both become Austin, Boise stays in the history.",
  },
  newest: {
    label: "the newer wins",
    note: "The value that was typed last is kept.",
    example: "Boise in HubSpot at 9:00, Austin here at 9:05: both become Austin.",
  },
  union: {
    label: "both are kept",
    note: "What either side added is kept, for fields with several options.",
    example: "“Buyer” added in HubSpot, “Investor” here: both hold Buyer and Investor.",
  },
  ask: {
    label: "a person decides",
    note: "Nothing is replaced before a person chooses, on the page Needs you.",
    example: "Boise in HubSpot, Austin here: each side keeps its own until somebody picks one.",
  },
};

export const KINDS: Record<Kind, string> = {
  text: "text",
  email: "e-mail",
  phone: "phone",
  date: "date",
  instant: "date and time",
  decimal: "number",
  boolean: "yes or no",
  enum: "one option",
  enum_set: "several options",
};

export const TRANSFORMS: Record<Transform["kind"], { label: string; note: string }> = {
  trim: { label: "Cut off spaces", note: "Spaces before and after the text are left out." },
  case: { label: "Capital or small letters", note: "The text is written in one way." },
  phone: { label: "International number", note: "(512) 555-1000 becomes +15125551000." },
  options: { label: "Option map", note: "Each option of LoanArk has its counterpart in HubSpot." },
  scale: { label: "Multiply", note: "LoanArk holds HubSpot’s number times a factor, exactly." },
  date: { label: "Day of a moment", note: "HubSpot’s date and time becomes the day it was in a time zone." },
  split_name: {
    label: "Part of a name",
    note: "The first or the last name out of a whole one. To LoanArk only.",
  },
  join_name: { label: "Whole name", note: "First and last name together. To HubSpot only." },
};

/** What a part of a rule says, for a list of changes. */
const PARTS: [label: string, words: (rule: Rule) => string][] = [
  ["Property", ({ property }) => property],
  ["Moves", ({ direction }) => DIRECTIONS[direction]?.label ?? direction],
  ["If both change it", ({ policy }) => POLICIES[policy]?.label ?? policy],
  ["A blank", ({ blank_may_overwrite: may }) => (may ? "clears the other side" : "clears nothing")],
  ["On the way", ({ transform }) => (transform ? transformWords(transform) : "unchanged")],
];

export interface PartChange {
  part: string;
  before: string | null;
  after: string | null;
}

const same = (one: unknown, other: unknown) => JSON.stringify(one ?? null) === JSON.stringify(other ?? null);

/** Which parts of a rule are different, in words; of a new or a gone one, all that it says. */
export function partChanges(before: Rule | null, after: Rule | null): PartChange[] {
  const changes = PARTS.map(([part, words]) => ({
    part,
    before: before && words(before),
    after: after && words(after),
  })).filter((change) => change.before !== change.after);
  const isMapChanged = before && after && !same(before.transform, after.transform);
  if (isMapChanged && !changes.some(({ part }) => part === "On the way"))
    changes.push({ part: "On the way", before: "as it was", after: "other counterparts of options" });
  return changes;
}

/** The same in one line: "if both change it: HubSpot wins → a person decides". */
export function changeSentence(before: Rule | null, after: Rule | null): string {
  if (!after) return "taken out of the mapping; both sides keep their values";
  if (!before) return `mapped to ${after.property}, ${DIRECTIONS[after.direction].label}`;
  return partChanges(before, after)
    .map((change) => `${change.part.toLowerCase()}: ${change.before} → ${change.after}`)
    .join("; ");
}
