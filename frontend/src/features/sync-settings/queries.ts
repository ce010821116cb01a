import { keepPreviousData, useMutation, useQueryClient } from "@tanstack/react-query";
import type { DuplicateSettingsOut, SyncSettingsOut } from "@/client";
import {
  changeDuplicateSettingsMutation,
  changeSyncSettingsMutation,
  getDuplicateSettingsOptions,
  getDuplicateSettingsQueryKey,
  getSyncSettingsOptions,
  getSyncSettingsQueryKey,
  previewScheduleOptions,
} from "@/client/@tanstack/react-query.gen";
import { invalidate } from "@/lib/query-ids";

export type { DuplicateSettingsOut, Rule, ScheduleOut, SyncSettingsOut } from "@/client";

/** Moments pass. */
const ASKED_AGAIN_MS = 60_000;

export const syncSettingsQuery = (tenant: string) => getSyncSettingsOptions({ path: { tenant } });

type Draft = Pick<SyncSettingsOut, "sweep_every_hours" | "sweep_cron" | "quiet_from" | "quiet_until">;

/** What a schedule means, in words and moments, before it is saved. One end of quiet hours alone is none yet. */
export const schedulePreviewQuery = (tenant: string, draft: Draft) => {
  const { quiet_from, quiet_until, ...wish } = draft;
  const query = quiet_from && quiet_until ? draft : wish;
  return {
    ...previewScheduleOptions({ path: { tenant }, query }),
    placeholderData: keepPreviousData,
    refetchInterval: ASKED_AGAIN_MS,
  };
};

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

export const duplicateSettingsQuery = (tenant: string) => getDuplicateSettingsOptions({ path: { tenant } });

/** Changes how duplicates are treated, and shows it at once. Refusals are told in place. */
export function useChangeDuplicateSettings(tenant: string) {
  const queryClient = useQueryClient();
  return useMutation({
    ...changeDuplicateSettingsMutation(),
    onSuccess: (settings: DuplicateSettingsOut) => {
      queryClient.setQueryData(getDuplicateSettingsQueryKey({ path: { tenant } }), settings);
      return invalidate(queryClient, tenant, ["listDuplicates", "previewMerge", "getDuplicateSummary"]);
    },
    meta: { handlesError: true },
  });
}
