import { HttpResponse, http } from "msw";
import type {
  Candidate,
  ChangeOut,
  DayOut,
  ExplainOut,
  MonitorOut,
  RejectionOut,
  RequestOut,
  RunChange,
  RunReason,
} from "@/client";
import { changes, lag, rejection } from "./fixtures";
import { NOW, PEOPLE, person } from "./people";

/** The sync as its monitor shows it, and what runs came to. */

const API = "*/api/tenants/:tenant";
const ago = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString();
const nameOf = (index: number) => [person(index).firstname, person(index).lastname].filter(Boolean).join(" ");

export const monitor: MonitorOut = {
  waiting: [
    {
      lane: "webhook",
      side: "hubspot",
      count: 12,
      retrying: 0,
      oldest_at: ago(0.2),
      next_at: ago(0),
      last_error: null,
    },
    {
      lane: "edit",
      side: "loanark",
      count: 3,
      retrying: 1,
      oldest_at: ago(4),
      next_at: ago(-1),
      last_error: "HubSpot answered with status 503; it is tried again.",
    },
  ],
  workers: [{ name: "lender-1", seen_at: ago(0), alive: true }],
  under_way: 1,
  last_poll_at: ago(0.1),
  poll_every_seconds: 15,
  last_webhook_at: ago(0.3),
  last_request_at: ago(0),
  last_change_at: ago(1),
  lag,
  last_comparison_at: ago(292),
  notice: null,
};

/** Today and the 29 days before it, as the reader's calendar has them. */
export const days: DayOut[] = Array.from({ length: 30 }, (_, index) => {
  const today = new Date(NOW);
  const start = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 29 + index);
  const end = new Date(start.getFullYear(), start.getMonth(), start.getDate() + 1);
  const day = [start.getFullYear(), start.getMonth() + 1, start.getDate()]
    .map((part) => String(part).padStart(2, "0"))
    .join("-");
  const isQuiet = start.getDay() % 6 === 0;
  return {
    day,
    start: start.toISOString(),
    end: end.toISOString(),
    hubspot: isQuiet ? 4 : 40 + ((index * 37) % 90),
    loanark: isQuiet ? 0 : 25 + ((index * 53) % 60),
    runs: index % 3 === 0 ? 2 : 1,
    troubled: index % 11 === 5 ? 1 : 0,
  };
});

function candidate(index: number, explanation: Partial<Candidate["explanation"]>): Candidate {
  const row = person(index);
  return {
    contact_id: row.id,
    hubspot_id: row.hubspot_id,
    hubspot_url: `https://app.hubspot.com/contacts/4242/record/0-1/${row.hubspot_id}`,
    name: nameOf(index),
    email: row.email,
    explanation: {
      level: "in_sync",
      sentence: `${nameOf(index)} is in sync: both sides hold the same values.`,
      detail: null,
      since: ago(130),
      facts: [
        { label: "HubSpot id", value: row.hubspot_id ?? "", at: null },
        { label: "HubSpot read", value: "as it is there", at: ago(130) },
        { label: "LoanArk changed", value: "Changed: City by Dana Fields", at: ago(131) },
      ],
      action: "look",
      run_id: null,
      ...explanation,
    },
    events: changes.slice(0, 3) as ChangeOut[],
  };
}

export const inSync = candidate(1, {});
export const refused = candidate(3, {
  level: "needs_you",
  sentence: `HubSpot did not take VIP status of ${nameOf(3)}.`,
  detail:
    "Change the value to one HubSpot takes; it is sent by itself then. Or retry if HubSpot was changed.",
  since: ago(58),
  action: "mend_value",
  facts: [
    { label: "VIP status", value: "Gold was not one of the allowed options (tried 3 times)", at: ago(58) },
    { label: "HubSpot id", value: "151000111", at: null },
  ],
});
export const waiting = candidate(4, {
  level: "heals",
  sentence: `${nameOf(4)} waits for a look: it was changed in LoanArk.`,
  detail: "It goes on by itself, usually within seconds.",
  since: ago(0.3),
  facts: [{ label: "Waits because", value: "it was changed in LoanArk", at: ago(0.3) }],
});

/** Searches like the server: people by name or address, “refused” and “waiting” by what they are. */
function explain(question: string): ExplainOut {
  const asked = question.toLowerCase();
  const named: Record<string, Candidate> = { refused, waiting };
  const found = PEOPLE.slice(0, 60)
    .map((row, index) => ({ row, index }))
    .filter(({ row }) => `${row.firstname} ${row.lastname} ${row.email}`.toLowerCase().includes(asked))
    .map(
      ({ index }) =>
        [inSync, refused, waiting].find(({ name }) => name === nameOf(index)) ?? candidate(index, {}),
    );
  const special = named[asked];
  const candidates = special ? [special] : found.slice(0, 5);
  return {
    searched: question.includes("@")
      ? "e-mail addresses"
      : "names, companies, e-mail addresses and phone numbers",
    candidates,
    more: !special && found.length > 5,
    absent:
      candidates.length > 0
        ? []
        : [
            "It may be in neither HubSpot nor LoanArk, or be written differently in both.",
            "It may have been made in HubSpot a moment ago: new contacts are found within seconds.",
          ],
  };
}

const GOLD = "VIP status: Gold was not one of the allowed options";

export const reasons: RunReason[] = [
  {
    code: "refused",
    reason: GOLD,
    fix: "Change the value to one HubSpot takes; it is sent by itself then. Or retry if HubSpot was changed.",
    heals: false,
    contacts: 3,
    open: 3,
  },
  {
    code: "internal",
    reason: "The contact: the database would not have it just then",
    fix: "It is tried again by itself. If it stays, an administrator finds the details in the log.",
    heals: true,
    contacts: 1,
    open: 1,
  },
];

const rejected = (index: number): RejectionOut => ({
  ...rejection,
  id: 100 + index,
  contact_id: person(index).id,
  contact_name: nameOf(index),
  field: "client_type_vip_status",
  label: "VIP status",
  value: "Gold",
  reason: GOLD,
});

const change = (index: number): RunChange => ({
  id: 900 + index,
  at: ago(299 - index),
  contact_id: person(index).id,
  contact_name: nameOf(index),
  side: index % 3 === 0 ? "loanark" : "hubspot",
  op: index % 4 === 1 ? "created" : "updated",
  cause: "sync",
  reason: null,
  fields: [
    { name: "city", label: "City", before: index % 4 === 1 ? null : "Denver", after: "Boise" },
    { name: "phone", label: "Phone", before: null, after: "+12085550100" },
  ],
});

export const runChanges: RunChange[] = [1, 2, 3, 4, 5, 6, 7, 8, 9].map(change);

const request = (id: number, more: Partial<RequestOut> = {}): RequestOut => ({
  id,
  at: ago((40 - id) / 6),
  lane: "poll",
  method: "POST",
  path: "/crm/objects/2026-09/contacts/search",
  status: 200,
  failure: null,
  ms: 84 + ((id * 37) % 160),
  attempt: 1,
  run_id: null,
  correlation: `8f3a0c1e-0000-4000-8000-${String(id).padStart(12, "0")}`,
  remaining: 108 - (id % 9),
  daily_remaining: null,
  ...more,
});

/** Newest first. */
export const requests: RequestOut[] = [
  request(40),
  request(39, {
    lane: "edit",
    path: "/crm/objects/2026-09/contacts/batch/update",
    status: 400,
    correlation: "b1d7c9aa-5a51-4c55-9d5a-3f3f0a9b2c11",
  }),
  request(38, { lane: "edit", path: "/crm/objects/2026-09/contacts/batch/update", status: 207 }),
  request(37, { lane: "backfill", method: "GET", path: "/crm/objects/2026-09/contacts", run_id: 9, ms: 412 }),
  request(36, {
    lane: "backfill",
    method: "GET",
    path: "/crm/objects/2026-09/contacts",
    run_id: 9,
    attempt: 2,
  }),
  request(35, {
    lane: "backfill",
    method: "GET",
    path: "/crm/objects/2026-09/contacts",
    run_id: 9,
    status: null,
    failure: "no answer: ReadTimeout",
    correlation: null,
    remaining: null,
    ms: 30_000,
  }),
  request(34, {
    lane: "sweep",
    method: "GET",
    path: "/crm/objects/2026-09/contacts",
    status: 429,
    run_id: 7,
  }),
  ...[33, 32, 31, 30, 29, 28].map((id) => request(id)),
];

const CLASSES: Record<string, (status: number | null) => boolean> = {
  ok: (status) => status !== null && status < 300,
  refused: (status) => status !== null && status >= 300 && status < 500 && status !== 429,
  limited: (status) => status === 429,
  failed: (status) => status !== null && status >= 500,
  silent: (status) => status === null,
};

function asked({ searchParams }: URL): RequestOut[] {
  const [status, lane, path, run] = ["status", "lane", "path", "run_id"].map((name) =>
    searchParams.get(name),
  );
  return requests.filter(
    (one) =>
      (!status || CLASSES[status]?.(one.status)) &&
      (!lane || one.lane === lane) &&
      (!path || one.path.includes(path)) &&
      (!run || one.run_id === Number(run)),
  );
}

const outlines = {
  request: {
    body: { inputs: [{ id: "151000111", properties: { client_type_vip_status: "•••", city: "•••" } }] },
  },
  response: {
    status: "error",
    message: "•••",
    correlationId: "b1d7c9aa-5a51-4c55-9d5a-3f3f0a9b2c11",
    category: "VALIDATION_ERROR",
  },
};

export const monitorHandlers = [
  http.get(`${API}/requests`, ({ request }) =>
    HttpResponse.json({ items: asked(new URL(request.url)), next_cursor: null }),
  ),
  http.get(`${API}/requests/:id`, ({ params }) =>
    HttpResponse.json({ ...requests.find(({ id }) => id === Number(params.id)), ...outlines }),
  ),
  http.get(`${API}/monitor`, () => HttpResponse.json(monitor)),
  http.get(`${API}/monitor/days`, () => HttpResponse.json(days)),
  http.get(`${API}/explain`, ({ request }) =>
    HttpResponse.json(explain(new URL(request.url).searchParams.get("q") ?? "")),
  ),
  http.get(`${API}/runs/:id/reasons`, ({ params }) => HttpResponse.json(params.id === "6" ? reasons : [])),
  http.get(`${API}/runs/:id/rejections`, () =>
    HttpResponse.json({ items: [3, 5, 8].map(rejected), next_cursor: null, total: 3 }),
  ),
  http.get(`${API}/runs/:id/changes`, ({ params }) =>
    HttpResponse.json(
      params.id === "4"
        ? { items: [], next_cursor: null, total: 0 }
        : { items: runChanges, next_cursor: null, total: runChanges.length },
    ),
  ),
  http.post(`${API}/rejections/retry`, () => HttpResponse.json({ contacts: 3 }, { status: 202 })),
];
