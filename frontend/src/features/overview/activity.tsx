import { useId, useState } from "react";
import { Panel } from "@/components/ui/card";
import { SIDE_NAMES, type Side, SideGlyph } from "@/components/ui/side";
import { formatCount, formatHour } from "@/lib/format";
import type { ActivityPoint } from "./queries";

const WIDTH = 720;
const HEIGHT = 190;
/** Room around the curves, so that no line is cut. */
const MARGIN = 6;

/** Changes by the side they came from: HubSpot above the water, LoanArk below. Told apart by place, then by colour. */
export function Activity({ points }: { points: ActivityPoint[] }) {
  const [at, setAt] = useState<number | null>(null);
  const shown = at === null ? undefined : points[at];
  const sum = (side: Side) => points.reduce((total, point) => total + point[side], 0);
  return (
    <Panel
      title="Changes in the last 24 hours"
      aside={
        <p className="flex gap-4 text-muted text-xs tabular-nums">
          <span className="hidden sm:inline">{shown ? `${formatHour(shown.at)}, one hour` : ""}</span>
          <Legend side="hubspot" count={shown?.hubspot ?? sum("hubspot")} />
          <Legend side="loanark" count={shown?.loanark ?? sum("loanark")} />
        </p>
      }
    >
      {sum("hubspot") + sum("loanark") === 0 ? (
        <p className="grid h-44 place-items-center text-muted text-sm">No contact changed on either side.</p>
      ) : (
        <Chart points={points} at={at} onPoint={setAt} />
      )}
      <Hours points={points} />
      <DataTable points={points} />
    </Panel>
  );
}

function Legend({ side, count }: { side: Side; count: number }) {
  return (
    <span className="flex items-center gap-1.5">
      <SideGlyph side={side} className="size-4" />
      <span className="sr-only sm:not-sr-only">{SIDE_NAMES[side]}</span>
      <span className="font-semibold text-ink">{formatCount(count)}</span>
    </span>
  );
}

/** A curve through the points that never overshoots them. */
function curve(values: [number, number][]): string {
  return values
    .map(([x, y], index) => {
      const [beforeX, beforeY] = values[index - 1] ?? [x, y];
      const middle = (beforeX + x) / 2;
      return index === 0 ? `M${x},${y}` : `C${middle},${beforeY} ${middle},${y} ${x},${y}`;
    })
    .join(" ");
}

interface ChartProps {
  points: ActivityPoint[];
  at: number | null;
  onPoint: (index: number | null) => void;
}

function Chart({ points, at, onPoint }: ChartProps) {
  const id = useId();
  const most = (side: Side) => Math.max(2, ...points.map((point) => point[side]));
  // The line both sides stand on: HubSpot grows upwards from it, LoanArk downwards, to one scale.
  const unit = (HEIGHT - 2 * MARGIN) / (most("hubspot") + most("loanark"));
  const base = MARGIN + most("hubspot") * unit;
  const step = WIDTH / Math.max(1, points.length - 1);
  const line = (side: Side, sign: 1 | -1) =>
    curve(points.map((point, index) => [index * step, base - sign * point[side] * unit]));
  const area = (path: string) => (path === "" ? "" : `${path} L${WIDTH},${base} L0,${base} Z`);
  const [hubspot, loanark] = [line("hubspot", 1), line("loanark", -1)];
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      className="h-44 w-full touch-pan-y overflow-visible"
      aria-hidden
      onPointerMove={(event) => {
        const box = event.currentTarget.getBoundingClientRect();
        const index = Math.round(((event.clientX - box.left) / box.width) * (points.length - 1));
        onPoint(Math.min(points.length - 1, Math.max(0, index)));
      }}
      onPointerLeave={() => onPoint(null)}
    >
      <defs>
        <linearGradient id={`${id}-up`} x1="0" x2="0" y1="0" y2="1">
          <stop offset="0" className="[stop-color:var(--hubspot)]" stopOpacity="0.32" />
          <stop offset="1" className="[stop-color:var(--hubspot)]" stopOpacity="0.04" />
        </linearGradient>
        <linearGradient id={`${id}-down`} x1="0" x2="0" y1="1" y2="0">
          <stop offset="0" className="[stop-color:var(--loanark)]" stopOpacity="0.32" />
          <stop offset="1" className="[stop-color:var(--loanark)]" stopOpacity="0.04" />
        </linearGradient>
      </defs>
      <path d={area(hubspot)} fill={`url(#${id}-up)`} />
      <path d={area(loanark)} fill={`url(#${id}-down)`} />
      <g fill="none" strokeWidth="1.75" vectorEffect="non-scaling-stroke">
        <path d={hubspot} className="stroke-hubspot" vectorEffect="non-scaling-stroke" />
        <path d={loanark} className="stroke-loanark" vectorEffect="non-scaling-stroke" />
      </g>
      <path d={`M0,${base} H${WIDTH}`} className="stroke-line-strong" vectorEffect="non-scaling-stroke" />
      {at !== null && (
        <path
          d={`M${at * step},0 V${HEIGHT}`}
          className="stroke-ink"
          strokeDasharray="2 3"
          vectorEffect="non-scaling-stroke"
        />
      )}
    </svg>
  );
}

function Hours({ points }: { points: ActivityPoint[] }) {
  const marks = [0, 0.25, 0.5, 0.75, 1].map((share) => points[Math.round(share * (points.length - 1))]);
  return (
    <p aria-hidden className="mt-2 flex justify-between text-2xs text-muted tabular-nums">
      {marks.map((point) => point && <span key={point.at}>{formatHour(point.at)}</span>)}
    </p>
  );
}

function DataTable({ points }: { points: ActivityPoint[] }) {
  return (
    <table className="sr-only">
      <caption>Changed contacts by hour and side</caption>
      <thead>
        <tr>
          <th>Hour</th>
          <th>HubSpot</th>
          <th>LoanArk</th>
        </tr>
      </thead>
      <tbody>
        {points.map((point) => (
          <tr key={point.at}>
            <th>{formatHour(point.at)}</th>
            <td>{point.hubspot}</td>
            <td>{point.loanark}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
