import { useQuery } from "@tanstack/react-query";
import { Trash2, X } from "lucide-react";
import { Button } from "@/components/ui/button";
import { ChipBar, ChipMenu, ChipToggle } from "@/components/ui/chips";
import { SYNC_STATES, type SyncState } from "@/components/ui/sync-badge";
import { cn } from "@/lib/cn";
import { formatCount } from "@/lib/format";
import { FACETS, FacetValues, type FilterProps, Spans, spanLabel, TIMES, valueLabel } from "./filter-values";
import {
  countFilters,
  filtersIn,
  type ListFilter,
  type TimeFilter,
  toggle,
  withoutFilters,
  withPart,
} from "./filters";
import { facetQuery } from "./queries";

/** The troubled states as chips at hand. Who stands above the list's filters moves nothing when the counts come. */
export function StateChips({ tenant, search, onChange }: FilterProps) {
  const { data: sync } = useQuery(facetQuery(tenant, filtersIn(search), "sync"));
  const isOn = (state: string) => search.sync?.includes(state as SyncState) ?? false;
  const shown = sync?.values.filter(({ value, count }) => value !== "in_sync" && (count > 0 || isOn(value)));
  if (!shown?.length) return null;
  return (
    <ChipBar label="Sync">
      {shown.map(({ value, count }) => (
        <SyncChip
          key={value}
          state={value as SyncState}
          count={count}
          isOn={isOn(value)}
          onToggle={() => onChange(toggle(search, "sync", value))}
        />
      ))}
    </ChipBar>
  );
}

/** What narrows the list, each filter behind its name, with counts. */
export function FilterBar({ tenant, search, onChange }: FilterProps) {
  return (
    <ChipBar>
      {Object.entries(FACETS).map(([name, label]) => (
        <FacetMenu
          key={name}
          tenant={tenant}
          name={name as ListFilter}
          label={label}
          search={search}
          onChange={onChange}
        />
      ))}
      {Object.entries(TIMES).map(([name, label]) => (
        <TimeMenu key={name} name={name as TimeFilter} label={label} search={search} onChange={onChange} />
      ))}
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
}: { name: TimeFilter; label: string } & Omit<FilterProps, "tenant">) {
  return (
    <ChipMenu label={label} chosen={spanLabel(search[name])} isOn={Boolean(search[name])} className="w-48">
      {(close) => (
        <Spans
          name={name}
          search={search}
          onChange={(next) => {
            onChange(next);
            close();
          }}
        />
      )}
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

function FacetMenu({
  tenant,
  name,
  label,
  search,
  onChange,
}: { name: ListFilter; label: string } & FilterProps) {
  const chosen: string[] = search[name] ?? [];
  // A chosen value is called as its field calls it; the others are asked for when somebody looks.
  const { data: facet } = useQuery({
    ...facetQuery(tenant, filtersIn(search), name),
    enabled: chosen.length === 1,
  });
  return (
    <ChipMenu
      label={label}
      chosen={chosen.length > 1 ? String(chosen.length) : valueLabel(name, chosen[0] ?? "", facet)}
      isOn={chosen.length > 0}
    >
      <FacetValues tenant={tenant} name={name} search={search} onChange={onChange} />
    </ChipMenu>
  );
}
