import type { ReactNode } from "react";
import { cn } from "@/lib/cn";

interface ChartSliderProps {
  label: string;
  /** How many points there are; the one that is read, if any, and what it says. */
  count: number;
  at: number | null;
  onPoint: (index: number | null) => void;
  textOf: (index: number) => string | undefined;
  className?: string;
  children: ReactNode;
}

/** A chart of points side by side that is read point by point, by pointer or by arrows; the last one being now. */
export function ChartSlider({ label, count, at, onPoint, textOf, className, children }: ChartSliderProps) {
  const last = count - 1;
  const now = at ?? last;
  const keys: Record<string, number> = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: last };
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={last}
      aria-valuenow={now}
      aria-valuetext={textOf(now)}
      className={cn("flex touch-pan-y", className)}
      onKeyDown={(event) => {
        if (event.key === "Escape") return onPoint(null);
        const next = keys[event.key];
        if (next === undefined) return;
        event.preventDefault();
        onPoint(Math.min(last, Math.max(0, next)));
      }}
      onBlur={() => onPoint(null)}
      onPointerMove={(event) => {
        const box = event.currentTarget.getBoundingClientRect();
        const index = Math.floor(((event.clientX - box.left) / box.width) * count);
        onPoint(Math.min(last, Math.max(0, index)));
      }}
      onPointerLeave={() => onPoint(null)}
    >
      {children}
    </div>
  );
}
