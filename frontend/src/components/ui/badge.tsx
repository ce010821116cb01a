import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";

export type Tone = "plain" | "ok" | "ask" | "warn" | "bad" | "hubspot" | "loanark";

const TONES: Record<Tone, string> = {
  plain: "bg-hover text-ink-2",
  ok: "bg-ok-wash text-ok-ink",
  ask: "bg-ask-wash text-ask-ink",
  warn: "bg-warn-wash text-warn-ink",
  bad: "bg-bad-wash text-bad-ink",
  hubspot: "bg-hubspot-wash text-hubspot-ink",
  loanark: "bg-loanark-wash text-loanark-ink",
};

interface BadgeProps {
  tone?: Tone;
  icon?: LucideIcon | undefined;
  className?: string;
  children: ReactNode;
}

export function Badge({ tone = "plain", icon: Icon, className, children }: BadgeProps) {
  return (
    <span
      className={cn(
        "inline-flex h-5.5 max-w-full items-center gap-1 rounded-sm px-1.5 font-medium text-xs",
        TONES[tone],
        className,
      )}
    >
      {Icon && <Icon className="size-3.5 shrink-0" aria-hidden />}
      <span className="truncate">{children}</span>
    </span>
  );
}
