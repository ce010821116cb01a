import { Select } from "@/components/ui/select";
import { SIDE_NAMES } from "@/components/ui/side";
import { humanise } from "@/lib/format";
import { CAUSES } from "./changes";
import type { ChangeFilters, ChangeOut, FieldOut } from "./queries";

/** Radix keeps "" for itself. */
const ALL = "__all";

interface TimelineFiltersProps {
  filters: ChangeFilters;
  fields: Pick<FieldOut, "name" | "label">[];
  onFilter: (filters: ChangeFilters) => void;
}

/** Which of the changes are shown: from a side, of a field, by a cause. */
export function TimelineFilters({ filters, fields, onFilter }: TimelineFiltersProps) {
  const choose = (name: keyof ChangeFilters) => (value: string) => {
    const { [name]: _, ...others } = filters;
    onFilter(value === ALL ? others : ({ ...others, [name]: value } as ChangeFilters));
  };
  return (
    <fieldset className="mb-4 grid grid-cols-3 gap-1 [&_button]:gap-1">
      <legend className="sr-only">Which changes</legend>
      <Select
        aria-label="Side"
        className="h-7.5 px-2 text-xs"
        value={filters.side ?? ALL}
        onValueChange={choose("side")}
        options={[
          { value: ALL, label: "Any side" },
          { value: "hubspot", label: SIDE_NAMES.hubspot },
          { value: "loanark", label: SIDE_NAMES.loanark },
        ]}
      />
      <Select
        aria-label="Field"
        className="h-7.5 px-2 text-xs"
        value={filters.field ?? ALL}
        onValueChange={choose("field")}
        options={[
          { value: ALL, label: "Any field" },
          ...fields.map(({ name, label }) => ({ value: name, label })),
        ]}
      />
      <Select
        aria-label="Cause"
        className="h-7.5 px-2 text-xs"
        value={filters.cause ?? ALL}
        onValueChange={choose("cause")}
        options={[
          { value: ALL, label: "Any cause" },
          ...(Object.keys(CAUSES) as ChangeOut["cause"][]).map((cause) => ({
            value: cause,
            label: humanise(CAUSES[cause]),
          })),
        ]}
      />
    </fieldset>
  );
}
