import { useEffect, useRef, useSyncExternalStore } from "react";

/** By name: "n", "mod+k", or "g d" for two keys one after the other. */
type Hotkeys = Record<string, (event: KeyboardEvent) => void>;

/** How "mod" is called on this keyboard. */
export const MOD_NAME = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘" : "Ctrl";

const OFF_KEY = "loanark.single-keys-off";
const SEQUENCE_MS = 1_500;
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

/** A box or a radio takes arrows and the space bar; letters it leaves to the page. */
function isToggle(target: HTMLElement, key: string): boolean {
  const isBox = target instanceof HTMLInputElement && ["radio", "checkbox"].includes(target.type);
  return isBox && key !== " " && !key.startsWith("Arrow");
}

function isTyping({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement) || isToggle(target, key)) return false;
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}

function isBusyElsewhere(event: KeyboardEvent): boolean {
  return isTyping(event) || document.querySelector("[role=dialog],[role=menu],[role=listbox]") !== null;
}

function nameOf(event: KeyboardEvent): string {
  const mod = event.metaKey || event.ctrlKey ? "mod+" : "";
  return mod + (event.key.length === 1 ? event.key.toLowerCase() : event.key);
}

/** What listens now, in the order it came. One listener serves all, so that a sequence's second key is nobody else's. */
const registered = new Set<{ current: Hotkeys }>();
let first: { name: string; at: number } | undefined;

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.altKey) return;
  const name = nameOf(event);
  if (!name.startsWith("mod+") && (!areOn() || isBusyElsewhere(event))) return;
  const sequence = first && event.timeStamp - first.at < SEQUENCE_MS ? `${first.name} ${name}` : undefined;
  first = undefined;
  if (sequence !== undefined && dispatch(sequence, event)) {
    event.preventDefault();
    return;
  }
  dispatch(name, event);
  if (begins(name)) first = { name, at: event.timeStamp };
}

function dispatch(name: string, event: KeyboardEvent): boolean {
  let isKnown = false;
  for (const { current } of [...registered]) {
    if (event.defaultPrevented || !current[name]) continue;
    isKnown = true;
    current[name](event);
  }
  return isKnown;
}

const begins = (name: string) =>
  [...registered].some(({ current }) => Object.keys(current).some((key) => key.startsWith(`${name} `)));

/** Keys for the whole page, silent while someone types or a layer is open; "mod+k" style keys always work. */
export function useHotkeys(hotkeys: Hotkeys): void {
  const latest = useRef(hotkeys);
  useEffect(() => {
    latest.current = hotkeys;
  });
  useEffect(() => {
    if (registered.size === 0) window.addEventListener("keydown", onKeyDown);
    registered.add(latest);
    return () => {
      registered.delete(latest);
      if (registered.size === 0) window.removeEventListener("keydown", onKeyDown);
    };
  }, []);
}
