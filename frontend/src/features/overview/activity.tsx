import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Panel } from "@/components/ui/card";
import { ChartSlider } from "@/components/ui/chart-slider";
import type { Side } from "@/components/ui/side";
import { SideBar, SideLegend, scaleOf } from "@/components/ui/side-bars";
import { cn } from "@/lib/cn";
import { formatDate, formatDayOfMonth, formatHour, plural } from "@/lib/format";
import { type ActivityPoint, activityQuery, type Span } from "./queries";

const SPANS: Record<Span, { name: string; step: string; marks: number }> = {
  "24h": { name: "24 hours", step: "one hour", marks: 6 },
  "7d": { name: "7 days", step: "six hours", marks: 4 },
  "30d": { name: "30 days", step: "one day", marks: 5 },
};

interface ActivityProps {
  tenant: string;
  /** The last 24 hours, which the dashboard knows already. */
  points: ActivityPoint[];
}

/** Changes by the side they came from: HubSpot above the water, LoanArk below. Told apart by place, then by colour. */
export function Activity({ tenant, points: lastDay }: ActivityProps) {
  const [span, setSpan] = useState<Span>("24h");
  const { data } = useQuery(activityQuery(tenant, span));
  const [at, setAt] = useState<number | null>(null);
  const points = span === "24h" || !data ? lastDay : data.points;
  // While another span is asked for, the one before is shown under its own name.
  const shownSpan = span === "24h" || !data ? "24h" : data.span;
  const shown = at === null ? undefined : points[at];
  const sum = (side: Side) => points.reduce((total, point) => total + point[side], 0);
  return (
    <Panel title="Changes" aside={<Spans chosen={span} onChoose={setSpan} />} bodyClassName="flex flex-col">
      <p
        className="mb-3 flex flex-wrap items-center gap-x-4 gap-y-1 text-muted text-xs tabular-nums"
        aria-live="polite"
      >
        <SideLegend side="hubspot" count={shown?.hubspot ?? sum("hubspot")} />
        <SideLegend side="loanark" count={shown?.loanark ?? sum("loanark")} />
        <span>
          {shown
            ? `${momentOf(shown.at, shownSpan)}, ${SPANS[shownSpan].step}`
            : `in the last ${SPANS[shownSpan].name}`}
        </span>
        {data && !shown && (
          <span className="ml-auto">
            {plural(data.recent, "change")} in the last {data.recent_minutes} min
          </span>
        )}
      </p>
      {sum("hubspot") + sum("loanark") === 0 ? (
        <p className="grid h-44 place-items-center text-muted text-sm">No contact changed on either side.</p>
      ) : (
        <Chart points={points} span={shownSpan} at={at} onPoint={setAt} />
      )}
      <Marks points={points} span={shownSpan} />
      <DataTable points={points} span={shownSpan} />
    </Panel>
  );
}

const momentOf = (at: string, span: Span) =>
  span === "24h" ? formatHour(at) : span === "30d" ? formatDate(at) : `${formatDate(at)}, ${formatHour(at)}`;

function Spans({ chosen, onChoose }: { chosen: Span; onChoose: (span: Span) => void }) {
  return (
    <fieldset className="flex rounded-md border bg-sunken p-0.5">
      <legend className="sr-only">Over how long</legend>
      {(Object.keys(SPANS) as Span[]).map((span) => (
        <button
          key={span}
          type="button"
          aria-pressed={span === chosen}
          onClick={() => onChoose(span)}
          className={cn(
            "h-6 pointer-coarse:h-11 rounded-sm px-2.5 font-medium text-muted text-xs hover:text-ink",
            span === chosen && "bg-surface text-ink shadow-low",
          )}
        >
          <span aria-hidden>{span.replace("h", " h").replace("d", " d")}</span>
          <span className="sr-only">{SPANS[span].name}</span>
        </button>
      ))}
    </fieldset>
  );
}

interface ChartProps {
  points: ActivityPoint[];
  span: Span;
  at: number | null;
  onPoint: (index: number | null) => void;
}

/** A bar a step: both sides to one scale, from one line. Whatever is not nothing can be seen. Read by pointer or arrows. */
function Chart({ points, span, at, onPoint }: ChartProps) {
  const { most, rows } = scaleOf(points, 0.08);
  const textOf = ({ at, hubspot, loanark }: ActivityPoint) =>
    `${momentOf(at, span)}: HubSpot ${hubspot}, LoanArk ${loanark}`;
  return (
    <ChartSlider
      label="Changes over time"
      count={points.length}
      at={at}
      onPoint={onPoint}
      textOf={(index) => points[index] && textOf(points[index])}
      className="h-44"
    >
      {points.map((point, index) => (
        <div
          key={point.at}
          className={cn("grid min-w-0 flex-1 rounded-xs", index === at && "bg-selected")}
          style={{ gridTemplateRows: rows }}
        >
          <SideBar side="hubspot" count={point.hubspot} most={most.hubspot} className="px-[12%]" />
          <SideBar side="loanark" count={point.loanark} most={most.loanark} className="px-[12%]" />
        </div>
      ))}
    </ChartSlider>
  );
}

function Marks({ points, span }: { points: ActivityPoint[]; span: Span }) {
  return (
    <p aria-hidden className="relative mt-2 flex text-2xs text-muted tabular-nums">
      {points
        .filter((_, index) => index % SPANS[span].marks === 0)
        .map((point) => (
          <span key={point.at} className="flex-1 truncate">
            {span === "24h" ? formatHour(point.at) : formatDayOfMonth(point.at)}
          </span>
        ))}
      <span className="absolute right-0 bg-surface pl-1">now</span>
    </p>
  );
}

function DataTable({ points, span }: { points: ActivityPoint[]; span: Span }) {
  return (
    // Around the table: a table itself keeps its height, seen or not, and so makes the page longer.
    <div className="sr-only">
      <table>
        <caption>Changed contacts by side, {SPANS[span].step} a row</caption>
        <thead>
          <tr>
            <th>From</th>
            <th>HubSpot</th>
            <th>LoanArk</th>
          </tr>
        </thead>
        <tbody>
          {points.map((point) => (
            <tr key={point.at}>
              <th>{momentOf(point.at, span)}</th>
              <td>{point.hubspot}</td>
              <td>{point.loanark}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
