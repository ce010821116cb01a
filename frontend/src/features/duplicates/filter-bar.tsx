import { ChipBar, ChipMenu, ChipRemove, ChipToggle } from "@/components/ui/chips";
import { cn } from "@/lib/cn";
import { formatCount } from "@/lib/format";
import type { DuplicateSummary } from "./queries";
import { type DuplicateSearch, KINDS } from "./search";
import { KIND_WORDS } from "./words";

export type SearchChange = Partial<Record<keyof DuplicateSearch, string | undefined>>;

interface FilterBarProps {
  search: DuplicateSearch;
  summary: DuplicateSummary | undefined;
  onFilter: (changed: SearchChange) => void;
}

const LIKELY: readonly Choice[] = [
  ["certain", "Certain", "the strict rules let it through"],
  ["likely", "Likely", "at least eight in nine"],
  ["possible", "Possible", "all that is not certain"],
];

/** Which proposals: how likely, by what they were found, and whether somebody new waits for them. */
export function FilterBar({ search, summary, onFilter }: FilterBarProps) {
  const kinds: Choice[] = KINDS.filter((kind) => (summary?.kinds[kind] ?? 0) > 0 || kind === search.kind).map(
    (kind) => [kind, KIND_WORDS[kind], summary?.kinds[kind]],
  );
  return (
    <ChipBar>
      <Choices
        label="How likely"
        choices={LIKELY}
        chosen={search.likely}
        onChoose={(likely) => onFilter({ likely, at: undefined })}
      />
      {kinds.length > 0 && (
        <Choices
          label="Found by"
          choices={kinds}
          chosen={search.kind}
          onChoose={(kind) => onFilter({ kind, at: undefined })}
        />
      )}
      {((summary?.held ?? 0) > 0 || search.held) && (
        <ChipToggle
          isOn={search.held !== undefined}
          onToggle={() => onFilter({ held: search.held ? undefined : "yes", at: undefined })}
        >
          Holds a new contact back
          {summary && <span className="tabular-nums opacity-70">{formatCount(summary.held)}</span>}
        </ChipToggle>
      )}
      {search.contact && (
        <ChipRemove
          label="Only one contact’s"
          onRemove={() => onFilter({ contact: undefined, at: undefined })}
        />
      )}
    </ChipBar>
  );
}

type Choice = [value: string, name: string, note?: string | number | undefined];

interface ChoicesProps {
  label: string;
  choices: readonly Choice[];
  chosen: string | undefined;
  onChoose: (value: string | undefined) => void;
}

function Choices({ label, choices, chosen, onChoose }: ChoicesProps) {
  const name = choices.find(([value]) => value === chosen)?.[1] ?? chosen;
  return (
    <ChipMenu label={label} chosen={name} isOn={chosen !== undefined}>
      {(close) =>
        choices.map(([value, text, note]) => (
          <button
            key={value}
            type="button"
            aria-pressed={value === chosen}
            onClick={() => {
              onChoose(value === chosen ? undefined : value);
              close();
            }}
            className={cn(
              "flex min-h-8 pointer-coarse:min-h-11 w-full items-center justify-between gap-3 rounded-sm px-2.5 py-1 text-left text-sm hover:bg-hover",
              value === chosen && "font-semibold",
            )}
          >
            {text}
            {note !== undefined && (
              <span className="text-right font-normal text-muted text-xs tabular-nums">
                {typeof note === "number" ? formatCount(note) : note}
              </span>
            )}
          </button>
        ))
      }
    </ChipMenu>
  );
}
