import type { RunOut } from "./queries";

type Kind = RunOut["kind"];
type Status = RunOut["status"];

/** What the address says of the monitor: what was asked, and which runs are listed. */
export interface RunSearch {
  ask?: string;
  kind?: Kind;
  status?: StatusGroup;
  /** `2026-11-26`, in the reader's calendar. */
  day?: string;
}

/** States as people look for them. */
export const STATUS_GROUPS = {
  active: { label: "Under way", statuses: ["running"] },
  waiting: { label: "Waits for you", statuses: ["waiting", "held"] },
  troubled: { label: "Not whole", statuses: ["partial", "failed"] },
  succeeded: { label: "Succeeded", statuses: ["succeeded"] },
  cancelled: { label: "Cancelled", statuses: ["cancelled"] },
} as const satisfies Record<string, { label: string; statuses: Status[] }>;

export type StatusGroup = keyof typeof STATUS_GROUPS;

const isKind = (value: unknown): value is Kind => typeof value === "string" && /^[a-z]{2,20}$/.test(value);
const isGroup = (value: unknown): value is StatusGroup =>
  typeof value === "string" && Object.hasOwn(STATUS_GROUPS, value);
const isDay = (value: unknown): value is string =>
  typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value);

export function parseRunSearch({ ask, kind, status, day }: Record<string, unknown>): RunSearch {
  return {
    ...(typeof ask === "string" && ask && { ask: ask.slice(0, 300) }),
    ...(isKind(kind) && { kind }),
    ...(isGroup(status) && { status }),
    ...(isDay(day) && { day }),
  };
}

/** Which runs, as the API takes it. A day is the reader's: from its midnight to the next. */
export function toRunQuery({ kind, status, day }: RunSearch) {
  const start = day ? new Date(`${day}T00:00:00`) : undefined;
  const end = start && new Date(start.getFullYear(), start.getMonth(), start.getDate() + 1);
  return {
    ...(kind && { kind: [kind] }),
    ...(status && { status: [...STATUS_GROUPS[status].statuses] }),
    ...(start &&
      end &&
      !Number.isNaN(start.getTime()) && { since: start.toISOString(), until: end.toISOString() }),
  };
}
