import { Skeleton } from "./skeleton";

/** Stands in while a page's code arrives. */
export function PageSkeleton() {
  return (
    <div className="mx-auto w-full max-w-6xl px-4 pt-5 md:px-8 md:pt-8" aria-busy="true">
      <p className="sr-only">Loading…</p>
      <Skeleton className="h-6 w-44" />
      <Skeleton className="mt-3 h-4 w-72" />
      <Skeleton className="mt-7 h-56 w-full rounded-lg" />
      <Skeleton className="mt-4 h-40 w-full rounded-lg" />
    </div>
  );
}
