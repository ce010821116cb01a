import { ChipBar, ChipMenu, ChipToggle } from "@/components/ui/chips";
import { SearchBox } from "@/components/ui/search-box";
import { cn } from "@/lib/cn";
import { formatCount } from "@/lib/format";
import type { ConflictSummary } from "./queries";
import type { InboxSearch } from "./search";

interface InboxFiltersProps {
  search: InboxSearch;
  summary: ConflictSummary | undefined;
  onFilter: (filters: Partial<Record<keyof InboxSearch, string | undefined>>) => void;
  /** Of decided ones other things are asked. */
  isOpen: boolean;
}

const AGES = [
  ["1", "a day"],
  ["7", "a week"],
  ["30", "a month"],
] as const;
const EMPTY = [
  ["hubspot", "in HubSpot"],
  ["loanark", "in LoanArk"],
] as const;
const WINNERS = [
  ["hubspot", "HubSpot’s"],
  ["loanark", "LoanArk’s"],
  ["typed", "a typed one"],
] as const;

export function InboxFilters({ search, summary, onFilter, isOpen }: InboxFiltersProps) {
  const fields = (summary?.fields ?? []).map(({ field, label, count }) => [field, label, count] as const);
  return (
    <div className="mb-3 grid gap-2 md:flex md:items-center md:gap-3">
      <div className="flex md:w-64">
        <SearchBox
          label="Search conflicts"
          placeholder="Name, e-mail, company"
          value={search.search ?? ""}
          onSearch={(text) => onFilter({ search: text || undefined })}
        />
      </div>
      <ChipBar>
        {(fields.length > 1 || search.field) && isOpen && (
          <Choices
            label="Field"
            choices={fields}
            chosen={search.field}
            onChoose={(field) => onFilter({ field })}
          />
        )}
        {isOpen ? (
          <>
            <Choices
              label="Waits longer than"
              choices={AGES}
              chosen={search.older}
              onChoose={(older) => onFilter({ older })}
            />
            <Choices
              label="Empty"
              choices={EMPTY}
              chosen={search.empty}
              onChoose={(empty) => onFilter({ empty })}
            />
            {((summary?.late ?? 0) > 0 || search.late) && (
              <ChipToggle
                isOn={search.late !== undefined}
                onToggle={() => onFilter({ late: search.late ? undefined : "yes" })}
              >
                Told late
              </ChipToggle>
            )}
          </>
        ) : (
          <Choices
            label="Stands"
            choices={WINNERS}
            chosen={search.winner}
            onChoose={(winner) => onFilter({ winner })}
          />
        )}
      </ChipBar>
    </div>
  );
}

interface ChoicesProps {
  label: string;
  choices: readonly (readonly [value: string, name: string, count?: number])[];
  chosen: string | undefined;
  onChoose: (value: string | undefined) => void;
}

function Choices({ label, choices, chosen, onChoose }: ChoicesProps) {
  const name = choices.find(([value]) => value === chosen)?.[1] ?? chosen;
  return (
    <ChipMenu label={label} chosen={name} isOn={chosen !== undefined}>
      {(close) =>
        choices.map(([value, text, count]) => (
          <button
            key={value}
            type="button"
            aria-pressed={value === chosen}
            onClick={() => {
              onChoose(value === chosen ? undefined : value);
              close();
            }}
            className={cn(
              "flex min-h-8 pointer-coarse:min-h-11 w-full items-center justify-between gap-3 rounded-sm px-2.5 text-left text-sm hover:bg-hover",
              value === chosen && "font-semibold",
            )}
          >
            {text}
            {count !== undefined && (
              <span className="text-muted text-xs tabular-nums">{formatCount(count)}</span>
            )}
          </button>
        ))
      }
    </ChipMenu>
  );
}
