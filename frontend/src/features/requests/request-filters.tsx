import { X } from "lucide-react";
import { useCallback } from "react";
import { Button } from "@/components/ui/button";
import { SearchBox } from "@/components/ui/search-box";
import { Select } from "@/components/ui/select";
import { LANE_NAMES, type RequestSearch, STATUS_CLASSES } from "./filters";
import type { Lane, StatusClass } from "./queries";

const ANY = "any";

interface RequestFiltersProps {
  search: RequestSearch;
  onChange: (change: (now: RequestSearch) => RequestSearch) => void;
}

/** Which requests are listed. */
export function RequestFilters({ search, onChange }: RequestFiltersProps) {
  const onPath = useCallback(
    (path: string) => onChange(({ path: _, open: __, ...now }) => ({ ...now, ...(path && { path }) })),
    [onChange],
  );
  return (
    <div className="flex flex-wrap items-center gap-2 border-b p-3">
      <div className="flex min-w-56 flex-1">
        <SearchBox
          label="Part of the path"
          placeholder="Part of the path, like batch/update"
          value={search.path ?? ""}
          onSearch={onPath}
        />
      </div>
      <Select
        aria-label="How it ended"
        className="w-auto min-w-36 max-sm:flex-1"
        value={search.status ?? ANY}
        onValueChange={(value) =>
          onChange(({ status: _, open: __, ...now }) =>
            value === ANY ? now : { ...now, status: value as StatusClass },
          )
        }
        options={[
          { value: ANY, label: "Any end" },
          ...Object.entries(STATUS_CLASSES).map(([value, label]) => ({ value, label })),
        ]}
      />
      <Select
        aria-label="Lane"
        className="w-auto min-w-32 max-sm:flex-1"
        value={search.lane ?? ANY}
        onValueChange={(value) =>
          onChange(({ lane: _, open: __, ...now }) => (value === ANY ? now : { ...now, lane: value as Lane }))
        }
        options={[
          { value: ANY, label: "All lanes" },
          ...Object.entries(LANE_NAMES).map(([value, label]) => ({ value, label })),
        ]}
      />
      {search.run && (
        <Taken words={`Run ${search.run}`} onRemove={() => onChange(({ run: _, ...now }) => now)} />
      )}
      {search.correlation && (
        <Taken
          words={`Correlation ${search.correlation}`}
          onRemove={() => onChange(({ correlation: _, ...now }) => now)}
        />
      )}
      {search.record && (
        <Taken words={`Record ${search.record}`} onRemove={() => onChange(({ record: _, ...now }) => now)} />
      )}
    </div>
  );
}

/** A filter that came with a link; it can only be taken away. */
function Taken({ words, onRemove }: { words: string; onRemove: () => void }) {
  return (
    <Button className="min-w-0 max-w-full" onClick={onRemove}>
      <span className="truncate">{words}</span>
      <X aria-hidden />
      <span className="sr-only">: show others too</span>
    </Button>
  );
}
