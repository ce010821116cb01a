import { cn } from "@/lib/cn";

export type Side = "hubspot" | "loanark";

export const SIDE_NAMES: Record<Side, string> = { hubspot: "HubSpot", loanark: "LoanArk" };

const GLYPH_COLOURS: Record<Side, string> = { hubspot: "bg-hubspot", loanark: "bg-loanark" };
const NAME_COLOURS: Record<Side, string> = { hubspot: "text-hubspot-ink", loanark: "text-loanark-ink" };

/** HubSpot is a hub with spokes, LoanArk is an arch: told apart by shape before colour. */
export function SideGlyph({ side, className }: { side: Side; className?: string }) {
  return (
    <span
      aria-hidden
      className={cn(
        "inline-grid size-4.5 shrink-0 place-items-center rounded-[5px] text-surface",
        GLYPH_COLOURS[side],
        className,
      )}
    >
      <svg
        viewBox="0 0 16 16"
        className="size-[72%]"
        fill="none"
        stroke="currentColor"
        strokeLinecap="round"
        aria-hidden
      >
        {side === "hubspot" ? (
          <>
            <circle cx="9" cy="9" r="3" strokeWidth="2" />
            <path d="M9 6V2.5M6.8 11.2 4 14M6.6 7.4 3.2 4.6" strokeWidth="1.8" />
          </>
        ) : (
          <path d="M3 13.5V8a5 5 0 0 1 10 0v5.5M8 13.5V10" strokeWidth="2" />
        )}
      </svg>
    </span>
  );
}

/** The side by glyph and name, wherever a side is spoken of. */
export function SideBadge({ side, className }: { side: Side; className?: string }) {
  return (
    <span
      className={cn(
        "inline-flex items-center gap-1.5 whitespace-nowrap align-middle font-medium",
        NAME_COLOURS[side],
        className,
      )}
    >
      <SideGlyph side={side} />
      {SIDE_NAMES[side]}
    </span>
  );
}
