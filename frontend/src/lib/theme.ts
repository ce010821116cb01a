import { useSyncExternalStore } from "react";

export type ThemeChoice = "system" | "light" | "dark";

const KEY = "loanark.theme";
const listeners = new Set<() => void>();
const systemIsDark = () => window.matchMedia("(prefers-color-scheme: dark)");

function read(): ThemeChoice {
  const stored = localStorage.getItem(KEY);
  return stored === "light" || stored === "dark" ? stored : "system";
}

function paint(): void {
  const choice = read();
  const dark = choice === "dark" || (choice === "system" && systemIsDark().matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  for (const listener of listeners) listener();
}

export function setTheme(choice: ThemeChoice): void {
  if (choice === "system") localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, choice);
  paint();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  const media = systemIsDark();
  media.addEventListener("change", paint);
  return () => {
    listeners.delete(listener);
    media.removeEventListener("change", paint);
  };
}

export function useTheme(): ThemeChoice {
  return useSyncExternalStore(subscribe, read);
}
