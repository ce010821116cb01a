import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { SyncSettingsOut } from "@/client";
import {
  changeSyncSettingsMutation,
  getSyncSettingsOptions,
  getSyncSettingsQueryKey,
  listRunsOptions,
} from "@/client/@tanstack/react-query.gen";
import { invalidate } from "@/lib/query-ids";

export type { SyncSettingsOut } from "@/client";

export const syncSettingsQuery = (tenant: string) => getSyncSettingsOptions({ path: { tenant } });

const LOOKED_THROUGH = 50;

/** When the last complete comparison began; null where none is among the last runs. */
export const lastComparisonQuery = (tenant: string) => ({
  ...listRunsOptions({ path: { tenant }, query: { limit: LOOKED_THROUGH } }),
  select: ({ items }: { items: { kind: string; created_at: string }[] }) =>
    items.find(({ kind }) => kind === "sweep" || kind === "backfill")?.created_at ?? null,
});

/** Changes some settings, and shows them at once. Refusals are told in place. */
export function useChangeSettings(tenant: string) {
  const queryClient = useQueryClient();
  return useMutation({
    ...changeSyncSettingsMutation(),
    onSuccess: (settings: SyncSettingsOut) => {
      queryClient.setQueryData(getSyncSettingsQueryKey({ path: { tenant } }), settings);
      return invalidate(queryClient, tenant, ["getOverview"]);
    },
    meta: { handlesError: true },
  });
}
