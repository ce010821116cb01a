import { ArrowLeft, ArrowRight } from "lucide-react";
import { useState } from "react";
import { Segmented } from "@/components/ui/segmented";
import { cn } from "@/lib/cn";
import type { Group, Pair, Reason } from "./queries";
import { stepsOf } from "./waterfall-steps";
import { bestPair, factorOf, formatLikelihood, letterOf, type ShowText } from "./words";

interface WaterfallProps {
  id: string;
  group: Group;
  show: ShowText;
}

/** Why two of them may be one person: each reason goes on where the one before it ended, and the last place is the answer. */
export function Waterfall({ id, group, show }: WaterfallProps) {
  const [chosen, setChosen] = useState<number>();
  const pair = group.pairs.find((one) => one.id === chosen) ?? bestPair(group);
  if (!pair) return null;
  return (
    <section
      id={id}
      aria-label="Why they may be one person"
      className="rounded-lg border bg-sunken p-3.5 sm:p-4"
    >
      <div className="mb-3 flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <p className="min-w-48 flex-1 text-pretty text-ink-2 text-xs">
          Each reason goes on where the one above it ended. To the right it speaks for one person, to the left
          against; the number says how many times more or less likely it makes that.
        </p>
        {group.pairs.length > 1 && group.pairs.length <= 4 && (
          <Segmented
            label="Which two"
            value={String(pair.id)}
            onValueChange={(value) => setChosen(Number(value))}
            options={group.pairs.map((one) => ({ value: String(one.id), label: pairName(group, one) }))}
          />
        )}
      </div>
      <Steps group={group} pair={pair} show={show} />
    </section>
  );
}

const pairName = ({ members }: Group, { one, other }: Pair) =>
  `${letterOf(members, one)} and ${letterOf(members, other)}`;

function Steps({ group, pair, show }: { group: Group; pair: Pair; show: ShowText }) {
  const { steps, low, high } = stepsOf(pair);
  const place = (bits: number) => ((bits - low) / Math.max(high - low, 1)) * 100;
  const zero = place(0);
  return (
    <>
      <ol className="grid gap-2 sm:gap-1" aria-label={`Reasons for ${pairName(group, pair)}`}>
        {steps.map(({ reason, from, to }) => (
          <li key={`${reason.what} ${reason.label}`} className={ROW}>
            <Words reason={reason} show={show} />
            <Track zero={zero}>
              <span
                className={cn(
                  "absolute inset-y-0.75 min-w-0.75 rounded-xs forced-color-adjust-none",
                  reason.bits < 0 ? "hatched border border-bad bg-bad-wash" : "bg-ok",
                )}
                style={{
                  left: `${Math.min(place(from), place(to))}%`,
                  width: `${Math.abs(place(to) - place(from))}%`,
                }}
              />
            </Track>
            <Says bits={reason.bits} />
          </li>
        ))}
        <li className={cn(ROW, "border-line-strong border-t pt-2")}>
          <p className="font-semibold text-sm">Together</p>
          <Track zero={zero}>
            <span
              className="absolute inset-y-0.75 min-w-0.75 rounded-xs bg-ink"
              style={{
                left: `${Math.min(zero, place(pair.posterior))}%`,
                width: `${Math.abs(place(pair.posterior) - zero)}%`,
              }}
            />
          </Track>
          <p className="text-right font-semibold text-sm tabular-nums">
            {formatLikelihood(pair.likelihood)} <span className="sr-only">likely one person</span>
          </p>
        </li>
      </ol>
      <p aria-hidden className="mt-1 text-2xs text-muted max-sm:hidden">
        The line in the bars is where one person and two are equally likely.
      </p>
    </>
  );
}

const ROW =
  "grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 gap-y-1 sm:grid-cols-[minmax(0,15rem)_minmax(0,1fr)_5.5rem]";

function Words({ reason: { what, label, words, one, other }, show }: { reason: Reason; show: ShowText }) {
  const [ours, theirs] = [show(what, one), show(what, other)];
  return (
    <p className="min-w-0 break-words text-xs">
      <span className="font-medium text-sm">{label}</span> <span className="text-ink-2">{words}</span>
      {(ours || theirs) && (
        <span className="block text-muted">
          {ours === theirs ? ours : `${ours || "empty"} · ${theirs || "empty"}`}
        </span>
      )}
    </p>
  );
}

function Track({ zero, children }: { zero: number; children: React.ReactNode }) {
  return (
    <div aria-hidden className="relative h-5.5 max-sm:order-last max-sm:col-span-2 max-sm:h-4">
      <span className="absolute inset-y-0 w-px bg-line-strong" style={{ left: `${zero}%` }} />
      {children}
    </div>
  );
}

function Says({ bits }: { bits: number }) {
  if (Math.abs(bits) < 0.05) return <p className="text-right text-muted text-xs">says nothing</p>;
  const isAgainst = bits < 0;
  const Arrow = isAgainst ? ArrowLeft : ArrowRight;
  return (
    <p
      className={cn(
        "inline-flex items-center justify-end gap-1 text-right font-medium text-xs tabular-nums",
        isAgainst ? "text-bad-ink" : "text-ok-ink",
      )}
    >
      <span aria-hidden className="contents">
        <Arrow className="size-3.5" />
        {isAgainst ? "÷" : "×"} {factorOf(bits)}
      </span>
      <span className="sr-only">
        Speaks {isAgainst ? "against" : "for"} one person: {factorOf(bits)} times {isAgainst ? "less" : "as"}{" "}
        likely
      </span>
    </p>
  );
}
