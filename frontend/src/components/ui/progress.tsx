import { cn } from "@/lib/cn";

interface ProgressProps {
  /** 0 to 1; null when the end is not known. */
  share: number | null;
  label: string;
  className?: string;
}

export function Progress({ share, label, className }: ProgressProps) {
  const percent = share === null ? null : Math.round(Math.min(1, Math.max(0, share)) * 100);
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      {...(percent === null ? {} : { "aria-valuenow": percent })}
      className={cn("h-1.5 overflow-hidden rounded-full bg-selected", className)}
    >
      <div
        className={cn(
          "h-full rounded-full bg-ink transition-[width] duration-(--slow)",
          percent === null && "w-1/3 animate-pulse",
        )}
        style={percent === null ? undefined : { width: `${percent}%` }}
      />
    </div>
  );
}
