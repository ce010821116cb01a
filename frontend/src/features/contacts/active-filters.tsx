import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { ChipBar, ChipRemove } from "@/components/ui/chips";
import { FACETS, type FilterProps, spanLabel, TIMES, valueLabel } from "./filter-values";
import { filtersIn, LIST_FILTERS, type ListFilter, TIME_FILTERS, toggle, withPart } from "./filters";
import { facetQuery } from "./queries";

interface ActiveFiltersProps extends FilterProps {
  /** The name of the view in force. */
  view: string | undefined;
  /** The last one is gone: the focus needs another place. */
  onLast: () => void;
}

/** What is in force, one chip each; touched, it is not. */
export function ActiveFilters({ tenant, search, onChange, view, onLast }: ActiveFiltersProps) {
  const row = useRef<HTMLDivElement>(null);
  const values = LIST_FILTERS.flatMap((name) => (search[name] ?? []).map((value) => ({ name, value })));
  const times = TIME_FILTERS.filter((name) => search[name]);
  if (!view && !search.side && values.length + times.length === 0 && !search.deleted) return null;

  const remove = (next: typeof search) => {
    onChange(next);
    requestAnimationFrame(() => {
      const left = row.current?.querySelector("button");
      if (left) left.focus();
      else onLast();
    });
  };
  return (
    <div ref={row}>
      <ChipBar label="In force">
        {view && (
          <ChipRemove label={`View: ${view}`} onRemove={() => remove(withPart(search, "view", undefined))} />
        )}
        {search.side && (
          <ChipRemove label="HubSpot’s values" onRemove={() => remove(withPart(search, "side", undefined))} />
        )}
        {values.map(({ name, value }) => (
          <ValueChip
            key={`${name} ${value}`}
            tenant={tenant}
            name={name}
            value={value}
            search={search}
            onChange={remove}
          />
        ))}
        {times.map((name) => (
          <ChipRemove
            key={name}
            label={`${TIMES[name]} ${spanLabel(search[name])}`}
            onRemove={() => remove(withPart(search, name, undefined))}
          />
        ))}
        {search.deleted && (
          <ChipRemove label="Deleted" onRemove={() => remove(withPart(search, "deleted", undefined))} />
        )}
      </ChipBar>
    </div>
  );
}

interface ValueChipProps extends FilterProps {
  name: ListFilter;
  value: string;
}

function ValueChip({ tenant, name, value, search, onChange }: ValueChipProps) {
  const { data: facet } = useQuery(facetQuery(tenant, filtersIn(search), name));
  const said = valueLabel(name, value, facet);
  return (
    <ChipRemove
      label={name === "sync" ? said : `${FACETS[name]}: ${said}`}
      onRemove={() => onChange(toggle(search, name, value))}
    />
  );
}
