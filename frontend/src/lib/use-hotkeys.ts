import { useEffect, useRef, useSyncExternalStore } from "react";

type Hotkeys = Record<string, (event: KeyboardEvent) => void>;

/** How "mod" is called on this keyboard. */
export const MOD_NAME = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘" : "Ctrl";

const OFF_KEY = "loanark.single-keys-off";
const listeners = new Set<() => void>();
const areOn = () => localStorage.getItem(OFF_KEY) === null;

/** Single-key shortcuts can be switched off (WCAG 2.1.4): speech input would trip over them. */
export function setSingleKeys(on: boolean): void {
  if (on) localStorage.removeItem(OFF_KEY);
  else localStorage.setItem(OFF_KEY, "1");
  for (const listener of listeners) listener();
}

export function useSingleKeys(): boolean {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, areOn);
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}

function isBusyElsewhere(target: EventTarget | null): boolean {
  return isTyping(target) || document.querySelector("[role=dialog],[role=menu],[role=listbox]") !== null;
}

function nameOf(event: KeyboardEvent): string {
  const mod = event.metaKey || event.ctrlKey ? "mod+" : "";
  return mod + (event.key.length === 1 ? event.key.toLowerCase() : event.key);
}

/** Keys for the whole page, silent while someone types or a layer is open; "mod+k" style keys always work. */
export function useHotkeys(hotkeys: Hotkeys): void {
  const latest = useRef(hotkeys);
  useEffect(() => {
    latest.current = hotkeys;
  });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey) return;
      const name = nameOf(event);
      if (!name.startsWith("mod+") && (!areOn() || isBusyElsewhere(event.target))) return;
      latest.current[name]?.(event);
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);
}
