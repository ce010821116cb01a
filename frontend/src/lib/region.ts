import { useSyncExternalStore } from "react";

/** How numbers and times are written: as the browser says, or as the person chose on this device. */

export interface Region {
  /** "" is automatic. */
  locale: string;
  timeZone: string;
}

const KEYS = { locale: "loanark.region", timeZone: "loanark.time-zone" } as const;
const listeners = new Set<() => void>();
let region: Region | undefined;

function isKnown(make: () => unknown): boolean {
  try {
    make();
    return true;
  } catch {
    return false; // No such locale or zone here: "C" under a bare Linux, a zone of a newer browser.
  }
}

const isLocale = (locale: string) => isKnown(() => new Intl.NumberFormat(locale));
const isZone = (timeZone: string) => isKnown(() => new Intl.DateTimeFormat("en-US", { timeZone }));

function read(): Region {
  const [locale, timeZone] = [localStorage.getItem(KEYS.locale), localStorage.getItem(KEYS.timeZone)];
  return {
    locale: locale && isLocale(locale) ? locale : "",
    timeZone: timeZone && isZone(timeZone) ? timeZone : "",
  };
}

export function chosenRegion(): Region {
  region ??= read();
  return region;
}

/** What holds now: the choice, or else the browser's first language that can be used, and its zone. */
export function currentRegion(): Region {
  const { locale, timeZone } = chosenRegion();
  return {
    locale: locale || (navigator.languages ?? []).find(isLocale) || "en-US",
    timeZone: timeZone || Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
}

export function chooseRegion(change: Partial<Region>): void {
  for (const [name, value] of Object.entries(change) as [keyof Region, string][]) {
    if (value) localStorage.setItem(KEYS[name], value);
    else localStorage.removeItem(KEYS[name]);
  }
  forget();
}

/** Read anew: after a choice, here or in another tab. */
function forget(): void {
  region = undefined;
  for (const listener of listeners) listener();
}

export function onRegion(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

window.addEventListener("storage", ({ key }) => {
  if (key === null || Object.values<string>(KEYS).includes(key)) forget();
});
window.addEventListener("languagechange", forget);

/** Whoever shows a sample of it is drawn again when it changes. */
export const useRegion = (): Region => useSyncExternalStore(onRegion, chosenRegion);
