import type { ReactNode } from "react";
import { cn } from "@/lib/cn";

export function Kbd({ children, onInk = false }: { children: ReactNode; onInk?: boolean }) {
  return (
    <kbd
      className={cn(
        "inline-flex h-4.5 min-w-4.5 items-center justify-center rounded-xs border px-1 font-medium font-sans text-2xs",
        onInk ? "border-on-ink/30" : "border-line-strong bg-surface text-muted",
      )}
    >
      {children}
    </kbd>
  );
}
