import { Segmented } from "@/components/ui/segmented";
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
      <div>
        <Segmented
          label="Values of"
          value={side}
          onValueChange={onChange}
          options={SIDES.map((one) => ({
            value: one,
            label: (
              <>
                <SideGlyph side={one} className={cn("size-4", one !== side && "opacity-60 grayscale")} />
                {SIDE_NAMES[one]}
              </>
            ),
          }))}
        />
      </div>
    </Tooltip>
  );
}
