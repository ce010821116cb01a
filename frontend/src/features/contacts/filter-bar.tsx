import { ChevronDown, Trash2, X } from "lucide-react";
import { Popover } from "radix-ui";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { type Side, SideBadge } from "@/components/ui/side";
import { Skeleton } from "@/components/ui/skeleton";
import { SYNC_STATES, type SyncState } from "@/components/ui/sync-badge";
import { cn } from "@/lib/cn";
import { formatCount, humanise } from "@/lib/format";
import { type ContactSearch, countFilters, toggle } from "./filters";
import type { Facet } from "./queries";

const chipStyle =
  "inline-flex h-7.5 shrink-0 items-center gap-1.5 rounded-full border px-3 font-medium text-xs transition-colors hover:bg-hover pointer-coarse:h-10";
const chosenStyle = "border-ink bg-ink text-on-ink hover:bg-ink-2";

const CHIP_WIDTHS = ["w-24", "w-28", "w-20", "w-32"];

interface FilterBarProps {
  /** Undefined while they are being counted. */
  facets: Facet[] | undefined;
  search: ContactSearch;
  onChange: (search: ContactSearch) => void;
}

/** What narrows the list: the troubled states as chips at hand, every other filter behind its name. Counts everywhere. */
export function FilterBar({ facets, search, onChange }: FilterBarProps) {
  const sync = facets?.find(({ name }) => name === "sync");
  return (
    <fieldset
      aria-label="Filters"
      className="-mx-4 flex min-w-0 items-center gap-1.5 overflow-x-auto px-4 py-1 md:mx-0 md:flex-wrap md:overflow-visible md:px-0"
    >
      {sync?.values
        .filter(
          ({ value, count }) =>
            value !== "in_sync" && (count > 0 || search.sync?.includes(value as SyncState)),
        )
        .map(({ value, count }) => (
          <SyncChip
            key={value}
            state={value as SyncState}
            count={count}
            isOn={search.sync?.includes(value as SyncState) ?? false}
            onToggle={() => onChange(toggle(search, "sync", value))}
          />
        ))}
      {!facets &&
        CHIP_WIDTHS.map((width) => <Skeleton key={width} className={`h-7.5 rounded-full ${width}`} />)}
      {facets
        ?.filter(({ name }) => name !== "sync")
        .map((facet) => (
          <FacetMenu key={facet.name} facet={facet} search={search} onChange={onChange} />
        ))}
      <button
        type="button"
        aria-pressed={search.deleted ?? false}
        onClick={() => onChange(search.deleted ? omitDeleted(search) : { ...search, deleted: true })}
        className={cn(chipStyle, search.deleted ? chosenStyle : "bg-surface text-ink-2")}
      >
        <Trash2 className="size-3.5" aria-hidden /> Deleted
      </button>
      {countFilters(search) > 0 && (
        <Button kind="quiet" size="sm" onClick={() => onChange(keepSearchOnly(search))}>
          <X aria-hidden /> Clear
        </Button>
      )}
    </fieldset>
  );
}

function omitDeleted({ deleted: _, ...rest }: ContactSearch): ContactSearch {
  return rest;
}

function keepSearchOnly({ search, sort }: ContactSearch): ContactSearch {
  return { ...(search && { search }), ...(sort && { sort }) };
}

interface SyncChipProps {
  state: SyncState;
  count: number;
  isOn: boolean;
  onToggle: () => void;
}

function SyncChip({ state, count, isOn, onToggle }: SyncChipProps) {
  const { label, icon: Icon } = SYNC_STATES[state];
  return (
    <button
      type="button"
      aria-pressed={isOn}
      onClick={onToggle}
      className={cn(chipStyle, isOn ? chosenStyle : "bg-surface text-ink-2")}
    >
      <Icon className={cn("size-3.5", !isOn && STATE_COLOURS[state])} aria-hidden />
      {label}
      <span className={cn("tabular-nums", !isOn && "text-muted")}>{formatCount(count)}</span>
    </button>
  );
}

const STATE_COLOURS: Partial<Record<SyncState, string>> = { conflict: "text-ask", failing: "text-bad" };

function FacetMenu({ facet, search, onChange }: { facet: Facet } & Omit<FilterBarProps, "facets">) {
  const chosen: string[] = facet.name === "sync" ? [] : (search[facet.name] ?? []);
  return (
    <Popover.Root>
      <Popover.Trigger className={cn(chipStyle, chosen.length > 0 ? chosenStyle : "bg-surface text-ink-2")}>
        {facet.label}
        {chosen.length > 0 && <span>{chosen.length === 1 ? labelOf(facet, chosen[0]) : chosen.length}</span>}
        <ChevronDown className="size-3.5 opacity-60" aria-hidden />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={6}
          collisionPadding={8}
          aria-label={`Filter by ${facet.label}`}
          className="appear z-50 max-h-80 w-60 overflow-y-auto rounded-lg border bg-surface p-1 shadow-high"
        >
          {facet.values.length === 0 && <p className="p-3 text-muted text-sm">No values here.</p>}
          {facet.values.map(({ value, label, count }) => (
            <FacetValue
              key={value}
              label={
                facet.name === "created_side" ? (
                  <SideBadge side={value as Side} />
                ) : (
                  label || humanise(value) || "(blank)"
                )
              }
              count={count}
              isOn={chosen.includes(value)}
              onToggle={() => onChange(toggle(search, facet.name, value))}
            />
          ))}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function labelOf(facet: Facet, value: string | undefined): string {
  return facet.values.find((one) => one.value === value)?.label ?? humanise(value ?? "");
}

interface FacetValueProps {
  label: ReactNode;
  count: number;
  isOn: boolean;
  onToggle: () => void;
}

function FacetValue({ label, count, isOn, onToggle }: FacetValueProps) {
  return (
    <label className="flex h-8 pointer-coarse:h-11 cursor-pointer items-center gap-2.5 rounded-sm px-2 text-sm hover:bg-hover">
      <input type="checkbox" checked={isOn} onChange={onToggle} className="size-4 accent-ink" />
      <span className="flex-1 truncate">{label}</span>
      <span className="text-muted text-xs tabular-nums">{formatCount(count)}</span>
    </label>
  );
}
