import { MutationCache, onlineManager, QueryCache, QueryClient } from "@tanstack/react-query";
import { asProblem, Problem } from "@/lib/problem";
import { toastFailed } from "@/lib/toast";

declare module "@tanstack/react-query" {
  interface Register {
    defaultError: Error;
    mutationMeta: {
      /** The form shows the error itself: no toast. */
      handlesError?: boolean;
    };
  }
}

const FRESH_MS = 20_000;
const KEPT_MS = 15 * 60_000;
const MAX_RETRIES = 2;

function tellProblem(error: unknown): void {
  const problem = asProblem(error);
  toastFailed(problem.title, { detail: problem.fields[0]?.message ?? problem.detail });
}

/** Errors are handled once, here: signed out goes to sign-in, a failed change is told by a toast, a failed read where it would stand. */
export function makeQueryClient({ onSignedOut }: { onSignedOut: () => void }): QueryClient {
  onlineManager.setOnline(navigator.onLine); // It starts as "online" whatever is true (TanStack/query #5847).
  const noticeSignedOut = (error: unknown) => {
    if (error instanceof Problem && error.status === 401) onSignedOut();
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError: noticeSignedOut }),
    mutationCache: new MutationCache({
      onError: (error, _variables, _context, mutation) => {
        noticeSignedOut(error);
        if (!mutation.meta?.handlesError) tellProblem(error);
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: FRESH_MS,
        gcTime: KEPT_MS,
        networkMode: "always", // Without a network one is told so, not left waiting.
        refetchOnReconnect: true,
        retry: (failures, error) => failures < MAX_RETRIES && asProblem(error).isTransient,
      },
      mutations: { retry: false, networkMode: "always" },
    },
  });
}
