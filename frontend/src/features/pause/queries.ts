import { useMutation, useQueryClient } from "@tanstack/react-query";
import {
  getSyncSettingsOptions,
  pauseSyncMutation,
  resumeSyncMutation,
} from "@/client/@tanstack/react-query.gen";
import { invalidate } from "@/lib/query-ids";

const TOUCHED = ["getSyncSettings", "getOverview", "listRuns", "getRun"];

export const syncSettingsQuery = (tenant: string) => getSyncSettingsOptions({ path: { tenant } });

export function usePauseActions(tenant: string) {
  const queryClient = useQueryClient();
  const onSuccess = () => invalidate(queryClient, tenant, TOUCHED);
  const pause = useMutation({ ...pauseSyncMutation(), onSuccess });
  const resume = useMutation({ ...resumeSyncMutation(), onSuccess });
  return {
    pause: (reason: string) => pause.mutateAsync({ path: { tenant }, body: { reason } }),
    resume: () => resume.mutateAsync({ path: { tenant } }),
    isPausing: pause.isPending,
    isResuming: resume.isPending,
  };
}
