import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { type ReactNode, type RefObject, useRef } from "react";
import { cn } from "@/lib/cn";
import { Button } from "./button";

/** What a dialog asks for, at its foot: in sight however long the dialog is. */
export function DialogActions({ children }: { children: ReactNode }) {
  return (
    <div
      data-actions
      className="sticky bottom-0 -mx-5 flex justify-end gap-2 border-t bg-surface px-5 pt-3 pb-[max(0.75rem,env(safe-area-inset-bottom))]"
    >
      {children}
    </div>
  );
}

interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  description?: ReactNode;
  /** "sheet" slides from the right on a desk and from below on a phone. */
  shape?: "dialog" | "sheet";
  className?: string;
  children: ReactNode;
}

const SHAPES = {
  dialog:
    "top-[12vh] left-1/2 w-[min(34rem,calc(100vw-2rem))] max-h-[76vh] -translate-x-1/2 rounded-xl border max-sm:top-auto max-sm:bottom-0 max-sm:max-h-[90dvh] max-sm:w-full max-sm:rounded-b-none",
  sheet:
    "inset-y-0 right-0 w-[min(30rem,100vw)] border-l max-sm:inset-y-auto max-sm:bottom-0 max-sm:max-h-[85dvh] max-sm:w-full max-sm:rounded-t-xl max-sm:border-t max-sm:border-l-0",
};

/**
 * What gets the focus back: what had it when the dialog was opened; where that was a menu's item, which is gone by
 * then, what had opened the menu. (Radix gives it to a trigger of its own, and there is none.)
 */
function useOpener(open: boolean): RefObject<HTMLElement | null> {
  const opener = useRef<HTMLElement | null>(null);
  const wasOpen = useRef(false);
  if (open && !wasOpen.current) {
    const focused = document.activeElement;
    const menu = focused?.closest("[role=menu]")?.getAttribute("aria-labelledby");
    const element = menu ? document.getElementById(menu) : focused;
    opener.current = element instanceof HTMLElement ? element : null;
  }
  wasOpen.current = open;
  return opener;
}

export function Dialog({
  open,
  onOpenChange,
  title,
  description,
  shape = "dialog",
  className,
  children,
}: DialogProps) {
  const opener = useOpener(open);
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="appear fixed inset-0 z-40 bg-scrim" />
        <Radix.Content
          className={cn(
            "appear fixed z-50 flex flex-col overflow-hidden bg-surface shadow-high outline-none",
            SHAPES[shape],
            className,
          )}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            opener.current?.focus();
          }}
          {...(description ? {} : { "aria-describedby": undefined })}
        >
          <header className="flex items-start justify-between gap-4 px-5 pt-4 pr-12 pb-3">
            <div className="grid gap-1">
              <Radix.Title className="font-semibold text-lg">{title}</Radix.Title>
              {description && (
                <Radix.Description className="text-muted text-sm">{description}</Radix.Description>
              )}
            </div>
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto px-5 pb-5 has-[[data-actions]]:scroll-pb-20 has-[[data-actions]]:pb-0">
            {children}
          </div>
          {/* Last in order, so that focus begins at the content. */}
          <Radix.Close asChild>
            <Button kind="quiet" size="icon-sm" aria-label="Close" className="absolute top-3.5 right-3.5">
              <X aria-hidden />
            </Button>
          </Radix.Close>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
