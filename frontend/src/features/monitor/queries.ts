import { keepPreviousData, useMutation, useQueryClient } from "@tanstack/react-query";
import type { ExplainOut, MonitorOut } from "@/client";
import {
  explainRecordOptions,
  getMonitorOptions,
  listDaysOptions,
  resyncContactMutation,
} from "@/client/@tanstack/react-query.gen";
import { invalidate } from "@/lib/query-ids";

export type {
  Candidate,
  ChangeOut,
  DayOut,
  ExplainOut,
  Explanation,
  Fact,
  MonitorOut,
  WaitingOut,
} from "@/client";

const WHILE_MOVING_MS = 2_000;
const OTHERWISE_MS = 15_000;

/** The sync between runs. Asked more often while something waits. */
export const monitorQuery = (tenant: string) => ({
  ...getMonitorOptions({ path: { tenant } }),
  refetchInterval: ({ state: { data } }: { state: { data?: MonitorOut | undefined } }) =>
    data && data.waiting.length > 0 ? WHILE_MOVING_MS : OTHERWISE_MS,
});

/** The last days, midnight to midnight where the reader is. */
export const daysQuery = (tenant: string) =>
  listDaysOptions({
    path: { tenant },
    query: { days: 30, zone: Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC" },
  });

const HEALING_MS = 2_000;

/**
 * Where the records stand that a question may mean. The last answer stays until the next one is there. While one of
 * them is on its way it is asked again: a look that finds nothing to do changes no value, so no event tells of its end.
 */
export const explainQuery = (tenant: string, question: string) => ({
  ...explainRecordOptions({ path: { tenant }, query: { q: question } }),
  enabled: question !== "",
  refetchInterval: ({ state: { data } }: { state: { data?: ExplainOut | undefined } }) =>
    data?.candidates.some(({ explanation }) => explanation.level === "heals") ? HEALING_MS : false,
  placeholderData: keepPreviousData,
});

export function useLookNow(tenant: string) {
  const queryClient = useQueryClient();
  const onSuccess = () => void invalidate(queryClient, tenant, ["explainRecord", "getMonitor", "getContact"]);
  const { mutateAsync, isPending } = useMutation({ ...resyncContactMutation(), onSuccess });
  return {
    look: (contactId: string) => mutateAsync({ path: { tenant, contact_id: contactId } }),
    isLooking: isPending,
  };
}
