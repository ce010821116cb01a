import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { SIDE_NAMES, type Side, SideGlyph } from "@/components/ui/side";
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
        <Legend side="hubspot" count={shown?.hubspot ?? sum("hubspot")} />
        <Legend side="loanark" count={shown?.loanark ?? sum("loanark")} />
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

function Legend({ side, count }: { side: Side; count: number }) {
  return (
    <span className="flex items-center gap-1.5">
      <SideGlyph side={side} className="size-4" /> {SIDE_NAMES[side]}
      <span className="font-semibold text-ink">{formatCount(count)}</span>
    </span>
  );
}

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
  const most = (side: Side) => Math.max(0, ...days.map((day) => day[side]));
  const scale = Math.max(1, most("hubspot") + most("loanark"));
  const rows = `${Math.max(0.1, most("hubspot") / scale)}fr ${Math.max(0.1, most("loanark") / scale)}fr 0.75rem`;
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
              style={{ gridTemplateRows: rows }}
            >
              <Bar side="hubspot" share={share(day.hubspot, most("hubspot"))} />
              <Bar side="loanark" share={share(day.loanark, most("loanark"))} />
              <RunMark day={day} />
            </button>
          </li>
        );
      })}
    </ul>
  );
}

const share = (count: number, most: number) => (most === 0 ? 0 : count / most);

function describe({ day, hubspot, loanark, runs, troubled }: DayOut): string {
  const trouble = troubled > 0 ? `, ${formatCount(troubled)} not whole` : "";
  return `${nameOf(day)}: ${plural(hubspot, "change")} from HubSpot, ${formatCount(loanark)} from LoanArk, ${plural(runs, "run")}${trouble}`;
}

function Bar({ side, share }: { side: Side; share: number }) {
  const isUp = side === "hubspot";
  return (
    <span className={cn("flex min-h-0", isUp ? "items-end border-line-strong border-b" : "items-start")}>
      {share > 0 && (
        <span
          className={cn("min-h-0.75 w-full", isUp ? "rounded-t-xs bg-hubspot" : "rounded-b-xs bg-loanark")}
          style={{ height: `${share * 100}%` }}
        />
      )}
    </span>
  );
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
