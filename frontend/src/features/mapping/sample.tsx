import { useQuery } from "@tanstack/react-query";
import { ArrowRight, TriangleAlert } from "lucide-react";
import { SIDE_NAMES, type Side, SideGlyph } from "@/components/ui/side";
import { Skeleton } from "@/components/ui/skeleton";
import { cn } from "@/lib/cn";
import { asProblem } from "@/lib/problem";
import { useDebounced } from "@/lib/use-debounced";
import { type Rule, type SampleRow, type SampleSide, sampleQuery } from "./queries";

const SETTLED_MS = 350;

/** What the rule would make of some real contacts, asked anew as it changes; and what the server says is wrong with it. */
export function useSample(tenant: string, rule: Rule, isEnabled: boolean) {
  const wanted = JSON.stringify(rule); // By what it says: the object is another with each look at the draft.
  const settled = useDebounced(wanted, SETTLED_MS);
  const { data, error, isFetching } = useQuery({
    ...sampleQuery(tenant, JSON.parse(settled) as Rule),
    enabled: isEnabled,
  });
  const problem = isEnabled && error ? asProblem(error) : undefined;
  const faults = new Map(
    (problem?.fields ?? []).map(({ field, message }) => [field.split(".")[1] ?? "rule", message]),
  );
  return {
    rows: problem ? undefined : data,
    problem,
    faults,
    isSettling: isEnabled && (isFetching || settled !== wanted),
  };
}

export type SampleState = ReturnType<typeof useSample>;

/** Real values, before and after, both ways. What cannot cross says why. */
export function Sample({ sample: { rows, problem, isSettling } }: { sample: SampleState }) {
  return (
    <section
      aria-label="On real contacts"
      aria-busy={isSettling}
      className="grid min-w-0 gap-2 lg:sticky lg:top-0"
    >
      <div className="flex items-baseline justify-between gap-3">
        <h3 className="font-medium text-ink-2 text-xs">On real contacts</h3>
        <p className="text-muted text-xs">{isSettling ? "Trying it…" : "Nothing is written"}</p>
      </div>
      {problem ? (
        <p className="rounded-md border border-warn/50 bg-warn-wash px-3 py-2.5 text-sm">
          {problem.fields[0]?.message ?? problem.detail ?? problem.title}
        </p>
      ) : !rows ? (
        <Skeleton className="h-72 w-full rounded-md" />
      ) : rows.length === 0 ? (
        <p className="rounded-md border bg-sunken px-3 py-2.5 text-muted text-sm">No contact to try it on.</p>
      ) : (
        <ul className={cn("divide-y rounded-md border transition-opacity", isSettling && "opacity-55")}>
          {rows.map((row) => (
            <Contact key={row.contact_id ?? row.hubspot_id} row={row} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Contact({ row }: { row: SampleRow }) {
  return (
    <li className="grid gap-1 px-3 py-2">
      <p className="flex items-baseline justify-between gap-3 text-xs">
        <span className="truncate font-medium">{row.name}</span>
        {row.same && <span className="shrink-0 text-muted">the same on both</span>}
      </p>
      <Crossing from="hubspot" value={row.hubspot} nothing="not seen in HubSpot" />
      <Crossing from="loanark" value={row.loanark} nothing="never sent to HubSpot" />
    </li>
  );
}

interface CrossingProps {
  from: Side;
  value: SampleSide | null;
  nothing: string;
}

/** A side's value, and what the other side would make of it. */
function Crossing({ from, value, nothing }: CrossingProps) {
  return (
    <p className="flex min-w-0 items-start gap-2 text-sm">
      <SideGlyph side={from} className="mt-0.5 size-4" />
      <span className="sr-only">{SIDE_NAMES[from]}: </span>
      {value === null ? (
        <span className="text-muted text-xs leading-5">{nothing}</span>
      ) : value.reason ? (
        <span className="min-w-0 break-words text-warn-ink text-xs leading-5">
          <TriangleAlert className="mr-1 inline size-3.5 align-[-2px]" aria-hidden />
          <q>{value.value}</q> cannot cross. {value.reason}
        </span>
      ) : (
        <BeforeAfter {...value} />
      )}
    </p>
  );
}

function BeforeAfter({ value, becomes }: { value: string | null; becomes: string | null }) {
  if (!value && !becomes) return <span className="text-muted">blank</span>;
  const isChanged = value !== becomes;
  return (
    <span className="min-w-0 break-words">
      <span className={cn("whitespace-pre-wrap", isChanged ? "text-ink-2" : "text-muted")}>
        {value || "blank"}
      </span>
      <ArrowRight className="mx-1.5 inline size-3.5 text-muted" aria-label="becomes" />
      <span className={cn(isChanged && "rounded-xs bg-selected px-1 font-medium")}>{becomes || "blank"}</span>
    </span>
  );
}
