import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Panel } from "@/components/ui/card";
import { ChartSlider } from "@/components/ui/chart-slider";
import { Stat } from "@/components/ui/stat";
import { cn } from "@/lib/cn";
import { formatCount, formatHour, formatMs, plural } from "@/lib/format";
import { type AnswerTimesAt, answerTimesQuery, type AnswerTimes as Times } from "./queries";

/** How long HubSpot takes to answer: in the last hour, the last day, and hour by hour. */
export function AnswerTimes({ tenant }: { tenant: string }) {
  const { data, isError } = useQuery(answerTimesQuery(tenant));
  const [at, setAt] = useState<number | null>(null);
  const shown = at === null ? undefined : data?.hours[at];
  return (
    <Panel title="How fast HubSpot answers">
      {isError && <p className="text-muted text-sm">This is not known just now.</p>}
      {data && (
        <div className="grid gap-4">
          <dl className="grid grid-cols-2 gap-4">
            <Stat label="Last hour, half within" {...told(data.hour)} />
            <Stat label="Last day, half within" {...told(data.day)} />
          </dl>
          {data.day.answers > 0 && (
            <div>
              <p className="mb-2 flex flex-wrap justify-between gap-x-4 gap-y-1 text-muted text-xs tabular-nums">
                <span className="font-medium text-ink-2">{shown ? hourOf(shown) : "Hour by hour"}</span>
                <span>{shown ? sentence(shown) : <Legend />}</span>
              </p>
              <Chart hours={data.hours} at={at} onPoint={setAt} />
              <p aria-hidden className="mt-1 flex justify-between text-2xs text-muted tabular-nums">
                <span>{data.hours[0] && formatHour(data.hours[0].at)}</span>
                <span>now</span>
              </p>
              {data.day.answers >= data.kept && (
                <p className="mt-2 text-muted text-xs">
                  By the last {formatCount(data.kept)} requests: of a busy day no more are kept.
                </p>
              )}
            </div>
          )}
        </div>
      )}
    </Panel>
  );
}

function told({ answers, median_ms: median, p95_ms: p95 }: Times) {
  return {
    value: median === null ? "–" : formatMs(median),
    note:
      p95 === null
        ? "HubSpot was not asked"
        : `95 of 100 within ${formatMs(p95)}, of ${plural(answers, "answer")}`,
  };
}

const hourOf = ({ at }: AnswerTimesAt) => `From ${formatHour(at)}, one hour`;

const sentence = ({ answers, median_ms: median, p95_ms: p95 }: AnswerTimesAt) =>
  median === null || p95 === null
    ? "not asked"
    : `half within ${formatMs(median)}, 95 of 100 within ${formatMs(p95)}, ${plural(answers, "answer")}`;

function Legend() {
  return (
    <span className="flex gap-3">
      <span className="flex items-center gap-1.5">
        <span aria-hidden className="size-2 rounded-xs bg-ink-2" /> half
      </span>
      <span className="flex items-center gap-1.5">
        <span aria-hidden className="size-2 rounded-xs bg-line-strong" /> 95 of 100
      </span>
    </span>
  );
}

interface ChartProps {
  hours: AnswerTimesAt[];
  at: number | null;
  onPoint: (index: number | null) => void;
}

/** A bar an hour, the half of the answers within the slow ones; hours without any are a line. Read by pointer or arrows. */
function Chart({ hours, at, onPoint }: ChartProps) {
  const most = Math.max(1, ...hours.map(({ p95_ms: p95 }) => p95 ?? 0));
  return (
    <ChartSlider
      label="Answers, hour by hour"
      count={hours.length}
      at={at}
      onPoint={onPoint}
      textOf={(index) => hours[index] && `${hourOf(hours[index])}: ${sentence(hours[index])}`}
      className="h-24"
    >
      {hours.map((one, index) => (
        <span
          key={one.at}
          className={cn(
            "flex min-w-0 flex-1 items-end justify-center rounded-xs",
            index === at && "bg-selected",
          )}
        >
          <Bar hour={one} most={most} />
        </span>
      ))}
    </ChartSlider>
  );
}

function Bar({ hour: { median_ms: median, p95_ms: p95 }, most }: { hour: AnswerTimesAt; most: number }) {
  if (median === null || p95 === null) return <span className="h-px w-3/4 bg-line-strong" />;
  return (
    <span
      className="flex min-h-0.75 w-3/4 items-end rounded-t-xs bg-line-strong forced-color-adjust-none"
      style={{ height: `${(p95 / most) * 100}%` }}
    >
      <span
        className="min-h-0.5 w-full rounded-t-xs bg-ink-2"
        style={{ height: `${(median / Math.max(1, p95)) * 100}%` }}
      />
    </span>
  );
}
