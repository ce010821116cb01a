import { useId, useState } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { RadioCards } from "@/components/ui/radio-cards";
import { Select } from "@/components/ui/select";
import type { DuplicateSettingsOut, Rule } from "./queries";
import { Section } from "./section";
import { useDuplicateSection } from "./use-section";

interface FormProps {
  tenant: string;
  settings: DuplicateSettingsOut;
  canWrite: boolean;
}

const FIRST_WAIT_HOURS = 24;

/** When duplicates are looked for, what is merged without a person, and when HubSpot follows. */
export function DuplicatesForm({ tenant, settings, canWrite }: FormProps) {
  const section = useDuplicateSection(tenant, settings, [
    "at_ingest",
    "automatic",
    "follow_hubspot",
    "hubspot_wait_hours",
  ]);
  const {
    at_ingest: atIngest,
    automatic,
    follow_hubspot: follows,
    hubspot_wait_hours: hours,
  } = section.values;
  const waitId = useId();
  return (
    <Section
      title="Duplicates"
      lead="Contacts that may be one person are found by themselves and wait on the page Duplicates. A merge overwrites nothing, and can be taken back."
      state={section}
      done="How duplicates are treated is saved"
      canWrite={canWrite}
    >
      <div className="grid gap-4 lg:grid-cols-2">
        <RadioCards
          legend="A new contact may be somebody who is here already"
          value={atIngest ? "wait" : "go"}
          onValueChange={(value) => section.set({ at_ingest: value === "wait" })}
          cards={[
            {
              value: "wait",
              label: "Hold it back until that is decided",
              note: "It is not made on the other side before.",
            },
            {
              value: "go",
              label: "Carry it over at once",
              note: "It may be there twice until somebody merges it.",
            },
          ]}
        />
        <RadioCards
          legend="A pair is certain by the strict rules"
          value={automatic ? "automatic" : "ask"}
          onValueChange={(value) => section.set({ automatic: value === "automatic" })}
          cards={[
            { value: "ask", label: "A person decides", note: "All certain ones can be merged at once." },
            {
              value: "automatic",
              label: "Merge it without a person",
              note: "No more in an hour than the brake lets through. Each can be undone.",
            },
          ]}
        />
        <RadioCards
          legend="Somebody merges two contacts in HubSpot"
          value={follows ? "follow" : "ask"}
          onValueChange={(value) => section.set({ follow_hubspot: value === "follow" })}
          cards={[
            { value: "follow", label: "Merge them in LoanArk too", note: "It can be undone like any other." },
            {
              value: "ask",
              label: "A person decides",
              note: "Both stay in LoanArk, and wait on Duplicates.",
            },
          ]}
        />
      </div>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <input
          id={waitId}
          type="checkbox"
          checked={hours !== null}
          onChange={(event) =>
            section.set({ hubspot_wait_hours: event.target.checked ? FIRST_WAIT_HOURS : null })
          }
          className="size-4 accent-ink"
        />
        <label htmlFor={waitId} className="text-sm">
          HubSpot merges the two as well, after this many hours
        </label>
        <Field
          label="Hours before HubSpot merges"
          isLabelHidden
          error={section.fault("hubspot_wait_hours")}
          className="w-28"
        >
          {(control) => (
            <Input
              {...control}
              type="number"
              min={0}
              step={1}
              required
              disabled={hours === null}
              value={hours ?? ""}
              onChange={(event) => section.set({ hubspot_wait_hours: event.target.valueAsNumber || 0 })}
            />
          )}
        </Field>
        <p className="basis-full text-muted text-xs">
          {hours === null
            ? "Only when a person says so, on the page Duplicates. Until then both stay in HubSpot."
            : "In HubSpot a merge cannot be undone, only its contact made again: this is the time to notice a mistake."}
        </p>
      </div>
    </Section>
  );
}

const RULES: [Rule, string][] = [
  ["trusted", "Who is trusted more"],
  ["newest", "The newest"],
  ["hubspot", "HubSpot’s"],
  ["loanark", "LoanArk’s"],
  ["survivor", "Of the one that lives on"],
  ["stricter", "A no outweighs a yes"],
];
/** What holds where neither the organisation nor the product says otherwise. */
const USUAL: Rule = "trusted";
const BY_DEFAULT = "default";
const nameOf = (rule: Rule) => RULES.find(([one]) => one === rule)?.[1] ?? rule;

interface SurvivorshipProps extends FormProps {
  fields: { name: string; label: string }[];
}

/** Whose value survives in a merge, by field. Only those with a rule of their own are listed; others can be added. */
export function SurvivorshipForm({ tenant, settings, canWrite, fields }: SurvivorshipProps) {
  const section = useDuplicateSection(tenant, settings, ["rules"]);
  const { rules } = section.values;
  const { defaults } = settings;
  const [isWhole, setWhole] = useState(false);
  const special = fields.filter(({ name }) => name in rules || name in defaults || name in settings.rules);
  const shown = isWhole || special.length === 0 ? fields : special;
  const setRule = (name: string, rule: string) => {
    const { [name]: _, ...others } = rules;
    const next = rule === BY_DEFAULT ? others : { ...others, [name]: rule as Rule };
    section.set({ rules: Object.fromEntries(Object.entries(next).sort()) });
  };
  return (
    <Section
      title="Whose value survives"
      lead="Where merged contacts hold different values in a field, its rule chooses one. Empty never wins over full, and a person can choose otherwise for each merge. Trusted most is what a person set, then the loan system, then HubSpot."
      state={section}
      done="Whose value survives is saved"
      canWrite={canWrite}
    >
      {section.fault("rules") && <p className="text-bad-ink text-xs">{section.fault("rules")}</p>}
      <div className="grid gap-x-6 gap-y-3 sm:grid-cols-2 lg:grid-cols-3">
        {shown.map(({ name, label }) => (
          <Field key={name} label={label}>
            {(control) => (
              <Select
                {...control}
                value={rules[name] ?? BY_DEFAULT}
                onValueChange={(rule) => setRule(name, rule)}
                options={[
                  { value: BY_DEFAULT, label: `Default: ${nameOf(defaults[name] ?? USUAL).toLowerCase()}` },
                  ...RULES.map(([value, text]) => ({ value, label: text })),
                ]}
                disabled={!canWrite}
              />
            )}
          </Field>
        ))}
      </div>
      {shown.length < fields.length && (
        <div>
          <Button size="sm" kind="quiet" onClick={() => setWhole(true)}>
            Show all {fields.length} fields
          </Button>
        </div>
      )}
    </Section>
  );
}
