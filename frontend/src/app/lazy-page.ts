import { lazyRouteComponent } from "@tanstack/react-router";
import { type ComponentType, useEffect } from "react";

type Load = () => Promise<{ default: ComponentType }>;

/** By then a page stands and has been looked at, on a slow phone too: what comes ahead holds nothing up. */
const AFTER_MS = 10_000;
const loads: Load[] = [];

/** A page whose code comes with its first visit, or before that: see `usePagesAhead`. */
export function lazyPage(load: Load) {
  loads.push(load);
  return lazyRouteComponent(() => load().catch(whyMissing));
}

/**
 * The router answers missing code by a reload: right when a new version took its place, and the end of the app when
 * the server cannot be reached. So that is asked first, and told as what it is.
 */
async function whyMissing(error: unknown): Promise<never> {
  await fetch("/health/live", { cache: "no-store" });
  throw error;
}

/** Once the first page rests, the code of the others is fetched: they open at once, and also without a network. */
export function usePagesAhead(): void {
  useEffect(() => {
    const timer = setTimeout(async () => {
      for (const load of loads) await load().catch(() => undefined);
    }, AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
}
