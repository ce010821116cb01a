import { formatExact, formatMoment } from "@/lib/format";
import type { ScheduleOut } from "./queries";

/** A schedule in words, and the moments that follow from it, by the account's clock. */
export function NextComparisons({ schedule }: { schedule: ScheduleOut }) {
  const { words, times, time_zone: zone, after_first_run: isLater } = schedule;
  return (
    <section aria-label="Next comparisons" className="rounded-md border bg-sunken px-3 py-2.5 text-sm">
      <p>
        Everything is compared <span className="font-semibold">{words}</span>.
        {times.length === 0 && !isLater && " A person begins one on the page Runs."}
        {isLater && " The first time after the first run is done."}
      </p>
      {times.length > 0 && (
        <>
          <h3 className="mt-2 font-medium text-ink-2 text-xs">
            Next, by the clock of {zone.replaceAll("_", " ")}
          </h3>
          <ol className="mt-1 flex flex-wrap gap-x-6 gap-y-1 tabular-nums">
            {times.map((time) => {
              const [there, here] = [formatMoment(time, zone), formatMoment(time)];
              return (
                <li key={time}>
                  <time dateTime={time} title={formatExact(time)}>
                    {there}
                  </time>
                  {there !== here && <span className="block text-muted text-xs">{here} for you</span>}
                </li>
              );
            })}
          </ol>
        </>
      )}
    </section>
  );
}
