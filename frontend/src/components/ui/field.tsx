import { CircleAlert } from "lucide-react";
import { type ReactNode, useId } from "react";
import { cn } from "@/lib/cn";

interface FieldControl {
  id: string;
  "aria-invalid": true | undefined;
  "aria-describedby": string | undefined;
}

interface FieldProps {
  label: ReactNode;
  /** The label is on the page already, for eyes: beside a cell, as a heading. */
  isLabelHidden?: boolean;
  error?: string | undefined;
  hint?: ReactNode;
  className?: string;
  children: (control: FieldControl) => ReactNode;
}

/** A label, a control, and what is wrong with it, tied together for eyes and screen readers alike. */
export function Field({ label, isLabelHidden = false, error, hint, className, children }: FieldProps) {
  const id = useId();
  const noteId = `${id}-note`;
  const hasNote = Boolean(error || hint);
  return (
    <div className={cn("grid content-start gap-1.5", className)}>
      <label htmlFor={id} className={isLabelHidden ? "sr-only" : "font-medium text-ink-2 text-xs"}>
        {label}
      </label>
      {children({
        id,
        "aria-invalid": error ? true : undefined,
        "aria-describedby": hasNote ? noteId : undefined,
      })}
      {hasNote && (
        <p id={noteId} className={cn("flex gap-1 text-xs", error ? "text-bad-ink" : "text-muted")}>
          {error && <CircleAlert className="mt-0.5 size-3.5 shrink-0" aria-hidden />}
          {error ?? hint}
        </p>
      )}
    </div>
  );
}
