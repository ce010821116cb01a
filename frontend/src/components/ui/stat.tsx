import type { ReactNode } from "react";
import { cn } from "@/lib/cn";

interface StatProps {
  label: ReactNode;
  value: ReactNode;
  note?: ReactNode;
  className?: string;
}

export function Stat({ label, value, note, className }: StatProps) {
  return (
    <div className={cn("min-w-0", className)}>
      <dt className="text-muted text-xs">{label}</dt>
      <dd className="mt-0.5 break-words font-semibold text-lg tabular-nums tracking-tight">{value}</dd>
      {note && <dd className="text-muted text-xs">{note}</dd>}
    </div>
  );
}
