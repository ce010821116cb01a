import { Command } from "cmdk";
import { Check, ChevronDown } from "lucide-react";
import { Popover } from "radix-ui";
import { type ReactNode, useMemo, useState } from "react";
import { cn } from "@/lib/cn";
import { fieldStyle } from "./input";

export interface ComboboxOption {
  value: string;
  label: string;
  /** What else is found by typing, and shown beside the label. */
  code?: string;
  note?: ReactNode;
  isDisabled?: boolean;
}

interface ComboboxProps {
  id?: string;
  value: string | null;
  onValueChange: (value: string) => void;
  /** In the order in which they are offered. */
  options: ComboboxOption[];
  placeholder: string;
  searchLabel: string;
  disabled?: boolean;
  "aria-label"?: string;
  "aria-invalid"?: true | undefined;
  "aria-describedby"?: string | undefined;
}

/** No list is read further than this: one types a letter more. */
const MOST_SHOWN = 60;

/** One of many, found by typing: a button that tells the choice, and a list behind it. */
export function Combobox({
  value,
  onValueChange,
  options,
  placeholder,
  searchLabel,
  disabled,
  ...control
}: ComboboxProps) {
  const [isOpen, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const chosen = options.find((option) => option.value === value);
  const found = useMemo(() => matching(options, typed), [options, typed]);
  const onOpenChange = (open: boolean) => {
    setOpen(open);
    setTyped("");
  };
  return (
    <Popover.Root open={isOpen} onOpenChange={onOpenChange} modal>
      <Popover.Trigger
        className={cn(fieldStyle, "flex items-center justify-between gap-2 text-left")}
        disabled={disabled}
        {...control}
      >
        {chosen ? (
          <span className="min-w-0 truncate">
            {chosen.label}
            {chosen.code && <code className="ml-2 font-mono text-2xs text-muted">{chosen.code}</code>}
          </span>
        ) : (
          <span className={cn("truncate", !value && "text-muted")}>{value || placeholder}</span>
        )}
        <ChevronDown className="size-4 shrink-0 text-muted" aria-hidden />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={4}
          collisionPadding={8}
          aria-label={searchLabel}
          className="appear z-50 w-[max(var(--radix-popover-trigger-width),min(26rem,calc(100vw-2rem)))] overflow-hidden rounded-lg border bg-surface shadow-high"
        >
          <Command shouldFilter={false} label={searchLabel} {...(value && { defaultValue: value })}>
            <Command.Input
              value={typed}
              onValueChange={setTyped}
              placeholder={`${searchLabel}…`}
              className="h-10 w-full border-b bg-transparent px-3 pointer-coarse:text-[1rem] text-sm placeholder:text-muted focus-visible:outline-none"
            />
            <Command.List className="max-h-72 overflow-y-auto p-1" label={searchLabel}>
              <Command.Empty className="px-3 py-6 text-center text-muted text-sm">
                Nothing by that name.
              </Command.Empty>
              {found.slice(0, MOST_SHOWN).map((option) => (
                <Item
                  key={option.value}
                  option={option}
                  isChosen={option.value === value}
                  onSelect={() => {
                    onValueChange(option.value);
                    onOpenChange(false);
                  }}
                />
              ))}
            </Command.List>
            {found.length > MOST_SHOWN && (
              <p className="border-t px-3 py-2 text-muted text-xs">
                The first {MOST_SHOWN} of {found.length}. Type to find the others.
              </p>
            )}
          </Command>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

interface ItemProps {
  option: ComboboxOption;
  isChosen: boolean;
  onSelect: () => void;
}

function Item({ option, isChosen, onSelect }: ItemProps) {
  return (
    <Command.Item
      value={option.value}
      disabled={option.isDisabled ?? false}
      onSelect={onSelect}
      className="flex min-h-9 pointer-coarse:min-h-11 cursor-default items-start gap-2 rounded-sm px-2 py-1.5 text-sm data-[selected=true]:bg-hover data-[disabled=true]:opacity-55"
    >
      <Check className={cn("mt-0.5 size-4 shrink-0", !isChosen && "invisible")} aria-hidden />
      <span className="min-w-0 flex-1">
        <span className="block truncate">{option.label}</span>
        {option.code && <code className="block truncate font-mono text-2xs text-muted">{option.code}</code>}
      </span>
      {option.note && <span className="shrink-0 text-right text-muted text-xs">{option.note}</span>}
    </Command.Item>
  );
}

function matching(options: ComboboxOption[], typed: string): ComboboxOption[] {
  const parts = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (parts.length === 0) return options;
  return options.filter(({ label, code }) => {
    const text = `${label} ${code ?? ""}`.toLowerCase();
    return parts.every((part) => text.includes(part));
  });
}
