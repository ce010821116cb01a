import { type ReactNode, useId } from "react";
import { cn } from "@/lib/cn";

export interface RadioCard<T extends string> {
  value: T;
  label: ReactNode;
  note?: ReactNode;
  /** Why it cannot be chosen; the card says it. */
  disabledBecause?: string | undefined;
}

interface RadioCardsProps<T extends string> {
  legend: string;
  isLegendHidden?: boolean;
  value: T;
  onValueChange: (value: T) => void;
  cards: RadioCard<T>[];
  error?: string | undefined;
  disabled?: boolean;
  className?: string;
}

/** One of a few, each with a sentence that says what choosing it means. */
export function RadioCards<T extends string>({
  legend,
  isLegendHidden = false,
  value,
  onValueChange,
  cards,
  error,
  disabled = false,
  className,
}: RadioCardsProps<T>) {
  const name = useId();
  return (
    <fieldset
      className="grid min-w-0 gap-1.5"
      disabled={disabled}
      {...(error && { "aria-describedby": `${name}-error` })}
    >
      <legend className={isLegendHidden ? "sr-only" : "mb-1.5 font-medium text-ink-2 text-xs"}>
        {legend}
      </legend>
      <div className={cn("grid gap-px overflow-hidden rounded-md border bg-line", className)}>
        {cards.map((card) => {
          const isOff = card.disabledBecause !== undefined;
          const note = isOff ? card.disabledBecause : card.note;
          const noteId = `${name}-${card.value}`;
          return (
            <label
              key={card.value}
              className={cn(
                "flex pointer-coarse:min-h-11 items-start gap-2.5 bg-surface px-3 py-2.5 has-checked:bg-selected",
                "has-focus-visible:outline-2 has-focus-visible:outline-ink has-focus-visible:-outline-offset-2",
                isOff || disabled ? "text-muted" : "cursor-pointer hover:bg-hover",
              )}
            >
              <input
                type="radio"
                name={name}
                value={card.value}
                checked={value === card.value}
                disabled={isOff}
                aria-describedby={note ? noteId : undefined}
                onChange={() => onValueChange(card.value)}
                className="mt-0.5 size-4 shrink-0 accent-ink focus-visible:outline-none"
              />
              <span className="grid min-w-0 gap-0.5">
                <span className="font-medium text-sm">{card.label}</span>
                {note && (
                  <span id={noteId} aria-hidden className="text-pretty text-muted text-xs">
                    {note}
                  </span>
                )}
              </span>
            </label>
          );
        })}
      </div>
      {error && (
        <p id={`${name}-error`} className="text-bad-ink text-xs">
          {error}
        </p>
      )}
    </fieldset>
  );
}
