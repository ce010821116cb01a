import { useId } from "react";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { formatCount } from "@/lib/format";
import type { SyncSettingsOut } from "./queries";
import { Section } from "./section";
import { useSection } from "./use-section";

interface BrakesFormProps {
  tenant: string;
  settings: SyncSettingsOut;
  canWrite: boolean;
  /** How many contacts are linked: a share is of them. Null: not known. */
  linked: number | null;
}

const FIRST_CREATES = 500;

/** More deletions, cleared values or new contacts an hour than these wait for a person. */
export function BrakesForm({ tenant, settings, canWrite, linked }: BrakesFormProps) {
  const section = useSection(tenant, settings, ["brake_floor", "brake_share", "brake_creates"]);
  const { brake_floor: floor, brake_share: share, brake_creates: creates } = section.values;
  const allowed = linked === null ? null : Math.max(floor, Math.floor(share * linked));
  const limitId = useId();
  return (
    <Section
      title="Brakes"
      lead="A slip of one person, or of a program, must not empty the other side. What is more than usual within an hour waits on the page Needs you; everything else goes on."
      state={section}
      done="The brakes are saved"
      canWrite={canWrite}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <Field
          label="Deletions an hour that never wait"
          hint="The same goes for values that are cleared."
          error={section.fault("brake_floor")}
        >
          {(control) => (
            <Input
              {...control}
              type="number"
              min={0}
              step={1}
              required
              value={floor}
              onChange={(event) => section.set({ brake_floor: event.target.valueAsNumber || 0 })}
            />
          )}
        </Field>
        <Field
          label="Or, if that is more, percent of all contacts"
          error={section.fault("brake_share")}
          hint="0.5 is one in two hundred."
        >
          {(control) => (
            <Input
              {...control}
              type="number"
              min={0}
              max={100}
              step="any"
              required
              value={Number((share * 100).toPrecision(8))}
              onChange={(event) => section.set({ brake_share: (event.target.valueAsNumber || 0) / 100 })}
            />
          )}
        </Field>
      </div>
      {allowed !== null && linked !== null && (
        <p className="rounded-md border bg-sunken px-3 py-2.5 text-sm">
          With {formatCount(linked)} contacts on both sides: more than{" "}
          <span className="font-semibold">{formatCount(allowed)} an hour</span> wait for a person.
        </p>
      )}
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <input
          id={limitId}
          type="checkbox"
          checked={creates !== null}
          onChange={(event) => section.set({ brake_creates: event.target.checked ? FIRST_CREATES : null })}
          className="size-4 accent-ink"
        />
        <label htmlFor={limitId} className="text-sm">
          New contacts wait too, if there are more in an hour than
        </label>
        <Field
          label="New contacts an hour"
          isLabelHidden
          error={section.fault("brake_creates")}
          className="w-28"
        >
          {(control) => (
            <Input
              {...control}
              type="number"
              min={0}
              step={1}
              disabled={creates === null}
              value={creates ?? ""}
              onChange={(event) => section.set({ brake_creates: event.target.valueAsNumber || 0 })}
            />
          )}
        </Field>
      </div>
    </Section>
  );
}
