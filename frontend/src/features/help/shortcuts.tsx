import { Fragment } from "react";
import { Kbd } from "@/components/ui/kbd";
import { MOD_NAME } from "@/lib/use-hotkeys";
import { SHORTCUTS } from "./shortcut-table";

const CAPS: Record<string, string> = {
  mod: MOD_NAME,
  shift: "⇧",
  alt: "Alt",
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
  Enter: "↵",
  Escape: "Esc",
};
/** Where a sign is no word, this is read out. */
const NAMES: Record<string, string> = {
  shift: "Shift",
  ArrowUp: "arrow up",
  ArrowDown: "arrow down",
  ArrowLeft: "arrow left",
  ArrowRight: "arrow right",
  Enter: "Enter",
};

export function ShortcutList({ className }: { className?: string }) {
  return (
    <div className={className}>
      {SHORTCUTS.map(([place, shortcuts]) => (
        <section key={place} aria-label={place} className="mb-4 break-inside-avoid last:mb-0">
          <h3 className="eyebrow mb-1">{place}</h3>
          <dl className="divide-y">
            {shortcuts.map(([keys, meaning]) => (
              <div key={meaning} className="flex items-center justify-between gap-4 py-1.5 text-sm">
                <dt>{meaning}</dt>
                <dd className="flex shrink-0 items-center gap-1.5 text-2xs text-muted">
                  {keys.map((one, at) => (
                    <Fragment key={one}>
                      {at > 0 && "or"} <Keys keys={one} />
                    </Fragment>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  );
}

/** Held together, or one after the other. */
function Keys({ keys }: { keys: string }) {
  return (
    <span className="flex items-center gap-1">
      {keys.split(" ").map((stroke, at) => (
        <Fragment key={stroke}>
          {at > 0 && "then"}
          {stroke.split("+").map((key) => (
            <Kbd key={key}>
              {NAMES[key] ? (
                <>
                  <span aria-hidden>{CAPS[key]}</span>
                  <span className="sr-only">{NAMES[key]}</span>
                </>
              ) : (
                (CAPS[key] ?? (key.length === 1 ? key.toUpperCase() : key))
              )}
            </Kbd>
          ))}
        </Fragment>
      ))}
    </span>
  );
}
