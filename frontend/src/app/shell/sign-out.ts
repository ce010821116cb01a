import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { editsOf } from "@/features/contacts/queries";
import { signOut } from "@/features/session/auth";
import { asProblem } from "@/lib/problem";
import { toastFailed } from "@/lib/toast";
import { deviceOf } from "../offline/device";
import { setPanel } from "../offline/panel-state";

/** The way out. Nothing of the person stays on this device; what is not sent yet is asked about first. */
export function useSignOut() {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  return async ({ discarding = false } = {}): Promise<void> => {
    const edits = editsOf(queryClient);
    if (!discarding && edits.list().length > 0) {
      await edits.sendAll();
      if (edits.list().length > 0) return setPanel("leaving");
    }
    try {
      await signOut();
      await deviceOf(queryClient).onSignedOut();
      queryClient.clear();
      await navigate({ to: "/sign-in" });
    } catch (error) {
      const problem = asProblem(error);
      toastFailed("You are still signed in", { detail: problem.detail ?? problem.title });
    }
  };
}
