import type { ContactRow, SyncBadge } from "@/client";

/** Plausible people, the same ones every time. */

const FIRST = [
  "Anna",
  "Marcus",
  "Siobhán",
  "Luis",
  "Priya",
  "Tom",
  "Renée",
  "Wei",
  "Fatima",
  "Jonas",
  "Olivia",
  "Andre",
  "Zoë",
  "Hiro",
  "Grace",
  "Mateusz",
];
const LAST = [
  "Alvarez",
  "Becker",
  "O’Connor",
  "Nguyen",
  "Patel",
  "Whitfield",
  "Dubois",
  "Zhang",
  "Haddad",
  "Lindqvist",
  "Okafor",
  "Romero",
  "Kowalski",
  "Tanaka",
  "Sullivan",
  "Brandt",
];
const CITIES: [string, string][] = [
  ["Austin", "TX"],
  ["San Diego", "CA"],
  ["Boise", "ID"],
  ["Denver", "CO"],
  ["Tampa", "FL"],
  ["Portland", "OR"],
  ["Phoenix", "AZ"],
];
const COMPANIES = [
  "Brightwater Homes",
  "Cedar & Pine Realty",
  "Northgate Lending",
  null,
  "Harbor Title",
  null,
  "Summit Builders",
  null,
];
const OWNERS = ["Dana Fields", "Chris Ito", "Maya Stern"];

export const PEOPLE_COUNT = 2_400;
export const NOW = Date.parse("2026-11-22T15:04:00Z");

const SYNC: SyncBadge[] = [
  { state: "conflict", reason: "Phone differs: changed on both sides" },
  { state: "failing", reason: "HubSpot does not know the option “Prime+” of VIP status" },
  { state: "pending", reason: "Changed in LoanArk, on its way to HubSpot" },
  { state: "not_linked", reason: "Has no e-mail; possible double of Anna Becker" },
];

function uuid(index: number): string {
  return `00000000-0000-4000-8000-${index.toString(16).padStart(12, "0")}`;
}

function syncOf(index: number): SyncBadge {
  const special = [3, 7, 12, 21].indexOf(index % 97);
  return (special >= 0 && SYNC[special]) || { state: "in_sync", reason: null };
}

function pick<T>(list: readonly T[], index: number): T {
  return list[index % list.length] as T;
}

export function person(index: number): ContactRow {
  const first = pick(FIRST, index * 7 + (index >> 4));
  const last = pick(LAST, index * 5 + (index >> 3));
  const [city, state] = pick(CITIES, index);
  const at = new Date(NOW - (index * index * 41 + index * 93) * 1000).toISOString();
  const ascii = `${first}.${last}`
    .normalize("NFD")
    .replaceAll(/[^a-zA-Z.]/g, "")
    .toLowerCase();
  return {
    id: uuid(index),
    hubspot_id: index % 97 === 21 ? null : String(151_000_000 + index * 37),
    email: index % 31 === 5 ? null : `${ascii}${index > 15 ? index : ""}@example.com`,
    firstname: index % 53 === 9 ? null : first,
    lastname: last,
    phone: index % 6 === 2 ? null : `+1512555${String(1000 + ((index * 37) % 9000))}`,
    company: pick(COMPANIES, index * 3),
    city,
    state,
    owner: pick(OWNERS, index),
    email_verification_status: pick(["valid", "valid", "risky", "unknown"], index),
    client_type_vip_status: index % 9 === 0 ? "vip" : null,
    client_type_prospects: index % 3 === 0 ? "prospect" : null,
    created_at: at,
    updated_at: at,
    created_side: index % 4 === 1 ? "loanark" : "hubspot",
    version: 5,
    sync: syncOf(index),
  };
}

export const PEOPLE: ContactRow[] = Array.from({ length: PEOPLE_COUNT }, (_, index) => person(index));
