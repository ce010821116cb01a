import { useId } from "react";
import { Panel } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { DENSITIES, type Density, setDensity, useDensity } from "@/lib/density";
import { formatDateTime, formatDecimal } from "@/lib/format";
import { chooseRegion, currentRegion, useRegion } from "@/lib/region";
import { setTheme, THEME_NAMES, type ThemeChoice, useTheme } from "@/lib/theme";

const REGIONS = [
  "en-US",
  "en-GB",
  "en-CA",
  "en-AU",
  "de-DE",
  "es-ES",
  "es-MX",
  "es-US",
  "fr-CA",
  "fr-FR",
  "it-IT",
  "nl-NL",
  "pt-BR",
];
const AUTOMATIC = "automatic"; // Radix has no empty value.
const NAMES = new Intl.DisplayNames("en-US", { type: "language" });
const THEMES = Object.entries(THEME_NAMES).map(([value, label]) => ({ value, label }));

/** How the pages look, and how numbers and times are written. Kept on this device. */
export function LookPanel() {
  const theme = useTheme();
  const density = useDensity();
  const { locale } = useRegion();
  const now = currentRegion();
  const regions = REGIONS.map((value) => ({ value, label: `${NAMES.of(value)} · ${value}` }));
  return (
    <Panel title="Look and language">
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Theme" hint="High contrast follows the system’s light or dark.">
          {(control) => (
            <Select
              {...control}
              value={theme}
              onValueChange={(choice) => setTheme(choice as ThemeChoice)}
              options={THEMES}
            />
          )}
        </Field>
        <Field label="Rows of tables">
          {(control) => (
            <Select
              {...control}
              value={density}
              onValueChange={(choice) => setDensity(choice as Density)}
              options={[...DENSITIES]}
            />
          )}
        </Field>
        <Field label="Region" hint="How numbers, dates and times are written. The words stay English.">
          {(control) => (
            <Select
              {...control}
              value={locale || AUTOMATIC}
              onValueChange={(choice) => chooseRegion({ locale: choice === AUTOMATIC ? "" : choice })}
              options={[{ value: AUTOMATIC, label: "Automatic, as the browser" }, ...regions]}
            />
          )}
        </Field>
        <TimeZone />
      </div>
      <p className="mt-4 rounded-md border bg-sunken px-3 py-2 text-sm">
        <span className="text-muted">Written so: </span>
        <span className="tabular-nums">
          {formatDateTime(new Date().toISOString())} · {formatDecimal(412_500.5)}
        </span>
        <span className="text-muted"> ({now.timeZone})</span>
      </p>
      <p className="mt-2 text-muted text-xs">Kept on this device only.</p>
    </Panel>
  );
}

/** Any zone by some letters of it; empty is the browser's. What is no zone is not taken. */
function TimeZone() {
  const { timeZone } = useRegion();
  const listId = useId();
  const zones = Intl.supportedValuesOf("timeZone");
  const choose = (typed: string) => {
    if (typed === "" || typed === "UTC" || zones.includes(typed)) chooseRegion({ timeZone: typed });
  };
  return (
    <Field label="Time zone" hint="Type a city; empty is automatic, as the browser.">
      {(control) => (
        <>
          <Input
            {...control}
            list={listId}
            defaultValue={timeZone}
            placeholder="Automatic"
            autoComplete="off"
            onChange={(event) => choose(event.target.value)}
            onBlur={(event) => {
              event.target.value = timeZone;
            }}
          />
          <datalist id={listId}>
            {["UTC", ...zones].map((zone) => (
              <option key={zone} value={zone} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}
