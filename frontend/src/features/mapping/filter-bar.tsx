import { ChipBar, ChipToggle } from "@/components/ui/chips";
import { SearchBox } from "@/components/ui/search-box";
import { formatCount } from "@/lib/format";
import type { Row } from "./rows";
import { isShown } from "./rows";
import type { MappingSearch } from "./search";

const CHIPS: [NonNullable<MappingSearch["show"]>, string][] = [
  ["changed", "Changed"],
  ["care", "To look at"],
  ["one-way", "One way"],
];

interface FilterBarProps {
  rows: Row[];
  search: MappingSearch;
  onSearch: (search: MappingSearch) => void;
}

/** Finds fields by a few letters of either side's name, or by what is special about them. */
export function FilterBar({ rows, search, onSearch }: FilterBarProps) {
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <div className="w-full sm:w-72">
        <SearchBox
          label="Find a field or property"
          placeholder="Find a field or property"
          value={search.find ?? ""}
          onSearch={(find) => onSearch({ ...search, find })}
        />
      </div>
      <ChipBar>
        {CHIPS.map(([show, label]) => {
          const count = rows.filter((row) => isShown(row, "", show)).length;
          if (count === 0 && search.show !== show) return null;
          return (
            <ChipToggle
              key={show}
              isOn={search.show === show}
              onToggle={() => {
                const { show: before, ...rest } = search;
                onSearch(before === show ? rest : { ...rest, show });
              }}
            >
              {label} <span className="tabular-nums opacity-70">{formatCount(count)}</span>
            </ChipToggle>
          );
        })}
      </ChipBar>
    </div>
  );
}
