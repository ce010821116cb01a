import { useMutation, useQueryClient } from "@tanstack/react-query";
import { approveHeldMutation, listHeldOptions, rejectHeldMutation } from "@/client/@tanstack/react-query.gen";
import { invalidate } from "@/lib/query-ids";

export type { HeldGroup, HeldOperationOut } from "@/client";

const TOUCHED = ["listHeld", "getOverview", "listRuns", "getRun", "listContacts", "getContact"];

export const heldQuery = (tenant: string) => listHeldOptions({ path: { tenant } });

/** A person's answer to a group. Whatever comes of it, the list is asked for again: somebody else may have answered. */
export function useHeldActions(tenant: string) {
  const queryClient = useQueryClient();
  const onSettled = () => void invalidate(queryClient, tenant, TOUCHED);
  const approve = useMutation({ ...approveHeldMutation(), onSettled });
  const reject = useMutation({ ...rejectHeldMutation(), onSettled });
  return {
    approve: (group: number) => approve.mutateAsync({ path: { tenant, group } }),
    reject: (group: number) => reject.mutateAsync({ path: { tenant, group } }),
    approving: approve.isPending ? approve.variables.path.group : undefined,
    rejecting: reject.isPending ? reject.variables.path.group : undefined,
  };
}
