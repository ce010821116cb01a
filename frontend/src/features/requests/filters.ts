import type { Lane, RequestQuery, StatusClass } from "./queries";

export const STATUS_CLASSES: Record<StatusClass, string> = {
  ok: "Answered",
  refused: "Refused",
  limited: "Too many (429)",
  failed: "HubSpot failed (5xx)",
  silent: "No answer",
};
const LANES = ["person", "webhook", "edit", "poll", "sweep", "backfill"] as const satisfies Lane[];
export const LANE_NAMES: Record<Lane, string> = {
  person: "Person",
  webhook: "Webhook",
  edit: "Edit",
  poll: "Poll",
  sweep: "Sweep",
  backfill: "Backfill",
};

/** What the address says of the inspector. */
export interface RequestSearch {
  status?: StatusClass;
  lane?: Lane;
  /** A part of the path. */
  path?: string;
  run?: string;
  /** HubSpot's correlation id. */
  correlation?: string;
  /** An id of either side that the request named. */
  record?: string;
  /** The request that is open. */
  open?: string;
}

const isClass = (value: unknown): value is StatusClass =>
  typeof value === "string" && Object.hasOwn(STATUS_CLASSES, value);
const isLane = (value: unknown): value is Lane => LANES.some((lane) => lane === value);
const isNumber = (value: unknown): value is string =>
  typeof value === "string" && /^[1-9]\d{0,14}$/.test(value);
const isText = (value: unknown): value is string => typeof value === "string" && value !== "";

export function parseRequestSearch(search: Record<string, unknown>): RequestSearch {
  const { status, lane, path, run, correlation, record, open } = search;
  return {
    ...(isClass(status) && { status }),
    ...(isLane(lane) && { lane }),
    ...(isText(path) && { path: path.slice(0, 200) }),
    ...(isNumber(run) && { run }),
    ...(isText(correlation) && { correlation: correlation.slice(0, 80) }),
    ...(isText(record) && { record: record.slice(0, 40) }),
    ...(isNumber(open) && { open }),
  };
}

export const toRequestQuery = ({
  status,
  lane,
  path,
  run,
  correlation,
  record,
}: RequestSearch): RequestQuery => ({
  ...(status && { status: [status] }),
  ...(lane && { lane: [lane] }),
  ...(path && { path }),
  ...(run && { run_id: Number(run) }),
  ...(correlation && { correlation }),
  ...(record && { record }),
});
