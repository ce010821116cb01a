import { lazy, Suspense, useState, useSyncExternalStore } from "react";
import { Dialog } from "@/components/ui/dialog";
import { Kbd } from "@/components/ui/kbd";
import { Switch } from "@/components/ui/switch";
import { MOD_NAME, setSingleKeys, useHotkeys, useSingleKeys } from "@/lib/use-hotkeys";

const Palette = lazy(() => import("./palette"));

type Layer = "palette" | "shortcuts" | null;

let layer: Layer = null;
const listeners = new Set<() => void>();

function show(next: Layer): void {
  layer = next;
  for (const listener of listeners) listener();
}

export const openPalette = () => show("palette");
export const openShortcuts = () => show("shortcuts");

function useLayer(): Layer {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => layer,
  );
}

/** What may lie over any page: the ⌘K palette and the list of shortcuts. */
export function Layers({ tenant }: { tenant: string }) {
  const open = useLayer();
  const [wanted, setWanted] = useState(false);
  if (open === "palette" && !wanted) setWanted(true);
  useHotkeys({
    "mod+k": (event) => {
      event.preventDefault();
      show(layer === "palette" ? null : "palette");
    },
    "?": openShortcuts,
  });
  return (
    <>
      {wanted && (
        <Suspense>
          <Palette
            tenant={tenant}
            open={open === "palette"}
            onOpenChange={(value) => show(value ? "palette" : null)}
          />
        </Suspense>
      )}
      <Shortcuts open={open === "shortcuts"} onOpenChange={(value) => show(value ? "shortcuts" : null)} />
    </>
  );
}

const SHORTCUTS: [string[], string][] = [
  [[MOD_NAME, "K"], "Go anywhere"],
  [["/"], "Search contacts"],
  [["j", "↓"], "Next row"],
  [["k", "↑"], "Previous row"],
  [["↵"], "Open the row"],
  [["n"], "New contact"],
  [["e"], "Edit this contact"],
  [["1", "2", "3"], "Decide a conflict: HubSpot’s, LoanArk’s, another value"],
  [["a"], "Decide all conflicts like this"],
  [["u"], "Take the last decision back"],
  [["?"], "This list"],
  [["Esc"], "Close, cancel, empty the search"],
];

function Shortcuts({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const singleKeys = useSingleKeys();
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keyboard shortcuts">
      <dl className="divide-y">
        {SHORTCUTS.map(([keys, meaning]) => (
          <div key={meaning} className="flex items-center justify-between py-2 text-sm">
            <dt>{meaning}</dt>
            <dd className="flex gap-1">
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <label
        htmlFor="single-keys"
        className="mt-4 flex items-center justify-between gap-4 rounded-lg border bg-sunken p-3 text-sm"
      >
        <span>
          <span className="font-medium">Single-key shortcuts</span>
          <span className="block text-muted text-xs">Switch off if you dictate or use a switch device.</span>
        </span>
        <Switch id="single-keys" checked={singleKeys} onCheckedChange={setSingleKeys} />
      </label>
    </Dialog>
  );
}
