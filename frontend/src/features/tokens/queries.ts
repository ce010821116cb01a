import { useMutation, useQueryClient } from "@tanstack/react-query";
import {
  listTokensOptions,
  makeTokenMutation,
  revokeTokenMutation,
} from "@/client/@tanstack/react-query.gen";
import { invalidate } from "@/lib/query-ids";

export type { Permission, TokenMade, TokenOut } from "@/client";

export const tokensQuery = (tenant: string) => listTokensOptions({ path: { tenant } });

export function useTokenActions(tenant: string) {
  const queryClient = useQueryClient();
  const onSuccess = () => invalidate(queryClient, tenant, ["listTokens"]);
  const make = useMutation({ ...makeTokenMutation(), onSuccess, meta: { handlesError: true } });
  const revoke = useMutation({ ...revokeTokenMutation(), onSuccess });
  return { make, revoke };
}
