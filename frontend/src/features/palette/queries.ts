import { useMutation, useQueryClient } from "@tanstack/react-query";
import { retryRejectionsMutation } from "@/client/@tanstack/react-query.gen";
import { invalidate } from "@/lib/query-ids";

const TOUCHED = ["listRejections", "listContacts", "listFacets", "getContact", "getOverview"];

/** Tries again whatever was not carried over; tells of how many contacts. */
export function useRetryAll(tenant: string): () => Promise<number> {
  const queryClient = useQueryClient();
  const retry = useMutation({
    ...retryRejectionsMutation(),
    onSuccess: () => invalidate(queryClient, tenant, TOUCHED),
  });
  return async () => (await retry.mutateAsync({ path: { tenant }, body: {} })).contacts;
}
