import { SIDE_NAMES, type Side, SideGlyph } from "@/components/ui/side";
import { Tooltip } from "@/components/ui/tooltip";
import { cn } from "@/lib/cn";

const SIDES: Side[] = ["loanark", "hubspot"];

interface SideSwitchProps {
  side: Side;
  onChange: (side: Side) => void;
}

/** Whose values the list shows. */
export function SideSwitch({ side, onChange }: SideSwitchProps) {
  return (
    <Tooltip label="Whose values the list shows; where the two differ, ≠ says so" shortcut="S">
      <fieldset
        aria-label="Values of"
        className="inline-flex h-8.5 pointer-coarse:h-11 shrink-0 items-center gap-0.5 rounded-md border border-line-strong bg-sunken p-0.5"
      >
        {SIDES.map((one) => (
          <label
            key={one}
            className={cn(
              "inline-flex h-full cursor-pointer items-center gap-1.5 rounded-sm px-2 font-medium text-xs has-focus-visible:outline-2 has-focus-visible:outline-ink",
              one === side ? "bg-surface text-ink shadow-low" : "text-muted hover:text-ink",
            )}
          >
            <input
              type="radio"
              name="side"
              className="sr-only"
              checked={one === side}
              onChange={() => onChange(one)}
            />
            <SideGlyph side={one} className={cn("size-4", one !== side && "opacity-60 grayscale")} />
            {SIDE_NAMES[one]}
          </label>
        ))}
      </fieldset>
    </Tooltip>
  );
}
