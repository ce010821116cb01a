import { ChevronDown, X } from "lucide-react";
import { Popover } from "radix-ui";
import { type ReactNode, useState } from "react";
import { cn } from "@/lib/cn";

const chipStyle =
  "inline-flex h-7.5 shrink-0 items-center gap-1.5 rounded-full border px-3 font-medium text-xs transition-colors hover:bg-hover pointer-coarse:h-11";
const chosenStyle = "border-ink bg-ink text-on-ink hover:bg-ink-2";

export const chip = (isOn: boolean): string => cn(chipStyle, isOn ? chosenStyle : "bg-surface text-ink-2");

/** Filters in a row; on a phone the row is pulled sideways. */
export function ChipBar({ label = "Filters", children }: { label?: string; children: ReactNode }) {
  return (
    <fieldset
      aria-label={label}
      className="-mx-4 flex min-w-0 items-center gap-1.5 overflow-x-auto px-4 py-1 md:mx-0 md:flex-wrap md:overflow-visible md:px-0"
    >
      {children}
    </fieldset>
  );
}

interface ChipToggleProps {
  isOn: boolean;
  onToggle: () => void;
  children: ReactNode;
}

export function ChipToggle({ isOn, onToggle, children }: ChipToggleProps) {
  return (
    <button type="button" aria-pressed={isOn} onClick={onToggle} className={chip(isOn)}>
      {children}
    </button>
  );
}

interface ChipRemoveProps {
  label: string;
  onRemove: () => void;
}

/** Something in force, to be taken away. */
export function ChipRemove({ label, onRemove }: ChipRemoveProps) {
  return (
    <button
      type="button"
      aria-label={`Remove ${label}`}
      onClick={onRemove}
      className={cn(chip(false), "pr-2")}
    >
      {label}
      <X className="size-3.5 text-muted" aria-hidden />
    </button>
  );
}

interface ChipMenuProps {
  label: string;
  /** What is chosen, in a word. */
  chosen: ReactNode;
  isOn: boolean;
  className?: string;
  children: ReactNode | ((close: () => void) => ReactNode);
}

/** A filter behind its name. */
export function ChipMenu({ label, chosen, isOn, className, children }: ChipMenuProps) {
  const [open, setOpen] = useState(false);
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger className={chip(isOn)}>
        {label}
        {isOn && <span className="max-w-48 truncate">{chosen}</span>}
        <ChevronDown className="size-3.5 opacity-60" aria-hidden />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={6}
          collisionPadding={8}
          aria-label={`Filter by ${label}`}
          className={cn(
            "appear z-50 max-h-80 w-60 overflow-y-auto rounded-lg border bg-surface p-1 shadow-high",
            className,
          )}
        >
          {typeof children === "function" ? children(() => setOpen(false)) : children}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
