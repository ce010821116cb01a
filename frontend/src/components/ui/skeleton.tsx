import { cn } from "@/lib/cn";

/** Holds the place of what is coming. Give it the size of the real thing. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={cn("skeleton block h-4", className)} />;
}
