import { Popover } from "radix-ui";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { Button } from "@/components/ui/button";

interface Stop {
  /** The element's `data-tour`. */
  at: string;
  title: string;
  text: string;
}

const STOPS: Stop[] = [
  {
    at: "truth",
    title: "Is everything in sync?",
    text: "One sentence says it. If something stands still or waits for you, it stands here first.",
  },
  {
    at: "balance",
    title: "The proof",
    text: "Both sides are counted, and every contact that only one of them has is explained. The sum is always right.",
  },
  {
    at: "contacts",
    title: "Your contacts",
    text: "Search, filter and edit them here. An edit reaches HubSpot within seconds, and theirs reach you.",
  },
  {
    at: "needs-you",
    title: "What only a person can decide",
    text: "Conflicts and refused values wait here. The number says how many; everything else heals by itself.",
  },
  {
    at: "sync",
    title: "What happens, and what happened",
    text: "Ask “was my record synced?”, watch a run, pause, compare everything, or undo a run.",
  },
  {
    at: "palette",
    title: "The quick way",
    text: "From anywhere: type a page, a person or an action. Help is there too, and this tour again.",
  },
];

/** The element of a stop that can be seen now: on a phone it is another one than on a desk. */
function elementOf({ at }: Stop): Element | undefined {
  return [...document.querySelectorAll(`[data-tour="${at}"]`)].find((one) => one.checkVisibility?.() ?? true);
}

/** Walks over what is really there; a stop whose place is not on the screen is left out. */
export default function Tour({ onEnd }: { onEnd: () => void }) {
  const [stops, setStops] = useState<Stop[]>([]);
  const [index, setIndex] = useState(0);
  useEffect(() => setStops(STOPS.filter(elementOf)), []); // Once the page that is walked over stands.
  const stop = stops[index];
  const isLast = index === stops.length - 1;
  if (!stop) return null;
  return (
    <StopCard
      key={stop.at}
      stop={stop}
      count={`${index + 1} of ${stops.length}`}
      isLast={isLast}
      onNext={isLast ? onEnd : () => setIndex(index + 1)}
      onBack={index > 0 ? () => setIndex(index - 1) : undefined}
      onEnd={onEnd}
    />
  );
}

interface StopCardProps {
  stop: Stop;
  count: string;
  isLast: boolean;
  onNext: () => void;
  onBack: (() => void) | undefined;
  onEnd: () => void;
}

function StopCard({ stop, count, isLast, onNext, onBack, onEnd }: StopCardProps) {
  const box = useBox(stop);
  const next = useRef<HTMLButtonElement>(null);
  const anchor = useRef({
    getBoundingClientRect: () => elementOf(stop)?.getBoundingClientRect() ?? new DOMRect(),
  });
  return (
    <Popover.Root open onOpenChange={(open) => !open && onEnd()}>
      <Popover.Anchor virtualRef={anchor} />
      <Popover.Portal>
        <div>
          <div
            aria-hidden
            className="pointer-events-none fixed z-40 rounded-lg ring-2 ring-ink"
            style={{ ...box, boxShadow: "0 0 0 200vmax var(--scrim)" }}
          />
          <Popover.Content
            aria-labelledby="tour-title"
            aria-describedby="tour-text"
            sideOffset={14}
            collisionPadding={12}
            onOpenAutoFocus={(event) => {
              event.preventDefault();
              next.current?.focus();
            }}
            onInteractOutside={(event) => event.preventDefault()}
            onKeyDown={(event) => {
              if (event.key === "ArrowRight") onNext();
              if (event.key === "ArrowLeft") onBack?.();
            }}
            className="appear z-50 w-84 max-w-[calc(100vw-1.5rem)] rounded-xl border bg-surface p-4 shadow-high"
          >
            <p className="text-2xs text-muted tabular-nums">Tour · {count}</p>
            <h2 id="tour-title" className="mt-1 font-semibold text-base">
              {stop.title}
            </h2>
            <p id="tour-text" className="mt-1 text-ink-2 text-sm">
              {stop.text}
            </p>
            <div className="mt-4 flex items-center gap-2">
              <Button kind="quiet" onClick={onEnd} className="mr-auto -ml-3">
                {isLast ? "Close" : "Skip the tour"}
              </Button>
              {onBack && <Button onClick={onBack}>Back</Button>}
              <Button ref={next} kind="primary" onClick={onNext}>
                {isLast ? "Done" : "Next"}
              </Button>
            </div>
          </Popover.Content>
        </div>
      </Popover.Portal>
    </Popover.Root>
  );
}

const AROUND_PX = 6;

/** Where the stop's element is on the screen, kept true while the page is moved or loads more. */
function useBox(stop: Stop) {
  const [box, setBox] = useState({ top: 0, left: 0, width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = elementOf(stop);
    if (!element) return;
    element.scrollIntoView({ block: "nearest" });
    const measure = () => {
      const { top, left, width, height } = element.getBoundingClientRect();
      setBox({
        top: top - AROUND_PX,
        left: left - AROUND_PX,
        width: width + 2 * AROUND_PX,
        height: height + 2 * AROUND_PX,
      });
    };
    measure();
    const watcher = new ResizeObserver(measure);
    watcher.observe(document.body);
    window.addEventListener("scroll", measure, true);
    window.addEventListener("resize", measure);
    return () => {
      watcher.disconnect();
      window.removeEventListener("scroll", measure, true);
      window.removeEventListener("resize", measure);
    };
  }, [stop]);
  return box;
}
