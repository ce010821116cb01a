import { CloudOff, RotateCw, TriangleAlert } from "lucide-react";
import { lazy, type ReactNode, Suspense } from "react";
import { cn } from "@/lib/cn";
import { asProblem } from "@/lib/problem";
import { Button } from "./button";

/** Comes with the first error, not with the first page. */
const Explain = lazy(() => import("./explain").then(({ Explain }) => ({ default: Explain })));

interface ErrorStateProps {
  error: unknown;
  onRetry?: (() => void) | undefined;
  /** A way out, for what trying again does not help. */
  wayOut?: ReactNode;
  /** There is nothing else on the page: its title is the page's. */
  isWholePage?: boolean;
  className?: string;
}

/** Codes that this page makes itself, where no answer of the product came, are said in full already. */
const isDocumented = (code: string) => !/^(http-\d+|not-the-api|unreachable)$/.test(code);

const REFUSALS = [403, 404, 422];

/** What happened, what to do, where to read on. Stands where the content would stand. */
export function ErrorState({ error, onRetry, wayOut, isWholePage = false, className }: ErrorStateProps) {
  const problem = asProblem(error);
  const Title = isWholePage ? "h1" : "p";
  const canRetry = onRetry && !REFUSALS.includes(problem.status);
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
          <Title className="font-semibold text-base">{problem.title}</Title>
          {problem.detail && <p className="text-ink-2 text-sm">{problem.detail}</p>}
          {problem.fix && <p className="text-ink-2 text-sm">{problem.fix}</p>}
          <p className="font-mono text-2xs text-muted">
            <Suspense fallback={problem.code}>
              {isDocumented(problem.code) ? (
                <Explain code={problem.code}>{problem.code}</Explain>
              ) : (
                problem.code
              )}
            </Suspense>
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
      {(canRetry || wayOut) && (
        <div className="ml-11 flex flex-wrap gap-2">
          {canRetry && (
            <Button onClick={onRetry}>
              <RotateCw aria-hidden /> Try again
            </Button>
          )}
          {wayOut}
        </div>
      )}
    </div>
  );
}
