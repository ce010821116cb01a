import { Footprints } from "lucide-react";
import { lazy, Suspense, useCallback, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { remember, useRemembered } from "@/lib/remembered";
import { seenKey } from "./seen";

const Tour = lazy(() => import("./tour"));

interface TourDoorProps {
  personId: number;
  /** The address asks for it: from the help, from the palette. */
  isAsked: boolean;
  onEnd: () => void;
}

/** Offers the tour once, and never again by itself: taken or not wanted is remembered for the person on this device. */
export function TourDoor({ personId, isAsked, onEnd }: TourDoorProps) {
  const hasSeen = useRemembered(seenKey(personId));
  const [isBegun, setBegun] = useState(false);
  const back = useRef<Element | null>(null);
  const end = useCallback(() => {
    remember(seenKey(personId), true);
    setBegun(false);
    onEnd();
    if (back.current instanceof HTMLElement && back.current.isConnected) back.current.focus();
    else document.getElementById("content")?.focus();
  }, [personId, onEnd]);
  if (isBegun || isAsked) {
    return (
      <Suspense>
        <Tour onEnd={end} />
      </Suspense>
    );
  }
  if (hasSeen) return null;
  return (
    <aside
      aria-label="Tour"
      className="flex flex-wrap items-center gap-x-3 gap-y-2 rounded-lg border bg-surface py-2 pr-2 pl-4 text-sm"
    >
      <Footprints className="size-4 shrink-0 text-muted" aria-hidden />
      <p className="min-w-40 flex-1">
        <span className="font-medium">New here?</span>{" "}
        <span className="text-muted">Six stops over this page, one minute.</span>
      </p>
      <Button kind="quiet" size="sm" onClick={() => remember(seenKey(personId), true)}>
        No, thanks
      </Button>
      <Button
        size="sm"
        onClick={(event) => {
          back.current = event.currentTarget;
          setBegun(true);
        }}
      >
        Take the tour
      </Button>
    </aside>
  );
}
