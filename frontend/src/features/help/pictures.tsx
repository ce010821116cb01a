import type { ReactNode } from "react";

/** How it works, in six pictures: HubSpot is the warm square at the left, LoanArk the cool one at the right. */
const PICTURES: [title: string, text: string, drawing: ReactNode][] = [
  [
    "Two sides, the same people",
    "Every contact lives in HubSpot and in LoanArk. A link says that the two are one person.",
    <>
      <Square side="hubspot" x={22} />
      <Square side="loanark" x={110} />
      <path d="M70 36h32M70 48h32" className="stroke-line-strong" />
      <path d="m97 31 6 5-6 5M75 43l-6 5 6 5" className="stroke-ink" />
    </>,
  ],
  [
    "An edit travels",
    "Change a contact on either side. Seconds later the other side has it: only that field, nothing else.",
    <>
      <Square side="hubspot" x={22} isPlain />
      <Square side="loanark" x={110} isPlain />
      <path d="M70 42h26" strokeDasharray="2 5" className="stroke-ink" />
      <circle cx="86" cy="42" r="5" className="fill-ink" />
      <path d="m94 36 7 6-7 6" className="stroke-ink" />
      <path d="M32 34h18M32 42h24M32 50h12" className="stroke-surface" />
      <path d="M120 34h18M120 42h24M120 50h12" className="stroke-surface" />
    </>,
  ],
  [
    "What both agreed on",
    "LoanArk remembers what both sides last agreed on. So it knows who changed a value, and not only that two differ.",
    <>
      <Square side="hubspot" x={14} size={34} />
      <Square side="loanark" x={126} size={34} />
      <rect x="68" y="24" width="38" height="38" rx="7" className="fill-surface stroke-line-strong" />
      <path d="M76 36h22M76 43h16M76 50h20" className="stroke-ink" />
      <path d="M52 42h10M112 42h10" className="stroke-line-strong" />
    </>,
  ],
  [
    "When both changed it",
    "The field’s rule decides: HubSpot, LoanArk, or the newest. Or it asks you. The value that lost is kept.",
    <>
      <Square side="hubspot" x={14} size={34} />
      <Square side="loanark" x={126} size={34} />
      <path d="M52 42h16M122 42h-16" className="stroke-line-strong" />
      <circle cx="87" cy="42" r="17" className="fill-ask-wash stroke-ask" />
      <path d="M82 38a5 5 0 1 1 7 4.6c-1.6.7-2 1.6-2 3.400M87 50v.1" className="stroke-ask-ink" />
    </>,
  ],
  [
    "Too many at once are held",
    "A brake holds unusual numbers of deletions and new contacts. Nothing happens until a person says yes.",
    <>
      <Square side="hubspot" x={22} />
      <Square side="loanark" x={110} opacity={0.45} />
      <path d="M72 42h9" className="stroke-line-strong" />
      <rect x="83" y="22" width="8" height="40" rx="3" className="fill-warn stroke-warn" />
      <path d="M99 42h7" strokeDasharray="2 4" className="stroke-line-strong" />
    </>,
  ],
  [
    "Everything can be explained, and undone",
    "Each change is in the history: where it came from, who made it, and what was there before.",
    <>
      <path d="M24 52h126" className="stroke-line-strong" />
      <circle cx="40" cy="52" r="6" className="fill-hubspot" />
      <circle cx="82" cy="52" r="6" className="fill-loanark" />
      <circle cx="124" cy="52" r="6" className="fill-hubspot" />
      <path d="M124 40c-6-16-34-18-40-3" className="stroke-ink" />
      <path d="m82 28 1.5 10 9-4" className="stroke-ink" />
    </>,
  ],
];

export function Pictures() {
  return (
    <ol className="grid gap-x-6 gap-y-5 sm:grid-cols-2 lg:grid-cols-3">
      {PICTURES.map(([title, text, drawing], index) => (
        <li key={title} className="min-w-0">
          <svg
            viewBox="0 0 174 84"
            className="h-24 w-full rounded-md border bg-sunken"
            fill="none"
            strokeWidth="2.2"
            strokeLinecap="round"
            strokeLinejoin="round"
            aria-hidden
          >
            {drawing}
          </svg>
          <h3 className="mt-2.5 font-semibold text-sm">
            <span className="text-muted tabular-nums">{index + 1} </span>
            {title}
          </h3>
          <p className="mt-0.5 text-ink-2 text-sm">{text}</p>
        </li>
      ))}
    </ol>
  );
}

interface SquareProps {
  side: "hubspot" | "loanark";
  x: number;
  size?: number;
  opacity?: number;
  /** Something else is drawn on it. */
  isPlain?: boolean;
}

/** A side by its colour and its sign: a hub with spokes, an arch. */
function Square({ side, x, size = 42, opacity = 1, isPlain = false }: SquareProps) {
  const fill = side === "hubspot" ? "fill-hubspot" : "fill-loanark";
  const inner = size * 0.6;
  const at = `translate(${x + (size - inner) / 2} ${42 - inner / 2}) scale(${inner / 16})`;
  return (
    <g opacity={opacity}>
      <rect x={x} y={42 - size / 2} width={size} height={size} rx="9" className={fill} />
      {!isPlain && (
        <g transform={at} className="stroke-surface" strokeWidth="1.8">
          {side === "hubspot" ? (
            <>
              <circle cx="9" cy="9" r="3" />
              <path d="M9 6V2.5M6.8 11.2 4 14M6.6 7.4 3.2 4.6" />
            </>
          ) : (
            <path d="M3 13.5V8a5 5 0 0 1 10 0v5.5M8 13.5V10" />
          )}
        </g>
      )}
    </g>
  );
}
