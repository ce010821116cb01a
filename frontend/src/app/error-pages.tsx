import { Link, useRouter } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { Logo } from "@/components/ui/logo";
import { useTitle } from "@/lib/use-title";

export function NotFoundPage() {
  useTitle("Nothing here");
  return (
    <div className="grid min-h-[70dvh] place-items-center px-6">
      <div className="grid max-w-sm justify-items-center gap-3 text-center">
        <Logo className="size-9 opacity-60" />
        <h1 className="font-semibold text-xl">There is nothing here</h1>
        <p className="text-muted text-sm">
          The address may be mistyped, or what was here belongs to an organisation you are not a member of.
        </p>
        <Button asChild className="mt-2">
          <Link to="/">Go to the dashboard</Link>
        </Button>
      </div>
    </div>
  );
}

/** The same where there is no house around it. */
export function RootNotFoundPage() {
  return (
    <main>
      <NotFoundPage />
    </main>
  );
}

export function ErrorPage({ error, reset }: { error: unknown; reset?: () => void }) {
  const router = useRouter();
  const retry = () => {
    reset?.();
    void router.invalidate();
  };
  useOnceOnline(retry);
  return (
    <div className="grid min-h-[60dvh] place-items-center">
      <ErrorState error={error} isWholePage onRetry={retry} />
    </div>
  );
}

/** When the network is back, what failed without it is tried again. */
function useOnceOnline(retry: () => void): void {
  const latest = useRef(retry);
  useEffect(() => {
    latest.current = retry;
  });
  useEffect(() => {
    const onOnline = () => latest.current();
    window.addEventListener("online", onOnline);
    return () => window.removeEventListener("online", onOnline);
  }, []);
}
