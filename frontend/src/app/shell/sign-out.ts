import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { signOut } from "@/features/session/auth";
import { asProblem } from "@/lib/problem";
import { toastFailed } from "@/lib/toast";

export function useSignOut(): () => Promise<void> {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  return async () => {
    try {
      await signOut();
      queryClient.clear();
      await navigate({ to: "/sign-in" });
    } catch (error) {
      const problem = asProblem(error);
      toastFailed("You are still signed in", { detail: problem.detail ?? problem.title });
    }
  };
}
