import { HttpResponse, http } from "msw";
import type { ActivityOut, AlikeOut, ConflictOut, ConflictSummary, RejectionGroup } from "@/client";
import { conflict, lag, rejection } from "./fixtures";
import { person } from "./people";

const API = "*/api/tenants/:tenant";

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
const nameOf = (index: number) => `${person(index).firstname} ${person(index).lastname}`;

function about(id: number, index: number, parts: Partial<ConflictOut>): ConflictOut {
  return {
    ...conflict,
    id,
    contact_id: person(index).id,
    contact_name: nameOf(index),
    at: ago(id * 7),
    loanark_edit: { at: ago(id * 9), actor: "Maya Stern", cause: "user" },
    hubspot_url: `https://app.hubspot.example/contacts/1/record/0-1/${person(index).hubspot_id}`,
    ...parts,
  };
}

const cities = [
  ["Meridian", "Eagle"],
  ["Meridian", "Eagle"],
  ["Nampa", "Caldwell"],
  ["Kuna", null],
] as const;

/** What waits when a test begins, newest first. */
export const waiting: ConflictOut[] = [
  { ...conflict, loanark_edit: { at: ago(50), actor: "Maya Stern", cause: "user" } },
  ...cities.map(([hubspot, loanark], index) =>
    about(32 + index, 10 + index, {
      field: "city",
      label: "City",
      kind: "text",
      base: "Boise",
      hubspot,
      loanark,
    }),
  ),
  about(36, 20, {
    field: "address",
    label: "Address",
    kind: "text",
    base: "114 Juniper Lane, Apt 3",
    hubspot: "114 Juniper Lane, Apt 5",
    loanark: "201 Harbour Street",
    late: true,
  }),
  about(37, 21, {
    field: "email",
    label: "E-mail",
    kind: "email",
    base: null,
    hubspot: "h.delgado@northlake.example",
    loanark: "hana.delgado@northlake.example",
    loanark_edit: { at: ago(3_000), actor: null, cause: "sql" },
  }),
];

export const decidedConflicts: ConflictOut[] = [
  about(21, 30, {
    open: false,
    winner: "hubspot",
    resolved_by: "Maya Stern",
    resolved_at: ago(18),
  }),
  about(22, 31, {
    field: "city",
    label: "City",
    kind: "text",
    base: "Boise",
    hubspot: "Nampa",
    loanark: "Eagle",
    open: false,
    winner: "typed",
    typed: "Kuna",
    resolved_by: "Maya Stern",
    resolved_at: ago(25),
  }),
  about(23, 32, {
    policy: "newest",
    open: false,
    winner: "loanark",
    resolved_by: "policy newest",
    resolved_at: ago(300),
  }),
];

export const rejectionGroups: RejectionGroup[] = [
  {
    code: "refused",
    title: "Values HubSpot refused",
    fix: "Change the value to one HubSpot takes; it is sent by itself then. Or retry if HubSpot was changed.",
    heals: false,
    count: 1,
    contacts: 1,
    fields: [{ value: "client_type_vip_status", label: "VIP status", count: 1 }],
  },
  {
    code: "internal",
    title: "Something went wrong inside",
    fix: "It is tried again by itself. If it stays, an administrator finds the details in the log.",
    heals: true,
    count: 2,
    contacts: 2,
    fields: [{ value: "", label: "Whole contacts", count: 2 }],
  },
];

/** An inbox that remembers what was decided in it. */
export class MockInbox {
  open = [...waiting];
  decided = [...decidedConflicts];

  find(id: unknown): ConflictOut | undefined {
    return [...this.open, ...this.decided].find((one) => one.id === Number(id));
  }

  summary(): ConflictSummary {
    const fields = [...new Set(this.open.map(({ field }) => field))].map((field) => {
      const of = this.open.filter((one) => one.field === field);
      return { field, label: of[0]?.label ?? field, count: of.length, policy: "ask" as const };
    });
    const today = this.decided.filter(({ resolved_by }) => resolved_by === "Maya Stern").length;
    return { open: this.open.length, late: 1, decided_today: today, fields };
  }

  alike(id: unknown, isSame: boolean): AlikeOut | undefined {
    const one = this.find(id);
    if (!one) return undefined;
    const ofField = this.open.filter(({ field }) => field === one.field);
    const same = ofField.filter(({ hubspot, loanark }) => hubspot === one.hubspot && loanark === one.loanark);
    return {
      field: one.field,
      label: one.label,
      same_field: ofField.length,
      same_values: same.length,
      examples: (isSame ? same : ofField).slice(0, 8),
    };
  }

  decide(ids: number[], winner: ConflictOut["winner"], typed: string | null = null): ConflictOut[] {
    const done = this.open
      .filter(({ id }) => ids.includes(id))
      .map((one) => ({ ...one, open: false, winner, typed, resolved_by: "Maya Stern", resolved_at: ago(0) }));
    this.open = this.open.filter(({ id }) => !ids.includes(id));
    this.decided = [...done, ...this.decided];
    return done;
  }

  reopen(ids: number[]): number[] {
    const back = this.decided.filter(({ id }) => ids.includes(id));
    this.decided = this.decided.filter(({ id }) => !ids.includes(id));
    const again = back.map((one) => ({
      ...one,
      open: true,
      winner: null,
      resolved_by: null,
      resolved_at: null,
    }));
    this.open = [...this.open, ...again].sort((one, other) => one.id - other.id);
    return again.map(({ id }) => id);
  }
}

const gone = () =>
  HttpResponse.json(
    { code: "not-found", title: "Not found", detail: "There is no such open conflict in this organisation." },
    { status: 404 },
  );

export function inboxHandlersOf(inbox: MockInbox) {
  return [
    http.get(`${API}/conflicts`, ({ request }) => {
      const asked = new URL(request.url).searchParams;
      const [field, search, winner] = [asked.get("field"), asked.get("search"), asked.get("winner")];
      const items = (asked.get("open") === "false" ? inbox.decided : inbox.open).filter(
        (one) =>
          (!field || one.field === field) &&
          (!winner || one.winner === winner) &&
          (!asked.get("late") || one.late) &&
          (!search || one.contact_name.toLowerCase().includes(search.toLowerCase())),
      );
      return HttpResponse.json({ items, next_cursor: null, total: items.length });
    }),
    http.get(`${API}/conflicts/summary`, () => HttpResponse.json(inbox.summary())),
    http.get(`${API}/conflicts/:id/alike`, ({ params, request }) => {
      const found = inbox.alike(params.id, new URL(request.url).searchParams.get("same_values") === "true");
      return found ? HttpResponse.json(found) : gone();
    }),
    http.post(`${API}/conflicts/resolve`, async ({ request }) => {
      const body = (await request.json()) as { winner: "hubspot"; field: string; same_as?: number };
      const one = inbox.alike(body.same_as ?? 0, true)?.examples[0];
      const ids = inbox.open
        .filter(({ field, hubspot, loanark }) =>
          one
            ? field === one.field && hubspot === one.hubspot && loanark === one.loanark
            : field === body.field,
        )
        .map(({ id }) => id);
      inbox.decide(ids, body.winner);
      return HttpResponse.json({ decided: ids, refused: [], left: 0 });
    }),
    http.post(`${API}/conflicts/reopen`, async ({ request }) => {
      const { ids } = (await request.json()) as { ids: number[] };
      return HttpResponse.json({ reopened: inbox.reopen(ids), refused: [] });
    }),
    http.post(`${API}/conflicts/:id/resolve`, async ({ params, request }) => {
      const { winner, value } = (await request.json()) as { winner: "hubspot"; value?: string };
      const [done] = inbox.decide([Number(params.id)], winner, value);
      return done ? HttpResponse.json(done) : gone();
    }),
    http.post(`${API}/conflicts/:id/overturn`, async ({ params, request }) => {
      const { winner } = (await request.json()) as { winner: "hubspot" };
      const one = inbox.find(params.id);
      inbox.decided = inbox.decided.map((each) => (each === one ? { ...each, winner } : each));
      return one ? HttpResponse.json({ ...one, winner }) : gone();
    }),
    http.get(`${API}/rejections`, () =>
      HttpResponse.json({ items: [rejection], next_cursor: null, total: 1 }),
    ),
    http.get(`${API}/rejections/groups`, () => HttpResponse.json(rejectionGroups)),
    http.post(`${API}/rejections/retry`, () => HttpResponse.json({ contacts: 1 }, { status: 202 })),
    http.post(`${API}/rejections/:id/retry`, () => new HttpResponse(null, { status: 202 })),
  ];
}

const STEPS = { "24h": [60, 24], "7d": [360, 28], "30d": [1440, 30] } as const;

/** The dashboard's chart. */
export function activityOf(span: "24h" | "7d" | "30d"): ActivityOut {
  const [step, count] = STEPS[span];
  const points = Array.from({ length: count }, (_, index) => ({
    at: ago((count - 1 - index) * step),
    hubspot: (index * 37) % 53,
    loanark: (index * 17) % 29,
  }));
  return { span, points, recent: 14, recent_minutes: 5, lag };
}

export const inboxHandlers = [
  ...inboxHandlersOf(new MockInbox()),
  http.get(`${API}/activity`, ({ request }) =>
    HttpResponse.json(activityOf(new URL(request.url).searchParams.get("span") as "24h")),
  ),
];
