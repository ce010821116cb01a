import type { ComponentProps, ReactNode } from "react";
import { useId } from "react";
import { cn } from "@/lib/cn";

export function Card({ className, ...props }: ComponentProps<"section">) {
  return <section className={cn("rounded-lg border bg-surface shadow-low", className)} {...props} />;
}

interface PanelProps {
  title: ReactNode;
  aside?: ReactNode;
  className?: string;
  bodyClassName?: string;
  children: ReactNode;
}

/** A card with a heading: the usual unit of a page. */
export function Panel({ title, aside, className, bodyClassName, children }: PanelProps) {
  const id = useId();
  return (
    <Card aria-labelledby={id} className={cn("flex min-w-0 flex-col", className)}>
      <header className="flex min-h-11 items-center justify-between gap-3 border-b px-4 py-2">
        <h2 id={id} className="font-semibold text-sm">
          {title}
        </h2>
        {aside}
      </header>
      <div className={cn("min-w-0 flex-1 p-4", bodyClassName)}>{children}</div>
    </Card>
  );
}
