import {
  Cable,
  KeyRound,
  LogIn,
  type LucideIcon,
  RefreshCw,
  ScrollText,
  UserRoundCog,
  UsersRound,
} from "lucide-react";
import type { EventQuery } from "./queries";

/** What events are about, as people look for it; each is some nouns of the kinds. */
export const TOPICS: { id: string; label: string; icon: LucideIcon; nouns: string[] }[] = [
  {
    id: "contacts",
    label: "Contacts",
    icon: UsersRound,
    nouns: ["contacts", "contact", "erasure", "conflict"],
  },
  {
    id: "members",
    label: "Members and organisation",
    icon: UserRoundCog,
    nouns: ["member", "invitation", "organisation"],
  },
  {
    id: "sign-in",
    label: "Sign-in and accounts",
    icon: LogIn,
    nouns: ["sign-in", "account", "sign-in-rules", "company-sign-in"],
  },
  { id: "keys", label: "Tokens and keys", icon: KeyRound, nouns: ["token", "keys"] },
  { id: "hubspot", label: "HubSpot and mapping", icon: Cable, nouns: ["connection", "mapping", "field"] },
  { id: "sync", label: "Runs and the sync", icon: RefreshCw, nouns: ["run", "brake", "sync-settings"] },
  { id: "log", label: "The log itself", icon: ScrollText, nouns: ["audit"] },
];

/** How something was done: the first word of an event's `via`. */
export const WAYS: { value: string; label: string }[] = [
  { value: "browser", label: "LoanArk’s pages" },
  { value: "token", label: "API token" },
  { value: "sync", label: "Worker" },
  { value: "command line", label: "Command line" },
  { value: "sql", label: "SQL by hand" },
];

/** Filters as the address bar holds them. */
export interface AuditSearch {
  who?: string;
  about?: string[];
  how?: string;
  /** One thing: `contact:<id>`, or a noun and what events call it, as `run:42`. */
  thing?: string;
  /** Days of the reader's calendar, the last included. */
  from?: string;
  to?: string;
  text?: string;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

function isDay(value: unknown): value is string {
  return typeof value === "string" && DAY.test(value) && !Number.isNaN(Date.parse(value));
}

/** Reads what someone may have typed or shared; nonsense is left out, never an error. */
export function parseAuditSearch(raw: Record<string, unknown>): AuditSearch {
  const about = [raw.about].flat().filter((one): one is string => TOPICS.some(({ id }) => id === one));
  return {
    ...(typeof raw.who === "string" && raw.who && { who: raw.who }),
    ...(about.length > 0 && { about }),
    ...(WAYS.some(({ value }) => value === raw.how) && { how: String(raw.how) }),
    ...(typeof raw.thing === "string" && thingOf(raw.thing) && { thing: raw.thing }),
    ...(isDay(raw.from) && { from: raw.from }),
    ...(isDay(raw.to) && { to: raw.to }),
    ...(typeof raw.text === "string" && raw.text && { text: raw.text }),
  };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The two parts of a thing; undefined for what can be none. */
export function thingOf(thing: string): { noun: string; name: string } | undefined {
  const at = thing.indexOf(":");
  const [noun, name] = [thing.slice(0, at), thing.slice(at + 1)];
  if (at < 1 || !name || (noun === "contact" && !UUID.test(name))) return undefined;
  return { noun, name };
}

/** A day begins at the reader's midnight. */
function midnight(day: string, later = 0): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + later).toISOString();
}

/** The same filters as the API takes them. */
export function toQuery({ who, about, how, thing, from, to, text }: AuditSearch): EventQuery {
  const topics = TOPICS.filter(({ id }) => about?.includes(id)).flatMap(({ nouns }) => nouns);
  const one = thing ? thingOf(thing) : undefined;
  const named = one && one.noun !== "contact" ? one : undefined;
  const kind = named ? [named.noun] : topics;
  return {
    ...(kind.length > 0 && { kind }),
    ...(who && { actor: who }),
    ...(how && { via: how }),
    ...(named && { subject: named.name }),
    ...(one?.noun === "contact" && { contact_id: one.name }),
    ...(from && { since: midnight(from) }),
    ...(to && { until: midnight(to, 1) }),
    ...(text && { text }),
  };
}

export function topicOf(kind: string) {
  const noun = kind.split(".")[0] ?? kind;
  return TOPICS.find(({ nouns }) => nouns.includes(noun));
}

/** A day of the reader's calendar, so many days ago. */
export function dayAgo(days: number, now = new Date()): string {
  const day = new Date(now.getFullYear(), now.getMonth(), now.getDate() - days);
  const two = (number: number) => String(number).padStart(2, "0");
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

export function toggleTopic(search: AuditSearch, id: string): AuditSearch {
  const { about = [], ...rest } = search;
  const next = about.includes(id) ? about.filter((one) => one !== id) : [...about, id];
  return next.length > 0 ? { ...rest, about: next } : rest;
}

/** The same search without some of its filters. */
export function without(search: AuditSearch, ...names: (keyof AuditSearch)[]): AuditSearch {
  return Object.fromEntries(Object.entries(search).filter(([name]) => !names.includes(name as never)));
}
