import { formatMs, plural } from "@/lib/format";
import { type Side, SideBadge } from "./side";

interface Times {
  edits: number;
  median_ms: number | null;
  p95_ms: number | null;
}

interface Lag {
  hours: number;
  to_hubspot: Times;
  to_loanark: Times;
}

/** How long edits took to the other side lately, each way: half of them, and nearly all. */
export function LagLine({ lag }: { lag: Lag }) {
  const ways: [Side, Times][] = [
    ["hubspot", lag.to_hubspot],
    ["loanark", lag.to_loanark],
  ];
  return (
    <section aria-label="How long edits take" className="text-xs">
      <h3 className="font-medium text-ink-2">How long edits took, the last {lag.hours} hours</h3>
      <ul className="mt-1 grid gap-1">
        {ways.map(([side, { edits, median_ms: median, p95_ms: p95 }]) => (
          <li key={side} className="flex flex-wrap items-center justify-between gap-x-3">
            <span className="flex items-center gap-1 text-muted">
              to <SideBadge side={side} />
            </span>
            {median === null || p95 === null ? (
              <span className="text-muted">no edit</span>
            ) : (
              <span className="tabular-nums" title={plural(edits, "edit")}>
                half within <span className="font-medium">{formatMs(median)}</span>, 95 of 100 within{" "}
                <span className="font-medium">{formatMs(p95)}</span>
              </span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
