import { getOverviewOptions } from "@/client/@tanstack/react-query.gen";

export type {
  ActivityPoint,
  Balance,
  Budget,
  ContactRow,
  NeedsYou,
  Overview,
  Pending,
  RunOut,
  Truth,
} from "@/client";

const WHILE_WORKING_MS = 2_000;
const OTHERWISE_MS = 30_000;

/** The state of everything. Asked more often while a run is on its way. */
export const overviewQuery = (tenant: string) => ({
  ...getOverviewOptions({ path: { tenant } }),
  refetchInterval: (query: { state: { data?: { run: { status: string } | null } | undefined } }) =>
    query.state.data?.run?.status === "running" ? WHILE_WORKING_MS : OTHERWISE_MS,
});
