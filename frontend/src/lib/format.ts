import { currentRegion, onRegion } from "./region";

/** Numbers, times and names as people read them: in the reader's region and time zone, words in the page's language. */

const WORDS = "en-US";

function make() {
  const { locale, timeZone } = currentRegion();
  const dates = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { timeZone, ...options });
  return {
    timeZone,
    integer: new Intl.NumberFormat(locale),
    compact: new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 }),
    percent: new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 }),
    decimal: new Intl.NumberFormat(locale, { maximumFractionDigits: 6 }),
    dateTime: dates({ dateStyle: "medium", timeStyle: "short" }),
    date: dates({ dateStyle: "medium" }),
    dayOfMonth: dates({ month: "short", day: "numeric" }),
    civilDate: dates({ dateStyle: "medium", timeZone: "UTC" }),
    time: dates({ hour: "numeric", minute: "2-digit" }),
    hour: dates({ hour: "numeric" }),
    clock: dates({ hour: "2-digit", minute: "2-digit", second: "2-digit" }),
    exact: dates({
      weekday: "short",
      year: "numeric",
      month: "short",
      day: "numeric",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      timeZoneName: "short",
    }),
    weekday: dates({ weekday: "long", month: "long", day: "numeric" }),
    weekdayOfYear: dates({ dateStyle: "full" }),
    /** "2026-11-22", to tell days apart. */
    day: new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short" }),
  };
}

let made: ReturnType<typeof make> | undefined;
onRegion(() => {
  made = undefined;
});

/** The formatters of the region that holds now: made once, and anew when it changes. */
function intl(): ReturnType<typeof make> {
  made ??= make();
  return made;
}

const relative = new Intl.RelativeTimeFormat(WORDS, { numeric: "auto", style: "long" });
const narrow = new Intl.RelativeTimeFormat(WORDS, { numeric: "always", style: "narrow" });

export const formatCount = (value: number): string => intl().integer.format(value);
export const formatCompact = (value: number): string => intl().compact.format(value);
export const formatPercent = (share: number): string => intl().percent.format(share);
/** An amount, a rate: grouped, with as many decimals as it has. */
export const formatDecimal = (value: number): string => intl().decimal.format(value);
export const formatDateTime = (iso: string): string => intl().dateTime.format(new Date(iso));
/** "Fri, Nov 27, 02:00": one of the next days, in the reader's time zone or another. */
export const formatMoment = (iso: string, timeZone: string = currentRegion().timeZone): string =>
  new Intl.DateTimeFormat(currentRegion().locale, {
    timeZone,
    weekday: "short",
    month: "short",
    day: "numeric",
    hour: "numeric",
    minute: "2-digit",
  }).format(new Date(iso));
export const formatDate = (iso: string): string => intl().date.format(new Date(iso));
export const formatDayOfMonth = (iso: string): string => intl().dayOfMonth.format(new Date(iso));
export const formatHour = (iso: string): string => intl().hour.format(new Date(iso));
export const formatTime = (iso: string): string => intl().time.format(new Date(iso));

/** "1 contact", "3 contacts". */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", DAY],
  ["hour", HOUR],
  ["minute", MINUTE],
];

/** "just now", "4 minutes ago", "in 2 hours"; a date once it is older than a month. */
export function formatAgo(iso: string, now: number = Date.now()): string {
  const gap = new Date(iso).getTime() - now;
  if (Math.abs(gap) > 30 * DAY) return formatDate(iso);
  for (const [unit, size] of UNITS) {
    if (Math.abs(gap) >= size) return relative.format(Math.round(gap / size), unit);
  }
  return "just now";
}

/** The same where room is short: "now", "4m ago", "2h ago". */
export function formatAgoShort(iso: string, now: number = Date.now()): string {
  const gap = new Date(iso).getTime() - now;
  if (Math.abs(gap) > 30 * DAY) return formatDate(iso);
  for (const [unit, size] of UNITS) {
    if (Math.abs(gap) >= size) return narrow.format(Math.round(gap / size), unit);
  }
  return "now";
}

/** "8 s", "2 min 5 s", "1 h 4 min". */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** "145 ms", "1.2 s". */
export const formatMs = (ms: number): string =>
  ms < SECOND ? `${formatCount(ms)} ms` : `${formatDecimal(Math.round(ms / 100) / 10)} s`;

export function secondsBetween(
  startIso: string,
  endIso: string | null | undefined,
  now = Date.now(),
): number {
  return ((endIso ? new Date(endIso).getTime() : now) - new Date(startIso).getTime()) / SECOND;
}

/** "email_verification_status" → "Email verification status". */
export function humanise(name: string): string {
  const words = name.replaceAll(/[_-]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function initials(name: string): string {
  const words = name.split(/[\s@.]+/).filter(Boolean);
  return ((words[0]?.[0] ?? "?") + (words[1]?.[0] ?? "")).toUpperCase();
}

interface Named {
  firstname: string | null;
  lastname: string | null;
  email: string | null;
}

export function fullName({ firstname, lastname, email }: Named): string {
  return [firstname, lastname].filter(Boolean).join(" ") || email || "No name";
}

/** A date without a time belongs to no zone: it must not slip to the day before in America. */
export const formatCivilDate = (day: string): string =>
  intl().civilDate.format(new Date(`${day.slice(0, 10)}T00:00:00Z`));

/** "+15125551000" → "+1 512 555 1000". Only North American numbers are cut up: others have other habits. */
export function formatPhone(phone: string): string {
  return phone.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, "+1 $1 $2 $3");
}

/** "14:03:09", or as the region writes it: where seconds matter, in the reader's time zone. */
export const formatTimeExact = (iso: string): string => intl().clock.format(new Date(iso));

/** Down to the second, with its zone: for titles, and where it may be quoted. */
export const formatExact = (iso: string): string => intl().exact.format(new Date(iso));

/** The same moment as machines write it. */
export const formatUtc = (iso: string): string =>
  `${new Date(iso).toISOString().slice(0, 19).replace("T", " ")} UTC`;

const DAY_MS = 86_400_000;

/** "Today", "Yesterday", "Thursday, November 19", in the reader's time zone. */
export function formatDayName(iso: string, now: Date = new Date()): string {
  const { day: dayOf, weekday, weekdayOfYear } = intl();
  const [day, today] = [dayOf.format(new Date(iso)), dayOf.format(now)];
  if (day === today) return "Today";
  const yesterday = new Date(Date.parse(`${today}T00:00:00Z`) - DAY_MS).toISOString().slice(0, 10);
  if (day === yesterday) return "Yesterday";
  return (day.slice(0, 4) === today.slice(0, 4) ? weekday : weekdayOfYear).format(new Date(iso));
}
