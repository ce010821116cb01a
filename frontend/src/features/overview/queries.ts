import { keepPreviousData } from "@tanstack/react-query";
import type { ActivityOut, Overview } from "@/client";
import { getActivityOptions, getOverviewOptions } from "@/client/@tanstack/react-query.gen";

export type {
  ActivityPoint,
  Balance,
  Budget,
  ContactRow,
  LagOut,
  NeedsYou,
  Overview,
  Pending,
  RunOut,
  Truth,
} from "@/client";

const WHILE_WORKING_MS = 2_000;
const OTHERWISE_MS = 30_000;

function isMoving({ run, pending }: Overview): boolean {
  return run?.status === "running" || pending.hubspot + pending.loanark > 0;
}

/** The state of everything. Asked more often while something is on its way. */
export const overviewQuery = (tenant: string) => ({
  ...getOverviewOptions({ path: { tenant } }),
  refetchInterval: ({ state: { data } }: { state: { data?: Overview | undefined } }) =>
    data && isMoving(data) ? WHILE_WORKING_MS : OTHERWISE_MS,
});

export type Span = ActivityOut["span"];

export const activityQuery = (tenant: string, span: Span) => ({
  ...getActivityOptions({ path: { tenant }, query: { span } }),
  placeholderData: keepPreviousData,
  refetchInterval: OTHERWISE_MS,
});
