import { formatCount, formatDateTime, humanise, plural } from "@/lib/format";
import { thingOf } from "./filters";
import type { ContactChangeOut, EventOut } from "./queries";

/** What an event means, in a sentence that begins with who did it. */

/** How people and fields are called here. */
export interface Names {
  person: (email: string) => string;
  field: (name: string) => string;
}

type Values = Record<string, unknown>;

/** Who did it: a person by name, anything else by what it is. Who fails to sign in has not shown who they are. */
export function whoOf({ actor, via, kind }: Pick<EventOut, "actor" | "via" | "kind">, names: Names): string {
  if (kind === "sign-in.failed" || kind === "sign-in.throttled") return "Somebody";
  if (via === "sync" && actor === "sync") return "The sync";
  if (via === "sql") return `“${actor}”`;
  return names.person(actor);
}

/** How it came: the pages, a token by its name, a command, a worker of ours, or SQL. */
export function wayOf(via: string): string {
  if (via === "browser") return "LoanArk’s pages";
  if (via.startsWith("token ")) return `Token ${via.slice("token ".length)}`;
  if (via === "sql") return "SQL by hand";
  return via === "sync" ? "Worker" : humanise(via);
}

export function tell(event: EventOut, names: Names): string {
  const words = SENTENCES[event.kind] ?? SENTENCES[event.kind.replace(/\..*/, ".")];
  if (words) return words(event, names);
  return [humanise(event.kind.replace(".", " ")).toLowerCase(), event.subject].filter(Boolean).join(" ");
}

type Sentence = (event: EventOut, names: Names) => string;

const role = (value: unknown): string => String(value).replaceAll("_", " ");
const list = (words: string[]): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;

/** A person whom it was done to; "themselves" is left to the sentence. */
const isSelf = ({ actor, subject }: EventOut) => actor === subject;

const changedNames = ({ before, after }: { before: Values; after: Values }): string[] => [
  ...new Set([...Object.keys(before), ...Object.keys(after)]),
];

const settings = (event: EventOut): string =>
  list(changedNames(event).map((name) => humanise(name).toLowerCase()));

const SENTENCES: Record<string, Sentence> = {
  "contacts.changed": (event, names) => tellChanges(event, names),
  "view.added": ({ subject }) => `saved the view “${subject}” for everybody`,
  "view.changed": ({ subject }) => `changed the shared view “${subject}”`,
  "view.removed": ({ subject }) => `deleted the shared view “${subject}”`,
  "contact.erased": () => "erased a person for privacy, here and in the history",
  "erasure.added": () => "ordered a person to be erased for privacy",
  "conflict.changed": ({ after, subject, contact_name }, names) =>
    `decided a conflict: ${names.field(subject)}${contact_name ? ` of ${contact_name}` : ""} is ${after.winner === "typed" ? "another value" : after.winner === "hubspot" ? "as in HubSpot" : "as in LoanArk"}`,
  "conflict.reopened": ({ subject, contact_name }, names) =>
    `took back how a conflict was decided: ${names.field(subject)}${contact_name ? ` of ${contact_name}` : ""} waits again`,

  "duplicate.changed": ({ after }) =>
    DUPLICATES[String(after.state)] ?? "decided whether two contacts are one person",
  "merge.added": () => "merged two contacts",
  "merge.changed": ({ after }) => tellMerge(after),
  "duplicate_settings.added": (event) => `chose how duplicates are treated: ${settings(event)}`,
  "duplicate_settings.changed": (event) => `changed how duplicates are treated: ${settings(event)}`,

  "sign-in.succeeded": ({ more }) =>
    `signed in${Array.isArray(more.methods) ? ` ${withWhat(more.methods)}` : ""}`,
  "sign-in.failed": ({ subject }) => `failed to sign in as ${subject}`,
  "sign-in.throttled": ({ subject }) => `was kept from signing in as ${subject}: too many tries`,
  "sign-in.ended": () => "signed out",
  "account.": ({ kind }) =>
    ACCOUNT[kind] ?? `changed their account: ${role(kind.slice(8)).replaceAll("-", " ")}`,

  "member.added": (event, names) => {
    const as = `as ${role(event.after.role)}`;
    if (isSelf(event)) return `joined ${as}`;
    if (event.after.support_until) return `let ${event.subject} of the support in ${as}`;
    return `added ${names.person(event.subject)} ${as}`;
  },
  "member.changed": (event, names) => {
    const who = isSelf(event) ? "themselves" : names.person(event.subject);
    if ("role" in event.after) return `gave ${who} the role ${role(event.after.role)}`;
    return `changed ${settings(event)} of ${who}`;
  },
  "member.removed": (event, names) =>
    isSelf(event) ? "left the organisation" : `removed ${names.person(event.subject)}`,
  "invitation.added": ({ subject, after }) => `invited ${subject} as ${role(after.role)}`,
  "invitation.changed": ({ subject, after }) => {
    if (after.accepted_at) return `accepted the invitation of ${subject}`;
    if (after.revoked_at) return `withdrew the invitation of ${subject}`;
    return `invited ${subject} again`;
  },
  "organisation.changed": ({ before, after }) => {
    if ("name" in after) return `renamed the organisation from ${before.name} to ${after.name}`;
    return after.own_contacts_only
      ? "let loan officers see their own contacts only"
      : "let loan officers see all contacts";
  },
  "sign-in-rules.": ({ after }) =>
    after.second_factor_required ? "made a second factor a must" : "made a second factor a choice",
  "company-sign-in.added": ({ subject }) => `set up the company’s sign-in at ${subject}`,
  "company-sign-in.changed": (event) => `changed the company’s sign-in: ${settings(event)}`,
  "company-sign-in.removed": ({ subject }) => `ended the company’s sign-in at ${subject}`,

  "token.added": ({ subject }) => `made the API token ${subject}`,
  "token.changed": (event) => `changed the API token ${event.subject}: ${settings(event)}`,
  "token.removed": ({ subject }) => `ended the API token ${subject}`,
  "token.used": ({ subject }) => `used the API token ${subject}`,
  "keys.rotated": () => "sealed every stored secret with the newest key",

  "connection.added": ({ subject }) => `connected the HubSpot account ${subject}`,
  "connection.changed": (event) => {
    if (event.after.approved_at) return "approved the first run, so that contacts flow";
    if (event.after.status === "disconnected") return `disconnected the HubSpot account ${event.subject}`;
    return `changed the connection to HubSpot: ${settings(event)}`;
  },
  "connection.removed": ({ subject }) => `removed the HubSpot account ${subject}`,
  "mapping.added": ({ subject, after }, names) =>
    `mapped ${names.field(subject)} to HubSpot’s ${after.property_name}`,
  "mapping.changed": (event, names) =>
    `changed the mapping of ${names.field(event.subject)}: ${settings(event)}`,
  "mapping.removed": ({ subject }, names) => `took ${names.field(subject)} out of the mapping`,
  "field.added": ({ subject, after }) => `added the field ${after.label ?? subject}`,
  "field.changed": (event, names) => {
    const field = names.field(event.subject);
    if (event.after.archived_at) return `archived the field ${field}`;
    if (event.before.archived_at) return `brought the field ${field} back`;
    return `changed the field ${field}: ${settings(event)}`;
  },
  "sync-settings.": (event) => {
    if (event.after.halted_at)
      return `paused the sync${event.after.halted_reason ? `: “${event.after.halted_reason}”` : ""}`;
    if (event.before.halted_at) return "resumed the sync";
    return event.kind === "sync-settings.added"
      ? "set the sync up for the first time"
      : `changed settings of the sync: ${settings(event)}`;
  },

  "run.added": ({ subject, after }) => `started ${RUNS[String(after.kind)] ?? "a run"}: run ${subject}`,
  "run.changed": ({ subject, after }) => {
    if (after.approved_by) return `approved run ${subject}`;
    if (after.status === "cancelled") return `cancelled run ${subject}`;
    return `changed run ${subject}${after.status ? `: ${after.status}` : ""}`;
  },
  "brake.added": ({ after }) =>
    `held ${HELD[String(after.kind)] ?? "operations"} in ${side(after.side)}: more than usual`,
  "brake.changed": ({ after, subject }) => {
    if (after.state === "approved") return `let what was held go on (${subject})`;
    if (after.state === "rejected") return `turned down what was held (${subject})`;
    return `changed what was held (${subject})${after.state ? `: ${after.state}` : ""}`;
  },

  "audit.verified": ({ more }) => {
    if (more.intact) return "verified the log: it is whole";
    const places = Array.isArray(more.places) ? more.places.map(String) : [];
    return `verified the log: it is broken${places.length > 0 ? ` at ${list(places.slice(0, 3))}` : ""}`;
  },
  "contacts.exported": ({ more }) =>
    `took ${whatWasTaken(more)} along as ${more.format === "csv" ? "CSV" : "JSON"}`,
  "audit.exported": ({ more }) => `took the log along as ${more.format === "csv" ? "CSV" : "JSON"}`,
  "audit.retention-changed": ({ after }) =>
    after.keep_days
      ? `had the log kept for ${formatCount(Number(after.keep_days))} days`
      : "had the log kept for ever",
  "audit.pruned": ({ more }) =>
    `removed ${plural(Number(more.events), "entry", "entries")} that were old enough`,
  "audit.begun": ({ changes }) => `began the log, with ${plural(changes, "earlier change")} of contacts`,
};

const DUPLICATES: Record<string, string> = {
  merged: "said that two contacts are one person",
  rejected: "said that two contacts are not one person",
  open: "took back what was said of two contacts: they wait for a decision again",
};

function tellMerge(after: Values): string {
  if (after.state === "undone") return "took a merge back";
  switch (after.hubspot) {
    case "approved":
      return "let HubSpot merge two contacts as well";
    case "sending":
      return "asked HubSpot to merge two contacts as well";
    case "done":
      return "had two contacts merged in HubSpot as well";
    case "refused":
      return "was refused by HubSpot, which would not merge two contacts";
    case "remade":
      return "made a contact again in HubSpot, after its merge was taken back";
    default:
      return "changed a merge of two contacts";
  }
}

const ACCOUNT: Record<string, string> = {
  "account.password-changed": "changed their password",
  "account.password-set": "set a password",
  "account.password-reset": "set a new password, by a link that was mailed",
  "account.totp-activated": "switched an authenticator app on",
  "account.totp-deactivated": "switched their authenticator app off",
  "account.webauthn-added": "added a passkey",
  "account.webauthn-removed": "removed a passkey",
  "account.recovery-codes-generated": "made new recovery codes",
  "account.account-connected": "connected their company’s sign-in",
};

/** All of them, or how many of those that were chosen or that the filters left. */
function whatWasTaken({ filters, by_name, left_out, count, estimate }: Record<string, unknown>): string {
  const isNarrowed = Object.values(filters ?? {}).some((value) => value !== false);
  if (!isNarrowed && !by_name && !left_out) return "all contacts";
  return `${estimate ? "about " : ""}${plural(Number(count), "contact")}`;
}

const METHODS: Record<string, string> = {
  password: "a password",
  mfa: "a second factor",
  socialaccount: "the company",
  code: "a mailed code",
};
const withWhat = (methods: unknown[]): string =>
  `with ${list([...new Set(methods.map(String))].map((one) => METHODS[one] ?? one))}`;

const RUNS: Record<string, string> = {
  preview: "a preview",
  backfill: "the first load",
  sweep: "a full comparison",
  undo: "an undo",
};
const HELD: Record<string, string> = { delete: "deletions", clear: "emptied values", create: "new contacts" };
const side = (value: unknown): string => (value === "hubspot" ? "HubSpot" : "LoanArk");

const OPS: Record<ContactChangeOut["op"], string> = {
  created: "created",
  updated: "changed",
  deleted: "deleted",
  restored: "restored",
};

export const nameOf = ({ contact_name, erased }: ContactChangeOut): string =>
  erased ? "an erased person" : (contact_name ?? "a contact that is gone");

function tellChanges({ changes, first_changes: [first, ...others] }: EventOut, names: Names): string {
  if (!first) return `changed ${plural(changes, "contact")}`;
  const why = causeOf(first);
  if (changes > 1) {
    const isOneDeed = others.every(({ op }) => op === first.op);
    return `${isOneDeed ? OPS[first.op] : "changed"} ${plural(changes, "contact")}${why}`;
  }
  if (first.cause === "erasure") return "erased a person for privacy";
  if (first.op !== "updated") return `${OPS[first.op]} ${nameOf(first)}${why}`;
  const fields = changedNames(first);
  const of = `of ${nameOf(first)}`;
  const [field] = fields;
  if (fields.length === 1 && field) {
    const values = `${show(first.before[field])} → ${show(first.after[field])}`;
    return `changed ${names.field(field)} ${of}${why}: ${values}`;
  }
  if (fields.length === 0) return `changed values ${of}${first.erased ? ", erased since" : ""}${why}`;
  const what = fields.length > 3 ? `${fields.length} fields` : list(fields.map(names.field));
  return `changed ${what} ${of}${why}`;
}

function causeOf({ cause, side: where, run_id }: ContactChangeOut): string {
  const causes: Partial<Record<ContactChangeOut["cause"], string>> = {
    sync: where === "hubspot" ? ", from HubSpot" : ", for HubSpot",
    conflict: ", by deciding a conflict",
    merge: ", by a merge",
    undo: ", by an undo",
    erasure: ", for privacy",
  };
  return `${causes[cause] ?? ""}${run_id === null ? "" : ` in run ${run_id}`}`;
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;

/** A value as it was written, for people: times in their zone, lists as lists, nothing as "empty". */
export function show(value: unknown): string {
  if (value === null || value === undefined || value === "") return "empty";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.length > 0 ? value.map(show).join(", ") : "empty";
  if (typeof value === "object") return JSON.stringify(value);
  if (typeof value === "string" && INSTANT.test(value) && !Number.isNaN(Date.parse(value)))
    return formatDateTime(value);
  return String(value);
}

/** The thing an event is about, to ask for everything about it; undefined where there is no one thing. */
export function thingAbout({
  kind,
  subject,
  contact_id,
  changes,
  first_changes,
}: EventOut): string | undefined {
  const contact = contact_id ?? (changes === 1 ? first_changes[0]?.contact_id : undefined);
  if (contact) return `contact:${contact}`;
  const noun = kind.split(".")[0] ?? "";
  const isOfEverything = ["sync-settings", "sign-in-rules", "audit", "organisation", "keys"].includes(noun);
  return subject && !isOfEverything && thingOf(`${noun}:${subject}`) ? `${noun}:${subject}` : undefined;
}

/** A name before a thing's own, as in "run 42". */
export function describeThing(thing: string, names: Names): string {
  const { noun, name } = thingOf(thing) ?? { noun: "", name: thing };
  if (["member", "invitation", "sign-in", "account"].includes(noun)) return names.person(name);
  if (noun === "mapping" || noun === "field" || noun === "conflict")
    return `${humanise(noun)} ${names.field(name)}`;
  return `${humanise(noun)} ${name}`;
}
