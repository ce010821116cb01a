/** Numbers, times and names as people read them. The locale is always passed: without it WebKit under LANG=C prints "1000000". */
export const LOCALE = "en-US";

const integer = new Intl.NumberFormat(LOCALE);
const compact = new Intl.NumberFormat(LOCALE, { notation: "compact", maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat(LOCALE, { style: "percent", maximumFractionDigits: 1 });
const relative = new Intl.RelativeTimeFormat(LOCALE, { numeric: "auto", style: "long" });
const narrow = new Intl.RelativeTimeFormat(LOCALE, { numeric: "always", style: "narrow" });
const dateTime = new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium", timeStyle: "short" });
const date = new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium" });
const time = new Intl.DateTimeFormat(LOCALE, { hour: "numeric", minute: "2-digit" });
const hour = new Intl.DateTimeFormat(LOCALE, { hour: "numeric" });

export const formatCount = (value: number): string => integer.format(value);
export const formatCompact = (value: number): string => compact.format(value);
export const formatPercent = (share: number): string => percent.format(share);
export const formatDateTime = (iso: string): string => dateTime.format(new Date(iso));
export const formatDate = (iso: string): string => date.format(new Date(iso));
export const formatHour = (iso: string): string => hour.format(new Date(iso));
export const formatTime = (iso: string): string => time.format(new Date(iso));

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

const civilDate = new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium", timeZone: "UTC" });

/** A date without a time belongs to no zone: it must not slip to the day before in America. */
export const formatCivilDate = (day: string): string =>
  civilDate.format(new Date(`${day.slice(0, 10)}T00:00:00Z`));

/** "+15125551000" → "+1 512 555 1000". Only North American numbers are cut up: others have other habits. */
export function formatPhone(phone: string): string {
  return phone.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, "+1 $1 $2 $3");
}

const clock = new Intl.DateTimeFormat(LOCALE, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const exact = new Intl.DateTimeFormat(LOCALE, {
  weekday: "short",
  year: "numeric",
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
  timeZoneName: "short",
});
const weekday = new Intl.DateTimeFormat(LOCALE, { weekday: "long", month: "long", day: "numeric" });
const weekdayOfYear = new Intl.DateTimeFormat(LOCALE, { dateStyle: "full" });

/** "14:03:09": where seconds matter, in the reader's time zone. */
export const formatTimeExact = (iso: string): string => clock.format(new Date(iso));

/** Down to the second, with its zone: for titles, and where it may be quoted. */
export const formatExact = (iso: string): string => exact.format(new Date(iso));

/** The same moment as machines write it. */
export const formatUtc = (iso: string): string =>
  `${new Date(iso).toISOString().slice(0, 19).replace("T", " ")} UTC`;

/** "Today", "Yesterday", "Thursday, November 19", in the reader's calendar. */
export function formatDayName(iso: string, now: Date = new Date()): string {
  const day = new Date(iso);
  const isSame = (other: Date) => day.toDateString() === other.toDateString();
  if (isSame(now)) return "Today";
  if (isSame(new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1))) return "Yesterday";
  return (day.getFullYear() === now.getFullYear() ? weekday : weekdayOfYear).format(day);
}
