import { ChevronRight, ScrollText, ShieldAlert } from "lucide-react";
import { useId, useState } from "react";
import { Badge } from "@/components/ui/badge";
import { cn } from "@/lib/cn";
import { formatDayName, formatExact, formatTimeExact } from "@/lib/format";
import { useHotkeys } from "@/lib/use-hotkeys";
import { EventDetails } from "./event-details";
import { topicOf } from "./filters";
import type { EventOut } from "./queries";
import { type Names, tell, wayOf, whoOf } from "./words";

interface EventListProps {
  tenant: string;
  events: EventOut[];
  names: Names;
  /** Narrows the log to one thing, or to one person. */
  onNarrow: (filter: { thing: string } | { who: string }) => void;
}

/** Events, newest first, a heading a day: who did what, when, from where. One opens to all that is known of it. */
export function EventList({ tenant, events, names, onNarrow }: EventListProps) {
  useHotkeys({ j: () => move(1), k: () => move(-1) });
  return (
    <div className="overflow-clip rounded-lg border bg-surface shadow-low">
      {daysOf(events).map(({ day, events: ofDay }) => (
        <section key={day} aria-label={day} className="not-first:border-t">
          <h2 className="eyebrow border-b bg-sunken px-4 py-1.5">{day}</h2>
          <ol className="divide-y">
            {ofDay.map((event) => (
              <Entry key={event.id} tenant={tenant} event={event} names={names} onNarrow={onNarrow} />
            ))}
          </ol>
        </section>
      ))}
    </div>
  );
}

/** The row after the one with the focus has it, or the one before. */
function move(by: number): void {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-entry]")];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  rows[Math.min(rows.length - 1, Math.max(0, at + by))]?.focus();
}

function daysOf(events: EventOut[]): { day: string; events: EventOut[] }[] {
  const days: { day: string; events: EventOut[] }[] = [];
  for (const event of events) {
    const day = formatDayName(event.at);
    const last = days.at(-1);
    if (last?.day === day) last.events.push(event);
    else days.push({ day, events: [event] });
  }
  return days;
}

/** What somebody should see among a thousand entries. */
const isAlarming = ({ kind, more }: EventOut): boolean =>
  kind === "sign-in.failed" ||
  kind === "sign-in.throttled" ||
  (kind === "audit.verified" && more.intact === false);

interface EntryProps extends Omit<EventListProps, "events"> {
  event: EventOut;
}

function Entry({ tenant, event, names, onNarrow }: EntryProps) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const Icon = isAlarming(event) ? ShieldAlert : (topicOf(event.kind)?.icon ?? ScrollText);
  const isErased = event.erased || event.first_changes.some(({ erased }) => erased);
  const where = [wayOf(event.via), event.address].filter(Boolean).join(" · ");
  return (
    <li className="[contain-intrinsic-size:auto_2.3rem] [content-visibility:auto]">
      <button
        type="button"
        data-entry
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setOpen(!isOpen)}
        className={cn(
          "grid w-full grid-cols-[1.25rem_minmax(0,1fr)_1rem] items-start gap-x-3 px-4 py-2 text-left text-sm hover:bg-hover focus-visible:bg-selected focus-visible:-outline-offset-2 md:grid-cols-[4.75rem_1.25rem_minmax(0,1fr)_minmax(8rem,auto)_1rem]",
          isOpen && "bg-hover",
        )}
      >
        <time
          dateTime={event.at}
          title={formatExact(event.at)}
          className="whitespace-nowrap text-muted tabular-nums max-md:hidden"
        >
          {formatTimeExact(event.at)}
        </time>
        <Icon
          className={cn("mt-0.5 size-4", isAlarming(event) ? "text-bad-ink" : "text-muted")}
          aria-label={isAlarming(event) ? "Worth a look" : undefined}
          aria-hidden={isAlarming(event) ? undefined : true}
        />
        <span className="min-w-0 [overflow-wrap:anywhere]">
          <span className="font-medium">{whoOf(event, names)}</span>{" "}
          <span className="text-ink-2">{tell(event, names)}</span>
          {isErased && <Badge className="hatched -my-0.5 ml-2 align-middle">Erased</Badge>}
          <span className="mt-0.5 block text-muted text-xs md:hidden">
            <time dateTime={event.at} title={formatExact(event.at)} className="tabular-nums">
              {formatTimeExact(event.at)}
            </time>
            {" · "}
            {where}
          </span>
        </span>
        <span
          className="max-w-64 truncate text-right text-muted text-xs leading-5 max-md:hidden"
          title={where}
        >
          {where}
        </span>
        <ChevronRight
          className={cn("mt-0.5 size-4 text-muted transition-transform", isOpen && "rotate-90")}
          aria-hidden
        />
      </button>
      <div id={id}>
        {isOpen && <EventDetails tenant={tenant} event={event} names={names} onNarrow={onNarrow} />}
      </div>
    </li>
  );
}
