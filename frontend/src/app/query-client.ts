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

interface Ways {
  onSignedOut: () => void;
  /** An organisation asks for a second factor that one does not have. */
  onSecondFactorNeeded: () => void;
}

/** Errors are handled once, here: signed out goes to sign-in, a lacking second factor to where it is set up, a failed
 * change is told by a toast, a failed read where it would stand. */
export function makeQueryClient({ onSignedOut, onSecondFactorNeeded }: Ways): QueryClient {
  onlineManager.setOnline(navigator.onLine); // It starts as "online" whatever is true (TanStack/query #5847).
  const notice = (error: unknown) => {
    if (!(error instanceof Problem)) return;
    if (error.status === 401) onSignedOut();
    if (error.code === "second-factor-needed") onSecondFactorNeeded();
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError: notice }),
    mutationCache: new MutationCache({
      onError: (error, _variables, _context, mutation) => {
        notice(error);
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
