/** When complete comparisons begin by themselves: what the server does, told ahead. */

export interface Plan {
  everyHours: number;
  /** "22:00", in the account's time zone; both or none. */
  quietFrom: string | null;
  quietUntil: string | null;
  zone: string;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY_MINUTES = 24 * 60;

const minutesOf = (time: string): number => {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
};

function clockIn(zone: string, at: number): number {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  return minutesOf(format.format(at));
}

/** The moment itself, or when the quiet hours end that it falls into. */
function afterQuiet(at: number, { quietFrom, quietUntil, zone }: Plan): number {
  if (!quietFrom || !quietUntil || quietFrom === quietUntil) return at;
  const [from, until, clock] = [minutesOf(quietFrom), minutesOf(quietUntil), clockIn(zone, at)];
  const isQuiet = from < until ? clock >= from && clock < until : clock >= from || clock < until;
  if (!isQuiet) return at;
  const left = (until - clock + DAY_MINUTES) % DAY_MINUTES;
  return Math.floor(at / MINUTE) * MINUTE + left * MINUTE;
}

/** The next ones, counted from when the last one began. */
export function nextComparisons(last: string | null, plan: Plan, now: number, count = 3): string[] {
  if (plan.everyHours <= 0) return [];
  const step = plan.everyHours * HOUR;
  let at = last ? Date.parse(last) : now - step;
  return Array.from({ length: count }, () => {
    at = afterQuiet(Math.max(at + step, now), plan);
    return new Date(at).toISOString();
  });
}
