import { useMutation, useQueryClient } from "@tanstack/react-query";
import {
  authorizeMutation,
  checkMutation,
  connectStaticMutation,
  disconnectMutation,
  getConnectionOptions,
} from "@/client/@tanstack/react-query.gen";
import { invalidate } from "@/lib/query-ids";

export type { ConnectionOut, ConnectionProblem } from "@/client";

export const connectionQuery = (tenant: string) => getConnectionOptions({ path: { tenant } });

const TOUCHED = ["getConnection", "getOverview", "getMapping"];

/** Every way to change the connection. The address of HubSpot's page is returned by `authorize`. */
export function useConnectionActions(tenant: string) {
  const queryClient = useQueryClient();
  const onSuccess = () => invalidate(queryClient, tenant, TOUCHED);
  const path = { tenant };
  const authorize = useMutation(authorizeMutation({ path }));
  const connectStatic = useMutation({
    ...connectStaticMutation({ path }),
    onSuccess,
    meta: { handlesError: true },
  });
  const check = useMutation({ ...checkMutation({ path }), onSuccess });
  const disconnect = useMutation({ ...disconnectMutation({ path }), onSuccess });
  return { authorize, connectStatic, check, disconnect };
}
