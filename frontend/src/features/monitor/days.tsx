import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import type { Side } from "@/components/ui/side";
import { SideBar, SideLegend, scaleOf } from "@/components/ui/side-bars";
import { cn } from "@/lib/cn";
import { formatCivilDate, formatCount, plural } from "@/lib/format";
import type { DayOut } from "./queries";

interface DaysProps {
  days: DayOut[];
  /** The day the list below is narrowed to, `2026-11-26`. */
  chosen: string | undefined;
  onChoose: (day: string | undefined) => void;
}

/** A bar a day: changes by side above and below the line, a mark for runs. A bar narrows the list below. */
export function Days({ days, chosen, onChoose }: DaysProps) {
  const [at, setAt] = useState<string | null>(null);
  const shown = days.find(({ day }) => day === (at ?? chosen));
  const sum = (side: Side) => days.reduce((total, day) => total + day[side], 0);
  return (
    <div>
      <p className="mb-2 flex flex-wrap items-center gap-x-4 gap-y-1 text-muted text-xs tabular-nums">
        <span className="font-medium text-ink-2">
          {shown ? nameOf(shown.day) : `Changes, the last ${days.length} days`}
        </span>
        <SideLegend side="hubspot" count={shown?.hubspot ?? sum("hubspot")} />
        <SideLegend side="loanark" count={shown?.loanark ?? sum("loanark")} />
        <span className="ml-auto">
          {shown ? plural(shown.runs, "run") : plural(total(days, "runs"), "run")}
          {(shown?.troubled ?? total(days, "troubled")) > 0 &&
            `, ${formatCount(shown?.troubled ?? total(days, "troubled"))} not whole`}
        </span>
      </p>
      <Bars days={days} chosen={chosen} onChoose={onChoose} onPoint={setAt} />
      <p aria-hidden className="mt-1 flex justify-between text-2xs text-muted tabular-nums">
        <span className="max-sm:hidden">{days[0] && shortOf(days[0].day)}</span>
        <span className="sm:hidden">{days.at(-PHONE_DAYS) && shortOf(days.at(-PHONE_DAYS)?.day ?? "")}</span>
        <span>today</span>
      </p>
    </div>
  );
}

/** So many bars are wide enough for a thumb. */
const PHONE_DAYS = 14;

const total = (days: DayOut[], what: "runs" | "troubled") => days.reduce((sum, day) => sum + day[what], 0);
const nameOf = (day: string) => formatCivilDate(day);
const shortOf = (day: string) => formatCivilDate(day).replace(/,.*/, "");

interface BarsProps extends DaysProps {
  onPoint: (day: string | null) => void;
}

/** One stop of the tabulator; arrows walk along the days, Enter chooses one, and again lets it go. */
function Bars({ days, chosen, onChoose, onPoint }: BarsProps) {
  const [focused, setFocused] = useState(Math.max(0, days.length - 1));
  const list = useRef<HTMLUListElement>(null);
  const chosenAt = days.findIndex(({ day }) => day === chosen);
  const stop = chosenAt >= 0 ? chosenAt : Math.min(focused, days.length - 1);
  const wantsFocus = useRef(false);
  useEffect(() => {
    if (!wantsFocus.current) return;
    wantsFocus.current = false;
    list.current?.querySelectorAll("button")[focused]?.focus();
  }, [focused]);
  const onKeyDown = (event: KeyboardEvent, index: number) => {
    const next = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: days.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    wantsFocus.current = true;
    setFocused(Math.min(days.length - 1, Math.max(0, next)));
  };
  const { most, rows } = scaleOf(days, 0.1);
  return (
    <ul ref={list} aria-label="Days" className="flex h-32" onPointerLeave={() => onPoint(null)}>
      {days.map((day, index) => {
        const isChosen = day.day === chosen;
        return (
          <li
            key={day.day}
            className={cn("min-w-0 flex-1", index < days.length - PHONE_DAYS && "max-sm:hidden")}
          >
            <button
              type="button"
              aria-pressed={isChosen}
              aria-label={describe(day)}
              tabIndex={index === stop ? 0 : -1}
              onClick={() => onChoose(isChosen ? undefined : day.day)}
              onKeyDown={(event) => onKeyDown(event, index)}
              onFocus={() => onPoint(day.day)}
              onBlur={() => onPoint(null)}
              onPointerEnter={() => onPoint(day.day)}
              className={cn(
                "grid size-full rounded-xs px-[12%] hover:bg-hover focus-visible:-outline-offset-2",
                isChosen && "bg-selected hover:bg-selected",
                chosen && !isChosen && "opacity-55",
              )}
              style={{ gridTemplateRows: `${rows} 0.75rem` }}
            >
              <SideBar side="hubspot" count={day.hubspot} most={most.hubspot} />
              <SideBar side="loanark" count={day.loanark} most={most.loanark} />
              <RunMark day={day} />
            </button>
          </li>
        );
      })}
    </ul>
  );
}

function describe({ day, hubspot, loanark, runs, troubled }: DayOut): string {
  const trouble = troubled > 0 ? `, ${formatCount(troubled)} not whole` : "";
  return `${nameOf(day)}: ${plural(hubspot, "change")} from HubSpot, ${formatCount(loanark)} from LoanArk, ${plural(runs, "run")}${trouble}`;
}

/** A dot for a day with runs; a square where one of them was not whole. */
function RunMark({ day }: { day: DayOut }) {
  return (
    <span className="grid place-items-center self-end pb-0.5">
      {day.runs > 0 && (
        <span className={cn("size-1.5", day.troubled > 0 ? "bg-warn" : "rounded-full bg-line-strong")} />
      )}
    </span>
  );
}
