import { type ReactNode, useId } from "react";
import { cn } from "@/lib/cn";

interface SegmentedProps<T extends string> {
  label: string;
  value: T;
  onValueChange: (value: T) => void;
  options: readonly { value: T; label: ReactNode }[];
}

/** One of two or three, all in sight. */
export function Segmented<T extends string>({ label, value, onValueChange, options }: SegmentedProps<T>) {
  const name = useId();
  return (
    <fieldset
      aria-label={label}
      className="inline-flex h-8.5 pointer-coarse:h-12 shrink-0 items-center gap-0.5 rounded-md border border-line-strong bg-sunken p-0.5"
    >
      {options.map((option) => (
        <label
          key={option.value}
          className={cn(
            "inline-flex h-full cursor-pointer items-center gap-1.5 rounded-sm px-2 font-medium text-xs has-focus-visible:outline-2 has-focus-visible:outline-ink",
            option.value === value ? "bg-surface text-ink shadow-low" : "text-muted hover:text-ink",
          )}
        >
          <input
            type="radio"
            name={name}
            className="sr-only"
            checked={option.value === value}
            onChange={() => onValueChange(option.value)}
          />
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}
