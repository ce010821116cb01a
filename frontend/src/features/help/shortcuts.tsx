import { Kbd } from "@/components/ui/kbd";
import { MOD_NAME } from "@/lib/use-hotkeys";

type Shortcut = [keys: string[], meaning: string];

/** Every key there is, by where it works. "g d" is pressed one after the other. */
const SHORTCUTS: [place: string, shortcuts: Shortcut[]][] = [
  [
    "Everywhere",
    [
      [[MOD_NAME, "K"], "Go anywhere, do anything"],
      [["g", "d"], "Dashboard"],
      [["g", "c"], "Contacts"],
      [["g", "n"], "Needs you"],
      [["g", "s"], "Sync"],
      [["g", "m"], "Mapping"],
      [["g", "h"], "Help"],
      [["?"], "Keyboard shortcuts"],
      [["Esc"], "Close, cancel, empty the search"],
    ],
  ],
  [
    "Lists",
    [
      [["/"], "Search"],
      [["j", "↓"], "Next row"],
      [["k", "↑"], "Previous row"],
      [["↵"], "Open the row"],
    ],
  ],
  [
    "Conflicts",
    [
      [["1"], "Use HubSpot’s value"],
      [["2"], "Use LoanArk’s value"],
      [["3"], "Type another value"],
      [["a"], "Decide all like this one"],
      [["j"], "The next one"],
      [["k"], "The one before"],
      [["u"], "Take the last decision back"],
    ],
  ],
  [
    "Contacts",
    [
      [["n"], "New contact"],
      [["e"], "Edit this contact"],
    ],
  ],
];

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
                <dd className="flex shrink-0 gap-1">
                  {keys.map((key) => (
                    <Kbd key={key}>{key}</Kbd>
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
