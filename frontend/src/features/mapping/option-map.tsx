import { useQuery } from "@tanstack/react-query";
import { ArrowLeftRight, Wand2 } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { SideBadge } from "@/components/ui/side";
import { formatCount, plural } from "@/lib/format";
import { type FieldDefinition, type PropertyOut, valueCountsQuery } from "./queries";

const NONE = " ";

interface Option {
  value: string;
  label: string;
}

interface OptionMapProps {
  tenant: string;
  field: Pick<FieldDefinition, "name" | "kind" | "options">;
  property: PropertyOut | null;
  /** HubSpot's key by LoanArk's. */
  map: Record<string, string>;
  onChange: (map: Record<string, string>) => void;
  disabled: boolean;
}

const BOOLEANS: Option[] = [
  { value: "true", label: "Yes" },
  { value: "false", label: "No" },
];

const named = ({ value, label }: { value: string; label?: string }): Option => ({
  value,
  label: label || value,
});

/** LoanArk's options and their counterparts in HubSpot, and what has none. */
export function OptionMap({ tenant, field, property, map, onChange, disabled }: OptionMapProps) {
  const counts = useCounts(tenant, field.name);
  const [typed, setTyped] = useState("");
  const theirs = (property?.options ?? []).map(named);
  const own = (field.kind === "boolean" ? BOOLEANS : field.options).map(named);
  const isFree = own.length === 0; // A text: whoever maps it says which values there are.
  const others = [...new Set([...(isFree ? counts.keys() : []), ...Object.keys(map)])];
  const ours = [
    ...own,
    ...others.filter((key) => !own.some(({ value }) => value === key)).map((key) => named({ value: key })),
  ];
  const taken = new Set(Object.values(map));
  const unmapped = ours.filter(({ value }) => !(value in map));
  const theirsUnmapped = theirs.filter(({ value }) => !taken.has(value));

  const set = (key: string, other: string) => {
    const { [key]: _, ...rest } = map;
    onChange(other === NONE ? rest : { ...rest, [key]: other });
  };
  const matchByName = () => onChange({ ...matched(unmapped, theirsUnmapped), ...map });

  return (
    <div className="grid gap-2.5 rounded-md border p-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="flex items-center gap-2 text-xs">
          <SideBadge side="loanark" /> <ArrowLeftRight className="size-3.5 text-muted" aria-hidden />{" "}
          <SideBadge side="hubspot" />
        </p>
        {!disabled && unmapped.length > 0 && (
          <Button size="sm" onClick={matchByName}>
            <Wand2 aria-hidden /> Match by name
          </Button>
        )}
      </div>
      <ul className="grid gap-1.5">
        {ours.map(({ value, label }) => (
          <li key={value} className="grid grid-cols-2 items-center gap-3">
            <span className="min-w-0 text-sm">
              <span className="block truncate">{label}</span>
              {counts.has(value) && (
                <span className="block text-muted text-xs">{plural(counts.get(value) ?? 0, "contact")}</span>
              )}
            </span>
            <Select
              aria-label={`HubSpot’s option for ${label}`}
              value={map[value] ?? NONE}
              onValueChange={(other) => set(value, other)}
              options={[
                { value: NONE, label: "– no counterpart –" },
                ...theirs.filter((one) => !taken.has(one.value) || one.value === map[value]),
              ]}
              disabled={disabled}
            />
          </li>
        ))}
      </ul>
      {isFree && !disabled && (
        <form
          className="flex gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            const [free] = theirsUnmapped;
            if (typed.trim() && free) onChange({ ...map, [typed.trim()]: free.value });
            setTyped("");
          }}
        >
          <Input
            aria-label="Another value of LoanArk"
            placeholder="Another value of LoanArk"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
          <Button type="submit" disabled={!typed.trim() || theirsUnmapped.length === 0}>
            Add
          </Button>
        </form>
      )}
      <Missing unmapped={unmapped} theirs={theirsUnmapped} counts={counts} />
    </div>
  );
}

interface MissingProps {
  unmapped: Option[];
  theirs: Option[];
  counts: Map<string, number>;
}

function Missing({ unmapped, theirs, counts }: MissingProps) {
  if (unmapped.length + theirs.length === 0) return null;
  const contacts = unmapped.reduce((sum, { value }) => sum + (counts.get(value) ?? 0), 0);
  return (
    <div className="grid gap-1 text-xs">
      {unmapped.length > 0 && (
        <p className="text-warn-ink">
          Without a counterpart: {unmapped.map(({ label }) => label).join(", ")}.
          {contacts > 0 && ` ${formatCount(contacts)} of LoanArk’s contacts have one of them;`} such values do
          not cross, and are listed under Needs you.
        </p>
      )}
      {theirs.length > 0 && (
        <p className="text-muted">In HubSpot only: {theirs.map(({ label }) => label).join(", ")}.</p>
      )}
    </div>
  );
}

/** How many contacts have which value; empty for fields the server does not count. */
function useCounts(tenant: string, field: string): Map<string, number> {
  const { data } = useQuery(valueCountsQuery(tenant));
  const values = data?.find(({ name }) => name === field)?.values ?? [];
  return new Map(
    values
      .filter(({ value }) => value !== null && value !== "")
      .map(({ value, count }) => [String(value), count]),
  );
}

const plain = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9]/g, "");

function matched(ours: Option[], theirs: Option[]): Record<string, string> {
  const free = [...theirs];
  const found: Record<string, string> = {};
  for (const { value, label } of ours) {
    const names = [plain(value), plain(label)];
    const at = free.findIndex((one) => names.includes(plain(one.value)) || names.includes(plain(one.label)));
    const [other] = at < 0 ? [] : free.splice(at, 1);
    if (other) found[value] = other.value;
  }
  return found;
}
