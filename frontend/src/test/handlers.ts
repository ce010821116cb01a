import { HttpResponse, http } from "msw";
import { contactListHandlers, editedContact } from "./contact-list";
import { duplicateHandlers } from "./duplicates";
import {
  answerTimes,
  auditEvents,
  auditFacets,
  auditState,
  changes,
  companySignIn,
  connection,
  contactOf,
  hubspotEdits,
  invitations,
  invitationToAccept,
  mapping,
  members,
  noCounts,
  organisation,
  overview,
  pausedSettings,
  plan,
  runs,
  scheduleOf,
  session,
  signedInPlaces,
  syncSettings,
  token,
  undoRun,
  verification,
} from "./fixtures";
import { inboxHandlers } from "./inbox";
import { mappingHandlers } from "./mapping";
import { monitorHandlers } from "./monitor";

/** The API as the tests and `npm run dev:mock` see it. Read-mostly; what a test changes it overrides with `server.use`. */

const API = "*/api/tenants/:tenant";
const indexOf = (id: unknown) => Number.parseInt(String(id).slice(-12), 16);

function problem(
  status: number,
  code: string,
  title: string,
  detail: string,
  errors: Record<string, string> = {},
) {
  return HttpResponse.json(
    { type: `/docs/problems#${code}`, title, status, code, detail, errors },
    { status },
  );
}

export const handlers = [
  ...mappingHandlers,
  ...monitorHandlers,
  ...contactListHandlers,
  http.get("*/api/auth/browser/v1/auth/session", () =>
    HttpResponse.json({ data: { flows: [] } }, { status: 401 }),
  ),
  http.get("*/api/auth/browser/v1/config", () =>
    HttpResponse.json({ data: { account: { is_open_for_signup: false } } }),
  ),
  http.post("*/api/auth/browser/v1/auth/login", async ({ request }) => {
    const { password } = (await request.json()) as { password: string };
    if (password !== "wrong") return HttpResponse.json({ status: 200 });
    const errors = [
      {
        message: "The email address and/or password you specified are not correct.",
        code: "email_password_mismatch",
        param: "password",
      },
    ];
    return HttpResponse.json({ status: 400, errors }, { status: 400 });
  }),
  http.delete("*/api/auth/browser/v1/auth/session", () => HttpResponse.json({}, { status: 401 })),
  http.get("*/api/session", () => HttpResponse.json(session)),
  http.get("*/api/auth/browser/v1/account/authenticators", () => HttpResponse.json({ data: [] })),
  http.get("*/api/auth/browser/v1/auth/sessions", () => HttpResponse.json({ data: signedInPlaces })),
  http.post("*/api/account/qr", () =>
    HttpResponse.json({ svg: "<svg xmlns='http://www.w3.org/2000/svg'/>" }),
  ),
  http.get("*/api/invitations/:token", ({ params }) =>
    params.token === "good"
      ? HttpResponse.json(invitationToAccept)
      : problem(404, "not-found", "Not found", "This invitation does not exist or does not work any more."),
  ),
  http.get(`${API}/invitations`, () => HttpResponse.json(invitations)),
  http.get(`${API}/company-sign-in`, () => HttpResponse.json(companySignIn)),
  http.get(`${API}/sign-in-rules`, () =>
    HttpResponse.json({ second_factor_required: false, members_without_second_factor: 2 }),
  ),

  http.get(`${API}/overview`, () =>
    HttpResponse.json({ ...overview, worker_seen_at: new Date().toISOString() }),
  ),
  http.get(`${API}/connection`, () => HttpResponse.json(connection)),
  http.get(`${API}/connection/answer-times`, () => HttpResponse.json(answerTimes)),
  http.post(`${API}/connection/check`, () => HttpResponse.json(connection)),
  http.post(`${API}/connection/authorize`, () =>
    HttpResponse.json({ url: "/loanark/connection?connected=1" }),
  ),
  http.post(`${API}/connection/static-token`, () =>
    problem(
      422,
      "token-refused",
      "HubSpot refused this token",
      "Nothing was changed. Copy the token again from HubSpot, whole.",
      { token: "HubSpot answered 401." },
    ),
  ),
  http.delete(`${API}/connection`, () => new HttpResponse(null, { status: 204 })),

  http.get(`${API}/organisation`, () => HttpResponse.json(organisation)),
  http.patch(`${API}/organisation`, async ({ request }) =>
    HttpResponse.json({ ...organisation, ...((await request.json()) as object) }),
  ),
  http.get(`${API}/members`, () => HttpResponse.json(members)),
  http.patch(`${API}/members/:id`, async ({ params, request }) => {
    const member = members.find(({ id }) => id === Number(params.id));
    return HttpResponse.json({ ...member, ...((await request.json()) as object) });
  }),
  http.delete(`${API}/members/:id`, () => new HttpResponse(null, { status: 204 })),
  http.delete(`${API}/membership`, () => new HttpResponse(null, { status: 204 })),
  http.post(`${API}/support`, () => HttpResponse.json(members[2], { status: 201 })),
  http.get(`${API}/tokens`, () => HttpResponse.json([token])),
  http.post(`${API}/tokens`, () =>
    HttpResponse.json({ ...token, token: "loanark_pat_made-once" }, { status: 201 }),
  ),
  http.delete(`${API}/tokens/:id`, () => new HttpResponse(null, { status: 204 })),
  http.get(`${API}/mapping`, () => HttpResponse.json(mapping)),

  http.get(`${API}/audit`, ({ request }) => {
    const asked = new URL(request.url).searchParams;
    const [kinds, who, contact] = [asked.getAll("kind"), asked.get("actor"), asked.get("contact_id")];
    const items = auditEvents.filter(
      ({ kind, actor, first_changes }) =>
        (kinds.length === 0 || kinds.includes(kind.split(".")[0] ?? "")) &&
        (!who || actor === who) &&
        (!contact || first_changes.some(({ contact_id }) => contact_id === contact)),
    );
    return HttpResponse.json({ items, next_cursor: null, searched_to: null });
  }),
  http.get(`${API}/audit/facets`, () => HttpResponse.json(auditFacets)),
  http.get(`${API}/audit/state`, () => HttpResponse.json(auditState)),
  http.get(`${API}/audit/events/:id/changes`, ({ params }) => {
    const changes = auditEvents.find(({ id }) => id === Number(params.id))?.first_changes ?? [];
    return HttpResponse.json({ items: changes, next_cursor: null });
  }),
  http.post(`${API}/audit/verify`, () => HttpResponse.json(verification)),
  http.put(`${API}/audit/retention`, async ({ request }) => HttpResponse.json(await request.json())),

  http.post(`${API}/contacts`, async ({ request }) => {
    const { values } = (await request.json()) as { values: Record<string, string | null> };
    if (values.email && !values.email.includes("@")) {
      return problem(422, "invalid", "The input is not valid", "Nothing was saved.", {
        email: "This is not an e-mail address.",
      });
    }
    return HttpResponse.json(contactOf(1), { status: 201 });
  }),
  http.get(`${API}/contacts/:id`, ({ params }) => HttpResponse.json(editedContact(params.id))),
  http.delete(`${API}/contacts/:id`, () => new HttpResponse(null, { status: 204 })),
  http.post(`${API}/contacts/:id/restore`, ({ params }) => HttpResponse.json(contactOf(indexOf(params.id)))),
  http.post(`${API}/contacts/:id/resync`, ({ params }) =>
    HttpResponse.json(contactOf(indexOf(params.id)), { status: 202 }),
  ),
  http.get(`${API}/contacts/:id/hubspot-edits`, () => HttpResponse.json(hubspotEdits)),
  http.get(`${API}/contacts/:id/look`, () => HttpResponse.json({ waits: false, attempts: 0 })),
  http.get(`${API}/contacts/:id/timeline`, () => HttpResponse.json({ items: changes, next_cursor: null })),

  http.post(`${API}/contacts/:id/changes/:change/undo`, ({ params }) =>
    HttpResponse.json(contactOf(indexOf(params.id))),
  ),

  http.get(`${API}/held`, () => HttpResponse.json({ waiting: [], decided: [] })),
  http.get(`${API}/settings/sync`, () => HttpResponse.json(syncSettings)),
  http.get(`${API}/settings/sync/schedule`, ({ request }) =>
    HttpResponse.json(scheduleOf(new URL(request.url).searchParams.get("sweep_cron"))),
  ),
  http.post(`${API}/sync/pause`, () => HttpResponse.json(pausedSettings)),
  http.post(`${API}/sync/resume`, () => HttpResponse.json(syncSettings)),

  ...inboxHandlers,
  ...duplicateHandlers,

  http.get(`${API}/runs`, () => HttpResponse.json({ items: runs, next_cursor: null })),
  http.post(`${API}/runs`, () =>
    HttpResponse.json(
      { ...runs[1], id: 10, status: "running", preview: null, counts: noCounts },
      { status: 201 },
    ),
  ),
  http.get(`${API}/runs/:id`, ({ params }) =>
    HttpResponse.json([...runs, undoRun].find((run) => run.id === Number(params.id)) ?? runs[2]),
  ),
  http.get(`${API}/runs/:id/plan`, ({ params, request }) => {
    const from = Number(new URL(request.url).searchParams.get("cursor") ?? 0);
    const isFirst = from === 0;
    return HttpResponse.json({
      run_id: Number(params.id),
      items: isFirst ? plan.slice(0, 2) : plan.slice(from),
      next_cursor: isFirst ? "2" : null,
      totals: [{ action: "update", side: "loanark", state: "planned", count: plan.length }],
    });
  }),
  http.post(`${API}/runs/:id/undo`, () => HttpResponse.json(undoRun, { status: 201 })),
  http.post(`${API}/runs/:id/approve`, () => HttpResponse.json(runs[0])),
  http.post(`${API}/runs/:id/cancel`, () => HttpResponse.json({ ...runs[1], status: "cancelled" })),
];
