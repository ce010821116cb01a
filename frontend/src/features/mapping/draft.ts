import { useState } from "react";
import type { MappingOut, Rule } from "./queries";
import { ruleOf } from "./rules";

/** What was changed and is not saved: a rule by field, null where the field is taken out. */
export interface Draft {
  /** The version it was begun with. */
  base: number;
  rules: Record<string, Rule | null>;
}

export interface Change {
  field: string;
  before: Rule | null;
  after: Rule | null;
}

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

const savedRules = (mapping: MappingOut) => new Map(mapping.fields.map((one) => [one.field, ruleOf(one)]));

/** The draft's changes of what is saved now: what came to be the same by itself is none. */
export function changesOf(mapping: MappingOut, { rules }: Draft): Change[] {
  const saved = savedRules(mapping);
  return Object.entries(rules)
    .map(([field, after]) => ({ field, before: saved.get(field) ?? null, after }))
    .filter(({ before, after }) => !same(before, after));
}

/** The whole mapping as the draft wants it. */
export function rulesUnder(mapping: MappingOut, { rules }: Draft): Rule[] {
  const wanted = { ...Object.fromEntries(savedRules(mapping)), ...rules };
  return Object.values(wanted).filter((rule): rule is Rule => rule !== null);
}

/** Whether a field meets its property as for the first time: what both last agreed on says nothing any more. */
export const meetsAnew = ({ before, after }: Change): boolean =>
  after !== null &&
  (before === null || before.property !== after.property || !same(before.transform, after.transform));

/** Changes of the mapping, collected until they are saved as one version. */
export function useDraft(mapping: MappingOut) {
  const [draft, setDraft] = useState<Draft>({ base: mapping.version, rules: {} });
  const changes = changesOf(mapping, draft);
  const put = (field: string, rule: Rule | null) =>
    setDraft((before) => {
      const isFirst = changesOf(mapping, before).length === 0;
      return {
        base: isFirst ? mapping.version : before.base,
        rules: { ...before.rules, [field]: rule },
      };
    });
  return {
    draft,
    changes,
    /** Somebody else saved a version since these changes were begun. */
    isOvertaken: changes.length > 0 && draft.base !== mapping.version,
    put,
    putBack: (field: string) => setDraft(({ base, rules: { [field]: _, ...rules } }) => ({ base, rules })),
    bringBack: setDraft as (before: Draft) => void,
    discard: () => setDraft({ base: mapping.version, rules: {} }),
    /** The changes now stand on top of this version. */
    standOn: (version: number) => setDraft(({ rules }) => ({ base: version, rules })),
  };
}

export type DraftState = ReturnType<typeof useDraft>;
