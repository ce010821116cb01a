import { Check, ChevronDown } from "lucide-react";
import { Select as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";
import { fieldStyle } from "./input";

export interface SelectOption {
  value: string;
  label: ReactNode;
}

interface SelectProps {
  id?: string;
  value: string;
  onValueChange: (value: string) => void;
  options: SelectOption[];
  placeholder?: string;
  className?: string;
  disabled?: boolean;
  defaultOpen?: boolean;
  "aria-label"?: string;
  "aria-invalid"?: true | undefined;
  "aria-describedby"?: string | undefined;
}

export function Select({
  value,
  onValueChange,
  options,
  placeholder,
  className,
  disabled,
  defaultOpen = false,
  ...control
}: SelectProps) {
  return (
    <Radix.Root
      value={value}
      onValueChange={onValueChange}
      disabled={disabled ?? false}
      defaultOpen={defaultOpen}
    >
      <Radix.Trigger
        className={cn(
          fieldStyle,
          "flex items-center justify-between gap-2 text-left data-placeholder:text-muted",
          className,
        )}
        {...control}
      >
        <span className="truncate">
          <Radix.Value placeholder={placeholder ?? "Choose…"} />
        </span>
        <Radix.Icon asChild>
          <ChevronDown className="size-4 shrink-0 text-muted" aria-hidden />
        </Radix.Icon>
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          position="popper"
          sideOffset={4}
          className="appear z-50 max-h-80 min-w-(--radix-select-trigger-width) overflow-hidden rounded-lg border bg-surface p-1 shadow-high"
        >
          <Radix.Viewport>
            {options.map((option) => (
              <Radix.Item
                key={option.value}
                value={option.value}
                className="relative flex h-8 pointer-coarse:h-11 cursor-default select-none items-center rounded-sm pr-3 pl-7.5 text-sm outline-none data-highlighted:bg-hover"
              >
                <Radix.ItemIndicator className="absolute left-2">
                  <Check className="size-4" aria-hidden />
                </Radix.ItemIndicator>
                <Radix.ItemText>{option.label}</Radix.ItemText>
              </Radix.Item>
            ))}
          </Radix.Viewport>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
