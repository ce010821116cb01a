import { CloudOff, RotateCw, TriangleAlert } from "lucide-react";
import { cn } from "@/lib/cn";
import { asProblem } from "@/lib/problem";
import { Button } from "./button";

interface ErrorStateProps {
  error: unknown;
  onRetry?: (() => void) | undefined;
  className?: string;
}

/** What happened, what to do, where to read on. Stands where the content would stand. */
export function ErrorState({ error, onRetry, className }: ErrorStateProps) {
  const problem = asProblem(error);
  const Icon = problem.status === 0 ? CloudOff : TriangleAlert;
  return (
    <div
      role="alert"
      className={cn("mx-auto flex max-w-lg flex-col items-start gap-3 px-6 py-10", className)}
    >
      <div className="flex gap-3">
        <span className="mt-0.5 grid size-8 shrink-0 place-items-center rounded-md bg-bad-wash text-bad-ink">
          <Icon className="size-4.5" aria-hidden />
        </span>
        <div className="grid gap-1">
          <p className="font-semibold">{problem.title}</p>
          {problem.detail && <p className="text-ink-2 text-sm">{problem.detail}</p>}
          {problem.fix && <p className="text-ink-2 text-sm">{problem.fix}</p>}
          <p className="font-mono text-2xs text-muted">
            {problem.code}
            {problem.docs && (
              <>
                {" · "}
                <a href={problem.docs} className="underline" target="_blank" rel="noreferrer">
                  how to fix it
                </a>
              </>
            )}
          </p>
        </div>
      </div>
      {onRetry && (
        <Button onClick={onRetry} className="ml-11">
          <RotateCw aria-hidden /> Try again
        </Button>
      )}
    </div>
  );
}
