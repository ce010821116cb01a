import { useState } from "react";
import { Panel } from "@/components/ui/card";
import { SIDE_NAMES, type Side, SideGlyph } from "@/components/ui/side";
import { cn } from "@/lib/cn";
import { formatCount, formatHour } from "@/lib/format";
import type { ActivityPoint } from "./queries";

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

interface ChartProps {
  points: ActivityPoint[];
  at: number | null;
  onPoint: (index: number | null) => void;
}

/** A bar an hour: both sides to one scale, from one line. Whatever is not nothing can be seen. */
function Chart({ points, at, onPoint }: ChartProps) {
  const most = (side: Side) => Math.max(0, ...points.map((point) => point[side]));
  const scale = Math.max(1, most("hubspot") + most("loanark"));
  const rows = `${Math.max(0.08, most("hubspot") / scale)}fr ${Math.max(0.08, most("loanark") / scale)}fr`;
  return (
    <div
      aria-hidden
      className="flex h-44 touch-pan-y"
      onPointerMove={(event) => {
        const box = event.currentTarget.getBoundingClientRect();
        const index = Math.floor(((event.clientX - box.left) / box.width) * points.length);
        onPoint(Math.min(points.length - 1, Math.max(0, index)));
      }}
      onPointerLeave={() => onPoint(null)}
    >
      {points.map((point, index) => (
        <div
          key={point.at}
          className={cn("grid min-w-0 flex-1 rounded-xs", index === at && "bg-hover")}
          style={{ gridTemplateRows: rows }}
        >
          <Bar side="hubspot" share={share(point.hubspot, most("hubspot"))} />
          <Bar side="loanark" share={share(point.loanark, most("loanark"))} />
        </div>
      ))}
    </div>
  );
}

const share = (count: number, most: number) => (most === 0 ? 0 : count / most);

function Bar({ side, share }: { side: Side; share: number }) {
  const isUp = side === "hubspot";
  return (
    <div
      className={cn("flex min-h-0 px-[12%]", isUp ? "items-end border-line-strong border-b" : "items-start")}
    >
      {share > 0 && (
        <div
          className={cn("min-h-0.75 w-full", isUp ? "rounded-t-xs bg-hubspot" : "rounded-b-xs bg-loanark")}
          style={{ height: `${share * 100}%` }}
        />
      )}
    </div>
  );
}

const HOURS_A_MARK = 6;

function Hours({ points }: { points: ActivityPoint[] }) {
  return (
    <p aria-hidden className="relative mt-2 flex text-2xs text-muted tabular-nums">
      {points
        .filter((_, index) => index % HOURS_A_MARK === 0)
        .map((point) => (
          <span key={point.at} className="flex-1">
            {formatHour(point.at)}
          </span>
        ))}
      <span className="absolute right-0">now</span>
    </p>
  );
}

function DataTable({ points }: { points: ActivityPoint[] }) {
  return (
    // Around the table: a table itself keeps its height, seen or not, and so makes the page longer.
    <div className="sr-only">
      <table>
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
    </div>
  );
}
