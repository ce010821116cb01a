import { cva, type VariantProps } from "class-variance-authority";
import { LoaderCircle } from "lucide-react";
import { Slot } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";

/** For links that lead to where something is done. */
export const buttonStyle = cva(
  "inline-flex shrink-0 select-none items-center justify-center gap-1.5 whitespace-nowrap rounded-md font-medium transition-[background,border-color,box-shadow,opacity] disabled:cursor-not-allowed disabled:opacity-45 aria-disabled:opacity-45 [&_svg]:size-4 [&_svg]:shrink-0",
  {
    variants: {
      kind: {
        primary: "bg-ink text-on-ink shadow-low hover:bg-ink-2",
        secondary: "border border-line-strong bg-surface text-ink shadow-low hover:bg-hover",
        quiet: "text-ink-2 hover:bg-hover hover:text-ink",
        danger:
          "border border-line-strong bg-surface text-bad-ink shadow-low hover:border-bad hover:bg-bad-wash",
      },
      size: {
        sm: "h-7 pointer-coarse:h-11 px-2.5 text-xs",
        md: "h-8.5 pointer-coarse:h-11 px-3 text-sm",
        lg: "h-10 pointer-coarse:h-11 px-4 text-base",
        icon: "pointer-coarse:size-11 size-8.5",
        "icon-sm": "pointer-coarse:size-11 size-7",
      },
    },
    defaultVariants: { kind: "secondary", size: "md" },
  },
);

interface ButtonProps extends ComponentProps<"button">, VariantProps<typeof buttonStyle> {
  asChild?: boolean;
  /** Shows a spinner in place of the first icon and refuses clicks. */
  busy?: boolean;
}

export function Button({ className, kind, size, asChild, busy, disabled, children, ...props }: ButtonProps) {
  const style = cn(buttonStyle({ kind, size }), className);
  if (asChild) {
    return (
      <Slot.Root className={style} {...props}>
        {children}
      </Slot.Root>
    );
  }
  return (
    <button
      type="button"
      className={style}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      {...props}
    >
      {busy && <LoaderCircle className="animate-spin" aria-hidden />}
      {children}
    </button>
  );
}
