import { useMutation, useQueryClient } from "@tanstack/react-query";
import {
  authorizeMutation,
  checkMutation,
  connectStaticMutation,
  disconnectMutation,
  getAnswerTimesOptions,
  getConnectionOptions,
} from "@/client/@tanstack/react-query.gen";
import { invalidate } from "@/lib/query-ids";

export type { AnswerTimes, AnswerTimesAt, ConnectionOut, ConnectionProblem } from "@/client";

const ASKED_AGAIN_MS = 60_000;

export const connectionQuery = (tenant: string) => getConnectionOptions({ path: { tenant } });

/** Nothing tells of an answer of HubSpot: it is asked for now and then. */
export const answerTimesQuery = (tenant: string) => ({
  ...getAnswerTimesOptions({ path: { tenant } }),
  refetchInterval: ASKED_AGAIN_MS,
});

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
