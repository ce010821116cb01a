import { useState } from "react";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { choiceOf, cronAt, type ScheduleChoice, timeOf } from "./choices";
import { NextComparisons } from "./next-comparisons";
import type { SyncSettingsOut } from "./queries";
import { Section } from "./section";
import { useSchedulePreview } from "./use-schedule-preview";
import { useSection } from "./use-section";

const OPTIONS: [ScheduleChoice, string][] = [
  ["6", "Every 6 hours"],
  ["12", "Every 12 hours"],
  ["24", "Once a day"],
  ["72", "Every 3 days"],
  ["168", "Every week"],
  ["daily", "Every day at a time"],
  ["weekdays", "Monday to Friday at a time"],
  ["cron", "By a cron expression"],
  ["0", "Never by itself"],
];

const FIRST_TIME = "02:00";

interface FormProps {
  tenant: string;
  settings: SyncSettingsOut;
  canWrite: boolean;
}

/** When everything is compared, and when not; in words, with the times that follow from it. */
export function ScheduleForm({ tenant, settings, canWrite, zone }: FormProps & { zone: string }) {
  const section = useSection(tenant, settings, [
    "sweep_every_hours",
    "sweep_cron",
    "quiet_from",
    "quiet_until",
  ]);
  const { sweep_every_hours: hours, sweep_cron: cron, quiet_from: from, quiet_until: until } = section.values;
  const [isWritten, setWritten] = useState(false);
  const [isTimeEmpty, setTimeEmpty] = useState(false);
  const choice = isWritten && cron !== null ? "cron" : choiceOf(hours, cron);
  const preview = useSchedulePreview(tenant, section.values);
  const options = OPTIONS.some(([value]) => value === choice)
    ? OPTIONS
    : [...OPTIONS, [choice, `Every ${hours} hours`] as const];

  const choose = (next: ScheduleChoice) => {
    setWritten(next === "cron");
    setTimeEmpty(false);
    if (next === "daily" || next === "weekdays" || next === "cron") {
      const kept = next === "cron" ? cron : null;
      section.set({ sweep_cron: kept ?? cronAt(next, timeOf(cron) ?? FIRST_TIME) });
    } else section.set({ sweep_every_hours: Number(next), sweep_cron: null });
  };

  return (
    <Section
      title="Schedule"
      lead="Changes are carried over within seconds, all the time. Beside that every contact is compared now and then, which finds what no message told of."
      state={section}
      done="The schedule is saved"
      canWrite={canWrite}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Compare everything" error={section.fault("sweep_every_hours")}>
          {(control) => (
            <Select
              {...control}
              value={choice}
              onValueChange={(value) => choose(value as ScheduleChoice)}
              options={options.map(([value, label]) => ({ value, label }))}
              disabled={!canWrite}
            />
          )}
        </Field>
        {(choice === "daily" || choice === "weekdays") && (
          <Field label="At" hint={`Time of the account: ${zone.replaceAll("_", " ")}.`}>
            {(control) => (
              <Input
                {...control}
                type="time"
                required
                value={isTimeEmpty ? "" : (timeOf(cron) ?? "")}
                onChange={({ target }) => {
                  setTimeEmpty(target.value === "");
                  if (target.value) section.set({ sweep_cron: cronAt(choice, target.value) });
                }}
              />
            )}
          </Field>
        )}
        {choice === "cron" && (
          <Field
            label="Cron expression"
            error={section.fault("sweep_cron") ?? preview.fault("sweep_cron")}
            hint={`Minute, hour, day of the month, month, day of the week. Time of the account: ${zone.replaceAll("_", " ")}.`}
          >
            {(control) => (
              <Input
                {...control}
                required
                spellCheck={false}
                autoCapitalize="none"
                autoComplete="off"
                className="font-mono"
                value={cron ?? ""}
                onChange={(event) => section.set({ sweep_cron: event.target.value })}
              />
            )}
          </Field>
        )}
      </div>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Quiet from" hint="None begins then." error={section.fault("quiet_from")}>
          {(control) => (
            <Input
              {...control}
              type="time"
              value={from?.slice(0, 5) ?? ""}
              onChange={(event) => section.set({ quiet_from: event.target.value || null })}
            />
          )}
        </Field>
        <Field
          label="Quiet until"
          hint={`Time of the account: ${zone.replaceAll("_", " ")}.`}
          error={section.fault("quiet_until")}
        >
          {(control) => (
            <Input
              {...control}
              type="time"
              value={until?.slice(0, 5) ?? ""}
              onChange={(event) => section.set({ quiet_until: event.target.value || null })}
            />
          )}
        </Field>
      </div>
      {preview.schedule && <NextComparisons schedule={preview.schedule} />}
    </Section>
  );
}
