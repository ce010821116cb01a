import { cn } from "@/lib/cn";
import { formatCount } from "@/lib/format";
import { SIDE_NAMES, type Side, SideGlyph } from "./side";

/** Bars of both sides from one line, HubSpot's above it and LoanArk's below: told apart by place, then by colour. */

type Counts = Record<Side, number>;

/** The most of each side, and the rows of the grid that keep both to one scale. `least`: a side's row at its lowest. */
export function scaleOf(points: readonly Counts[], least: number): { most: Counts; rows: string } {
  const mostOf = (side: Side) => Math.max(0, ...points.map((point) => point[side]));
  const most = { hubspot: mostOf("hubspot"), loanark: mostOf("loanark") };
  const scale = Math.max(1, most.hubspot + most.loanark);
  const row = (side: Side) => `${Math.max(least, most[side] / scale)}fr`;
  return { most, rows: `${row("hubspot")} ${row("loanark")}` };
}

interface SideBarProps {
  side: Side;
  count: number;
  most: number;
  className?: string;
}

/** Whatever is not nothing can be seen. */
export function SideBar({ side, count, most, className }: SideBarProps) {
  const isUp = side === "hubspot";
  return (
    <span
      className={cn(
        "flex min-h-0",
        isUp ? "items-end border-line-strong border-b" : "items-start",
        className,
      )}
    >
      {count > 0 && (
        <span
          className={cn(
            "min-h-0.75 w-full",
            "forced-color-adjust-none",
            isUp ? "rounded-t-xs bg-hubspot" : "rounded-b-xs bg-loanark",
          )}
          style={{ height: `${(count / most) * 100}%` }}
        />
      )}
    </span>
  );
}

/** What a side's bars are of, and how much. */
export function SideLegend({ side, count }: { side: Side; count: number }) {
  return (
    <span className="flex items-center gap-1.5">
      <SideGlyph side={side} className="size-4" />
      {SIDE_NAMES[side]}
      <span className="font-semibold text-ink">{formatCount(count)}</span>
    </span>
  );
}
