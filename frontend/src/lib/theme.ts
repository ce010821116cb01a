import { useSyncExternalStore } from "react";

/** "contrast" is light or dark as the system is, with every text and border as clear as can be. */
export type ThemeChoice = "system" | "light" | "dark" | "contrast";

export const THEME_NAMES: Record<ThemeChoice, string> = {
  system: "As the system",
  light: "Light",
  dark: "Dark",
  contrast: "High contrast",
};

const KEY = "loanark.theme";
const listeners = new Set<() => void>();
const system = {
  dark: () => window.matchMedia("(prefers-color-scheme: dark)"),
  contrast: () => window.matchMedia("(prefers-contrast: more)"),
};

function read(): ThemeChoice {
  const stored = localStorage.getItem(KEY);
  return stored !== null && stored in THEME_NAMES ? (stored as ThemeChoice) : "system";
}

/** The same before the first paint: public/theme.js. */
export function paint(): void {
  const choice = read();
  const isDark = choice === "dark" || (choice !== "light" && system.dark().matches);
  const isClear = choice === "contrast" || (choice === "system" && system.contrast().matches);
  const { dataset } = document.documentElement;
  dataset.theme = isDark ? "dark" : "light";
  if (isClear) dataset.contrast = "more";
  else delete dataset.contrast;
  for (const listener of listeners) listener();
}

export function setTheme(choice: ThemeChoice): void {
  if (choice === "system") localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, choice);
  paint();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  const media = Object.values(system).map((query) => query());
  for (const query of media) query.addEventListener("change", paint);
  return () => {
    listeners.delete(listener);
    for (const query of media) query.removeEventListener("change", paint);
  };
}

export function useTheme(): ThemeChoice {
  return useSyncExternalStore(subscribe, read);
}
