import { ArrowLeftRight, ArrowRight } from "lucide-react";
import { SideGlyph } from "@/components/ui/side";
import { cn } from "@/lib/cn";
import { DIRECTIONS, type Direction } from "./words";

interface DirectionGlyphProps {
  direction: Direction;
  /** The words beside it; else they are read out only. */
  isWorded?: boolean;
  className?: string;
}

/** Both sides and which way values go between them: whoever gives is on the left. */
export function DirectionGlyph({ direction, isWorded = false, className }: DirectionGlyphProps) {
  const Arrow = direction === "both" ? ArrowLeftRight : ArrowRight;
  const isFromLoanArk = direction === "to_hubspot";
  return (
    <span className={cn("inline-flex items-center gap-1 whitespace-nowrap", className)}>
      <SideGlyph side={isFromLoanArk ? "loanark" : "hubspot"} className="size-4" />
      <Arrow className="size-3.5 text-muted" aria-hidden />
      <SideGlyph side={isFromLoanArk ? "hubspot" : "loanark"} className="size-4" />
      <span className={isWorded ? "ml-1" : "sr-only"}>{DIRECTIONS[direction].label}</span>
    </span>
  );
}
