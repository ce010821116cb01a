import { Trash2, X } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { ChipBar, ChipMenu, ChipToggle } from "@/components/ui/chips";
import { type Side, SideBadge } from "@/components/ui/side";
import { Skeleton } from "@/components/ui/skeleton";
import { SYNC_STATES, type SyncState } from "@/components/ui/sync-badge";
import { cn } from "@/lib/cn";
import { formatCount, humanise } from "@/lib/format";
import {
  type ContactSearch,
  countFilters,
  SPANS,
  type TimeFilter,
  toggle,
  withoutFilters,
  withPart,
} from "./filters";
import type { Facet } from "./queries";

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
    <ChipBar>
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
      <TimeMenu name="changed" label="Changed" search={search} onChange={onChange} />
      <TimeMenu name="created" label="Created" search={search} onChange={onChange} />
      <ChipToggle
        isOn={search.deleted ?? false}
        onToggle={() => onChange(withPart(search, "deleted", search.deleted ? undefined : true))}
      >
        <Trash2 className="size-3.5" aria-hidden /> Deleted
      </ChipToggle>
      {countFilters(search) > 0 && (
        <Button kind="quiet" size="sm" onClick={() => onChange(withoutFilters(search))}>
          <X aria-hidden /> Clear
        </Button>
      )}
    </ChipBar>
  );
}

function TimeMenu({
  name,
  label,
  search,
  onChange,
}: { name: TimeFilter; label: string } & Omit<FilterBarProps, "facets">) {
  const chosen = search[name] ?? undefined;
  return (
    <ChipMenu
      label={label}
      chosen={`within ${SPANS.find(({ value }) => value === chosen)?.label}`}
      isOn={chosen !== undefined}
      className="w-48"
    >
      {(close) =>
        [{ value: undefined, label: "Any time" }, ...SPANS].map((span) => (
          <label
            key={span.label}
            className="flex h-8 pointer-coarse:h-11 cursor-pointer items-center gap-2.5 rounded-sm px-2 text-sm hover:bg-hover"
          >
            <input
              type="radio"
              name={name}
              checked={chosen === span.value}
              onChange={() => {
                onChange(withPart(search, name, span.value));
                close();
              }}
              className="size-4 accent-ink"
            />
            {span.value ? `Within ${span.label}` : span.label}
          </label>
        ))
      }
    </ChipMenu>
  );
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
    <ChipToggle isOn={isOn} onToggle={onToggle}>
      <Icon className={cn("size-3.5", !isOn && STATE_COLOURS[state])} aria-hidden />
      {label}
      <span className={cn("tabular-nums", !isOn && "text-muted")}>{formatCount(count)}</span>
    </ChipToggle>
  );
}

const STATE_COLOURS: Partial<Record<SyncState, string>> = { conflict: "text-ask", failing: "text-bad" };

function FacetMenu({ facet, search, onChange }: { facet: Facet } & Omit<FilterBarProps, "facets">) {
  const chosen: string[] = facet.name === "sync" ? [] : (search[facet.name] ?? []);
  return (
    <ChipMenu
      label={facet.label}
      chosen={
        chosen.length > 1 ? String(chosen.length) : chosen[0] === undefined ? "" : labelOf(facet, chosen[0])
      }
      isOn={chosen.length > 0}
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
    </ChipMenu>
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
