import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";

interface EmptyStateProps {
  icon?: LucideIcon;
  title: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
  className?: string;
}

export function EmptyState({ icon: Icon, title, children, action, className }: EmptyStateProps) {
  return (
    <div
      className={cn("mx-auto flex max-w-md flex-col items-center gap-2 px-6 py-12 text-center", className)}
    >
      {Icon && (
        <span className="mb-1 grid size-10 place-items-center rounded-lg border bg-sunken text-muted">
          <Icon className="size-5" aria-hidden />
        </span>
      )}
      <p className="font-semibold text-base">{title}</p>
      {children && <div className="text-muted text-sm">{children}</div>}
      {action && <div className="mt-3 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}
