import { Switch as Radix } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";

export function Switch({ className, ...props }: ComponentProps<typeof Radix.Root>) {
  return (
    <Radix.Root
      className={cn(
        "inline-flex h-5 w-9 shrink-0 items-center rounded-full border border-field-line bg-sunken transition-colors data-[state=checked]:border-ink data-[state=checked]:bg-ink",
        className,
      )}
      {...props}
    >
      <Radix.Thumb className="ml-0.5 size-3.5 rounded-full bg-field-line transition-transform data-[state=checked]:translate-x-4 data-[state=checked]:bg-on-ink" />
    </Radix.Root>
  );
}
