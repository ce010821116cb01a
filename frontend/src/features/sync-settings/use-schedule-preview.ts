import { useQuery } from "@tanstack/react-query";
import { asProblem } from "@/lib/problem";
import { useDebounced } from "@/lib/use-debounced";
import { type SyncSettingsOut, schedulePreviewQuery } from "./queries";

const TYPING_MS = 250;

type Draft = Pick<SyncSettingsOut, "sweep_every_hours" | "sweep_cron" | "quiet_from" | "quiet_until">;

/** What the schedule would mean as it is being changed: the server says, which goes by it. */
export function useSchedulePreview(tenant: string, draft: Draft) {
  // As one text, so that the same wish is one question.
  const asked = useDebounced(JSON.stringify(draft), TYPING_MS);
  const { data, error } = useQuery(schedulePreviewQuery(tenant, JSON.parse(asked) as Draft));
  return {
    schedule: error ? undefined : data,
    fault: (field: keyof Draft) =>
      error ? asProblem(error).fields.find((wrong) => wrong.field === field)?.message : undefined,
  };
}
