import { useQuery } from "@tanstack/react-query";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { formatDateTime } from "@/lib/format";
import { useSlowNow } from "@/lib/use-now";
import { nextComparisons } from "./next";
import { lastComparisonQuery, type SyncSettingsOut } from "./queries";
import { Section } from "./section";
import { useSection } from "./use-section";

const PRESETS: [number, string][] = [
  [6, "Every 6 hours"],
  [12, "Every 12 hours"],
  [24, "Every day"],
  [72, "Every 3 days"],
  [168, "Every week"],
  [0, "Never by itself"],
];

interface FormProps {
  tenant: string;
  settings: SyncSettingsOut;
  canWrite: boolean;
}

/** How often everything is compared, and when not; with the times that follow from it. */
export function ScheduleForm({ tenant, settings, canWrite, zone }: FormProps & { zone: string }) {
  const section = useSection(tenant, settings, ["sweep_every_hours", "quiet_from", "quiet_until"]);
  const { sweep_every_hours: every, quiet_from: from, quiet_until: until } = section.values;
  const known = PRESETS.some(([hours]) => hours === every);
  const options = [...PRESETS, ...(known ? [] : ([[every, `Every ${every} hours`]] as [number, string][]))];
  return (
    <Section
      title="Schedule"
      lead="Changes are carried over within seconds, all the time. Beside that every contact is compared now and then, which finds what no message told of."
      state={section}
      done="The schedule is saved"
      canWrite={canWrite}
    >
      <div className="grid gap-4 sm:grid-cols-3">
        <Field label="Compare everything" error={section.fault("sweep_every_hours")}>
          {(control) => (
            <Select
              {...control}
              value={String(every)}
              onValueChange={(value) => section.set({ sweep_every_hours: Number(value) })}
              options={options.map(([hours, label]) => ({ value: String(hours), label }))}
              disabled={!canWrite}
            />
          )}
        </Field>
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
      <Next tenant={tenant} plan={{ everyHours: every, quietFrom: from, quietUntil: until, zone }} />
    </Section>
  );
}

function Next({ tenant, plan }: { tenant: string; plan: Parameters<typeof nextComparisons>[1] }) {
  const { data: last } = useQuery(lastComparisonQuery(tenant));
  const now = useSlowNow();
  if (last === undefined) return null;
  const times = nextComparisons(last, plan, now);
  if (times.length === 0)
    return <p className="text-ink-2 text-sm">Begun by a person only, on the page Runs.</p>;
  return (
    <section aria-label="Next comparisons" className="text-sm">
      <h3 className="font-medium text-ink-2 text-xs">Next, in your time</h3>
      <ol className="mt-1 flex flex-wrap gap-x-5 gap-y-1 tabular-nums">
        {times.map((time) => (
          <li key={time}>
            <time dateTime={time}>{formatDateTime(time)}</time>
          </li>
        ))}
      </ol>
    </section>
  );
}
