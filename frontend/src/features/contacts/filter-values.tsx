import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { SIDE_NAMES, type Side, SideBadge } from "@/components/ui/side";
import { Skeleton } from "@/components/ui/skeleton";
import { SYNC_STATES, type SyncState } from "@/components/ui/sync-badge";
import { formatCount, humanise } from "@/lib/format";
import {
  type ContactSearch,
  filtersIn,
  type ListFilter,
  SPANS,
  type TimeFilter,
  toggle,
  withPart,
} from "./filters";
import { type Facet, facetQuery } from "./queries";

export interface FilterProps {
  tenant: string;
  search: ContactSearch;
  onChange: (search: ContactSearch) => void;
}

/** Filters by values, in the order of their use. */
export const FACETS: Record<Exclude<ListFilter, "sync">, string> = {
  email_verification_status: "E-mail verification",
  client_type_vip_status: "VIP status",
  client_type_prospects: "Prospects",
  state: "State",
  owner: "Owner",
  created_side: "Created in",
};

export const TIMES: Record<TimeFilter, string> = { changed: "Changed", created: "Created" };

const SKELETONS = ["w-24", "w-28", "w-20", "w-32"];

/** What a value of a filter is called; where its field calls it something, and that was asked for, so. */
export function valueLabel(name: ListFilter, value: string, facet?: Facet): string {
  if (name === "sync") return SYNC_STATES[value as SyncState]?.label ?? humanise(value);
  if (name === "created_side") return SIDE_NAMES[value as Side] ?? humanise(value);
  return facet?.values.find((one) => one.value === value)?.label || humanise(value) || "(blank)";
}

export const spanLabel = (span: string | null | undefined): string | undefined =>
  span ? `within ${SPANS.find(({ value }) => value === span)?.label}` : undefined;

/** The values of one filter, to be ticked, with how many contacts have each under the other filters. */
export function FacetValues({ tenant, name, search, onChange }: FilterProps & { name: ListFilter }) {
  const { data: facet, isError } = useQuery(facetQuery(tenant, filtersIn(search), name));
  const chosen: string[] = search[name] ?? [];
  if (isError) return <p className="p-3 text-muted text-sm">The values could not be read. Open it again.</p>;
  if (!facet) return SKELETONS.map((width) => <Skeleton key={width} className="m-2 h-5" />);
  if (facet.values.length === 0) return <p className="p-3 text-muted text-sm">No values here.</p>;
  return facet.values.map(({ value, count }) => (
    <Choice
      key={value}
      type="checkbox"
      isOn={chosen.includes(value)}
      onChoose={() => onChange(toggle(search, name, value))}
      aside={`${facet.is_estimate ? "≈ " : ""}${formatCount(count)}`}
    >
      {name === "created_side" ? <SideBadge side={value as Side} /> : valueLabel(name, value, facet)}
    </Choice>
  ));
}

/** Within how long, or whenever. */
export function Spans({ name, search, onChange }: Omit<FilterProps, "tenant"> & { name: TimeFilter }) {
  return [{ value: undefined, label: "any time" }, ...SPANS].map(({ value, label }) => (
    <Choice
      key={label}
      type="radio"
      name={name}
      isOn={(search[name] ?? undefined) === value}
      onChoose={() => onChange(withPart(search, name, value))}
    >
      {value ? `Within ${label}` : "Any time"}
    </Choice>
  ));
}

interface ChoiceProps {
  type: "checkbox" | "radio";
  name?: string;
  isOn: boolean;
  onChoose: () => void;
  aside?: ReactNode;
  children: ReactNode;
}

/** One of some that can be chosen, as a line. */
export function Choice({ type, name, isOn, onChoose, aside, children }: ChoiceProps) {
  return (
    <label className="flex h-8 pointer-coarse:h-11 cursor-pointer items-center gap-2.5 rounded-sm px-2 text-sm hover:bg-hover">
      <input
        type={type}
        name={name}
        checked={isOn}
        onChange={onChoose}
        className="size-4 shrink-0 accent-ink"
      />
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {aside && <span className="shrink-0 text-muted text-xs tabular-nums">{aside}</span>}
    </label>
  );
}
