import { CircleHelp, CloudOff, CloudUpload } from "lucide-react";
import { useEffect, useState } from "react";
import { cn } from "@/lib/cn";
import { type Away, useAway } from "./away";
import { openPanel } from "./panel-state";

const headline = ({ isStale, isOnline, waiting, needsAnswer }: Away): string => {
  if (needsAnswer && waiting) return waiting;
  if (!isStale) return waiting ?? "";
  return isOnline ? "LoanArk does not answer" : "You are offline";
};

const detail = ({ isStale, since, waiting, needsAnswer }: Away): string =>
  [isStale && since && `Loaded at ${since}`, isStale && !needsAnswer && waiting].filter(Boolean).join(" · ");

const glyph = ({ needsAnswer, isStale }: Away) =>
  needsAnswer ? CircleHelp : isStale ? CloudOff : CloudUpload;

/**
 * That what one sees is old, since when, and what waits. It stands in the house, above the connection: nothing moves and
 * nothing is covered when it comes and goes.
 */
export function AwayNotice({ tenant, compact = false }: { tenant: string; compact?: boolean }) {
  const away = useAway(tenant);
  if (!away.isStale && !away.waiting) return null;
  const Glyph = glyph(away);
  return (
    <button
      type="button"
      onClick={openPanel}
      title={compact ? `${headline(away)}. ${detail(away)}` : undefined}
      className={cn(
        "appear flex w-full items-center gap-2.5 rounded-md text-left shadow-low",
        away.needsAnswer ? "bg-ask-wash text-ask-ink" : "bg-ink text-on-ink",
        compact ? "h-11 justify-center" : "min-h-11 px-2.5 py-1.5",
      )}
    >
      <Glyph className="size-4 shrink-0" aria-hidden />
      <span className={compact ? "sr-only" : "min-w-0 leading-tight"}>
        <span className="block font-medium text-sm">{headline(away)}</span>
        {detail(away) && <span className="block text-2xs opacity-85">{detail(away)}</span>}
      </span>
    </button>
  );
}

/** The same in a phone's top bar: in the place of nothing, under the organisation's name. */
export function AwayLine({ tenant }: { tenant: string }) {
  const away = useAway(tenant);
  if (!away.isStale && !away.waiting) return null;
  const Glyph = glyph(away);
  return (
    <button
      type="button"
      onClick={openPanel}
      className={cn(
        "flex max-w-full items-center gap-1 text-2xs",
        "relative after:absolute after:-inset-x-2 after:-inset-y-3.5",
        away.needsAnswer ? "text-ask-ink" : "text-muted",
      )}
    >
      <Glyph className="size-3 shrink-0" aria-hidden />
      <span className="truncate">{[headline(away), detail(away)].filter(Boolean).join(" · ")}</span>
    </button>
  );
}

const SETTLED_MS = 1_500;

/** Says it once to who listens: when the network goes, and when it is back. Not each minute, and no flicker. */
export function AwayStatus({ tenant }: { tenant: string }) {
  const { isStale, isOnline, since } = useAway(tenant);
  const now = isStale
    ? `${isOnline ? "LoanArk does not answer." : "You are offline."}${since ? ` You see what was loaded at ${since}.` : ""}`
    : "";
  const [said, setSaid] = useState("");
  const kind = isStale ? `${isOnline}` : "";
  // biome-ignore lint/correctness/useExhaustiveDependencies: the time alone, which moves with every page, says nothing new
  useEffect(() => {
    const timer = setTimeout(
      () => setSaid((before) => now || (before ? "You are online again. What you see is refreshed." : "")),
      SETTLED_MS,
    );
    return () => clearTimeout(timer);
  }, [kind]);
  return (
    <p role="status" className="sr-only">
      {said}
    </p>
  );
}
