import { cn } from "@/lib/cn";

/** Two arcs, one from each side, that meet as an ark: the whole product in a mark. */
export function Logo({ className }: { className?: string }) {
  return (
    <svg
      viewBox="0 0 32 32"
      className={cn("size-6", className)}
      fill="none"
      strokeWidth="5.5"
      strokeLinecap="round"
      aria-hidden
    >
      <path d="M5 27V16A11 11 0 0 1 16 5" className="stroke-hubspot" />
      <path d="M27 27V16A11 11 0 0 0 16 5" className="stroke-loanark" />
      <circle cx="16" cy="21.5" r="3.4" className="fill-ink" strokeWidth="0" />
    </svg>
  );
}
