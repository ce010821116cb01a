import type { ReactElement } from "react";
import { Button } from "./button";
import { ErrorState } from "./error-state";
import { PageSkeleton } from "./page-skeleton";

interface UnreadyPageProps {
  error: unknown;
  onRetry: () => void;
  /** A link to where one may go instead. */
  wayOut: ReactElement;
}

/** A page whose one thing is not here: it is on its way, or the page says why not and where else to go. */
export function UnreadyPage({ error, onRetry, wayOut }: UnreadyPageProps) {
  if (!error) return <PageSkeleton />;
  return (
    <ErrorState
      error={error}
      onRetry={onRetry}
      isWholePage
      wayOut={<Button asChild>{wayOut}</Button>}
      className="mt-16"
    />
  );
}
