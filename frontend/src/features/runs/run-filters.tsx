import { Button } from "@/components/ui/button";
import { Select } from "@/components/ui/select";
import { formatDayName } from "@/lib/format";
import { type RunSearch, STATUS_GROUPS, type StatusGroup } from "./filters";
import type { RunOut } from "./queries";
import { KIND_NAMES } from "./run-status";

const ANY = "any";

interface RunFiltersProps {
  search: RunSearch;
  /** Days to choose from, newest first: the same choice as the chart's, for thumbs and screen readers. */
  days: string[];
  onChange: (search: RunSearch) => void;
}

/** Which runs are listed. */
export function RunFilters({ search, days, onChange }: RunFiltersProps) {
  const { kind, status, day, ...rest } = search;
  const put = (next: Pick<RunSearch, "kind" | "status" | "day">) => onChange({ ...rest, ...next });
  const now = { ...(kind && { kind }), ...(status && { status }), ...(day && { day }) };
  const known = day && !days.includes(day) ? [day, ...days] : days;
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Select
        aria-label="Kind of run"
        className="w-auto min-w-36 max-sm:flex-1"
        value={kind ?? ANY}
        onValueChange={(value) => {
          const { kind: _, ...others } = now;
          put(value === ANY ? others : { ...others, kind: value as RunOut["kind"] });
        }}
        options={[
          { value: ANY, label: "All kinds" },
          ...Object.entries(KIND_NAMES).map(([value, label]) => ({ value, label })),
        ]}
      />
      <Select
        aria-label="State of the run"
        className="w-auto min-w-36 max-sm:flex-1"
        value={status ?? ANY}
        onValueChange={(value) => {
          const { status: _, ...others } = now;
          put(value === ANY ? others : { ...others, status: value as StatusGroup });
        }}
        options={[
          { value: ANY, label: "Any state" },
          ...Object.entries(STATUS_GROUPS).map(([value, { label }]) => ({ value, label })),
        ]}
      />
      <Select
        aria-label="Day"
        className="w-auto min-w-36 max-sm:flex-1"
        value={day ?? ANY}
        onValueChange={(value) => {
          const { day: _, ...others } = now;
          put(value === ANY ? others : { ...others, day: value });
        }}
        options={[
          { value: ANY, label: "Any day" },
          ...known.map((value) => ({ value, label: formatDayName(`${value}T12:00:00`) })),
        ]}
      />
      {(kind || status || day) && (
        <Button kind="quiet" onClick={() => put({})}>
          Show all
        </Button>
      )}
    </div>
  );
}
