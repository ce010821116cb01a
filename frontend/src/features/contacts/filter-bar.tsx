import { useQuery } from "@tanstack/react-query";
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
  filtersIn,
  SPANS,
  type TimeFilter,
  toggle,
  withoutFilters,
  withPart,
} from "./filters";
import { type Facet, facetQuery } from "./queries";

const CHIP_WIDTHS = ["w-24", "w-28", "w-20", "w-32"];

interface FilterBarProps {
  tenant: string;
  search: ContactSearch;
  onChange: (search: ContactSearch) => void;
}

type ListFacet = Exclude<Facet["name"], "sync">;

/** Filters by values, in the order of their use. */
const LIST_FACETS: Record<ListFacet, string> = {
  email_verification_status: "E-mail verification",
  client_type_vip_status: "VIP status",
  client_type_prospects: "Prospects",
  state: "State",
  owner: "Owner",
  created_side: "Created in",
};

/** What narrows the list: the troubled states as chips at hand, every other filter behind its name. Counts everywhere. */
export function FilterBar({ tenant, search, onChange }: FilterBarProps) {
  const { data: sync, isPending } = useQuery(facetQuery(tenant, filtersIn(search), "sync"));
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
      {isPending &&
        CHIP_WIDTHS.map((width) => <Skeleton key={width} className={`h-7.5 rounded-full ${width}`} />)}
      {Object.entries(LIST_FACETS).map(([name, label]) => (
        <FacetMenu
          key={name}
          tenant={tenant}
          name={name as ListFacet}
          label={label}
          search={search}
          onChange={onChange}
        />
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
}: { name: TimeFilter; label: string } & Omit<FilterBarProps, "tenant">) {
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

function FacetMenu({
  tenant,
  name,
  label,
  search,
  onChange,
}: { name: ListFacet; label: string } & FilterBarProps) {
  const chosen: string[] = search[name] ?? [];
  // A chosen value is called as its field calls it; the others are asked for when somebody looks.
  const { data: facet } = useQuery({
    ...facetQuery(tenant, filtersIn(search), name),
    enabled: chosen.length === 1,
  });
  return (
    <ChipMenu
      label={label}
      chosen={chosen.length > 1 ? String(chosen.length) : labelOf(facet, chosen[0])}
      isOn={chosen.length > 0}
    >
      <FacetValues tenant={tenant} name={name} search={search} onChange={onChange} />
    </ChipMenu>
  );
}

function FacetValues({ tenant, name, search, onChange }: { name: ListFacet } & FilterBarProps) {
  const { data: facet, isError } = useQuery(facetQuery(tenant, filtersIn(search), name));
  const chosen: string[] = search[name] ?? [];
  if (isError) return <p className="p-3 text-muted text-sm">The values could not be read. Open it again.</p>;
  if (!facet) return CHIP_WIDTHS.map((width) => <Skeleton key={width} className="m-2 h-5" />);
  if (facet.values.length === 0) return <p className="p-3 text-muted text-sm">No values here.</p>;
  return facet.values.map(({ value, label, count }) => (
    <FacetValue
      key={value}
      label={
        name === "created_side" ? <SideBadge side={value as Side} /> : label || humanise(value) || "(blank)"
      }
      count={`${facet.is_estimate ? "≈ " : ""}${formatCount(count)}`}
      isOn={chosen.includes(value)}
      onToggle={() => onChange(toggle(search, name, value))}
    />
  ));
}

function labelOf(facet: Facet | undefined, value: string | undefined): string {
  return facet?.values.find((one) => one.value === value)?.label ?? humanise(value ?? "");
}

interface FacetValueProps {
  label: ReactNode;
  count: string;
  isOn: boolean;
  onToggle: () => void;
}

function FacetValue({ label, count, isOn, onToggle }: FacetValueProps) {
  return (
    <label className="flex h-8 pointer-coarse:h-11 cursor-pointer items-center gap-2.5 rounded-sm px-2 text-sm hover:bg-hover">
      <input type="checkbox" checked={isOn} onChange={onToggle} className="size-4 accent-ink" />
      <span className="flex-1 truncate">{label}</span>
      <span className="text-muted text-xs tabular-nums">{count}</span>
    </label>
  );
}
