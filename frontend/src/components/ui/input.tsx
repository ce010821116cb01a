import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";

export const fieldStyle =
  "h-8.5 w-full min-w-0 rounded-md border border-field-line bg-surface px-2.5 text-ink text-sm shadow-low placeholder:text-muted focus-visible:outline-offset-0 disabled:opacity-55 aria-invalid:border-bad aria-invalid:bg-bad-wash pointer-coarse:h-11 pointer-coarse:text-[1rem]";

export function Input({ className, type = "text", ...props }: ComponentProps<"input">) {
  return <input type={type} className={cn(fieldStyle, className)} {...props} />;
}
