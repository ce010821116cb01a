import { HttpResponse, http } from "msw";
import type { ContactOut, ContactRow, Facet, FieldDefinition, RunOut, ViewIn, ViewOut } from "@/client";
import { contactOf, runs } from "./fixtures";
import { PEOPLE } from "./people";

/** The list of contacts as the tests see it: any field of either side, filters, counts, and edits that are refused. */

const API = "*/api/tenants/:tenant";
const TOTAL = 41_341;
const FILTERS = [
  "sync",
  "email_verification_status",
  "client_type_vip_status",
  "client_type_prospects",
  "state",
  "owner",
  "created_side",
];
/** What edits of the mock left, by contact; the version counts them. */
const EDITED = new Map<string, { version: number; values: Record<string, string | null> }>();

const definition = (
  name: string,
  label: string,
  group: string,
  kind: FieldDefinition["kind"] = "text",
  options: FieldDefinition["options"] = [],
): FieldDefinition => ({
  name,
  label,
  kind,
  group,
  options,
  property: name,
  custom: group === "Your fields",
  archived_at: null,
  created_at: null,
  created_by: null,
});

export const listFields: FieldDefinition[] = [
  definition("firstname", "First name", "Person"),
  definition("lastname", "Last name", "Person"),
  definition("email", "E-mail", "Person", "email"),
  definition("phone", "Phone", "Person", "phone"),
  definition("company", "Company", "Person"),
  definition("city", "City", "Address"),
  definition("state", "State", "Address"),
  definition("owner", "Owner", "Client"),
  definition("client_type_vip_status", "VIP status", "Client", "enum", [
    { value: "vip", label: "VIP" },
    { value: "prime", label: "Prime" },
  ]),
  definition("consent_to_contact", "Consent to contact", "Client", "boolean"),
  definition("loan_amount", "Loan amount", "Loan", "decimal"),
  definition("expected_closing_date", "Expected closing", "Loan", "date"),
  definition("lifecyclestage", "Lifecycle stage", "HubSpot"),
  definition("first_home", "First home", "Your fields", "boolean"),
];

const indexOf = (id: unknown) => Number.parseInt(String(id).slice(-12), 16);

function valuesOf(row: ContactRow, side: string): Record<string, string | null> {
  const at = indexOf(row.id);
  const held: Record<string, string | null> = {
    ...(row as unknown as Record<string, string | null>),
    consent_to_contact: at % 4 === 0 ? null : "true",
    loan_amount: at % 5 === 4 ? null : String(180_000 + ((at * 12_500) % 740_000)),
    expected_closing_date: `2026-12-${String(1 + (at % 28)).padStart(2, "0")}`,
    lifecyclestage: at % 3 === 0 ? "customer" : "lead",
    first_home: at % 2 === 0 ? "true" : "false",
    ...EDITED.get(row.id)?.values,
  };
  if (side === "loanark") return held;
  if (!row.hubspot_id) return {};
  if (row.sync.state === "conflict") return { ...held, phone: "+15125551201", city: "Round Rock" };
  if (row.sync.state === "pending") return { ...held, company: null };
  return held;
}

/** A contact as the list shows it. */
export function rowOf(row: ContactRow, fields: string[], side = "loanark"): ContactRow {
  const values = valuesOf(row, side);
  return {
    ...row,
    ...(EDITED.get(row.id)?.values as Partial<ContactRow>),
    version: 5 + (EDITED.get(row.id)?.version ?? 0),
    values: Object.fromEntries(fields.map((field) => [field, values[field] ?? null])),
  };
}

function valueIn(row: ContactRow, name: string): string | null {
  return name === "sync" ? row.sync.state : (row[name as keyof ContactRow] as string | null);
}

function matching(url: URL): ContactRow[] {
  const search = (url.searchParams.get("search") ?? "").toLowerCase();
  return PEOPLE.filter((row) => {
    const text = [row.firstname, row.lastname, row.email, row.company, row.phone].join(" ").toLowerCase();
    return (
      text.includes(search) &&
      FILTERS.every((name) => {
        const wanted = url.searchParams.getAll(name);
        return wanted.length === 0 || wanted.includes(valueIn(row, name) ?? "");
      })
    );
  });
}

function facet(name: Facet["name"], label: string, rows: ContactRow[]): Facet {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const value = valueIn(row, name);
    if (value) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return { name, label, values: [...counts].map(([value, count]) => ({ value, label: value, count })) };
}

/** A contact with what was edited since. */
export function editedContact(id: unknown): ContactOut {
  const contact = contactOf(indexOf(id));
  const edited = EDITED.get(contact.id);
  if (!edited) return contact;
  const fields = contact.fields.map((one) =>
    one.name in edited.values
      ? { ...one, loanark: edited.values[one.name] ?? null, state: "loanark_changed" as const }
      : one,
  );
  return { ...contact, fields, version: 5 + edited.version };
}

/** Every test begins with contacts that nobody edited. */
export const forgetEdits = () => EDITED.clear();

export const bulkRun: RunOut = {
  ...(runs[0] as RunOut),
  id: 77,
  kind: "edit",
  status: "waiting",
  edit: { act: "edit", values: [], to_change: 2, already: 1, skipped: 0, missing: 0 },
};

let views: ViewOut[] = [];
export const forgetViews = () => {
  views = [];
};

export const contactListHandlers = [
  http.get(`${API}/views`, () => HttpResponse.json(views)),
  http.post(`${API}/views`, async ({ request }) => {
    const body = (await request.json()) as ViewIn;
    const view = {
      id: views.length + 1,
      mine: true,
      may_change: true,
      by: "Dana Fields",
      shared: false,
      ...body,
    };
    views = [...views, view];
    return HttpResponse.json(view, { status: 201 });
  }),
  http.patch(`${API}/views/:id`, async ({ params, request }) => {
    const body = (await request.json()) as Partial<ViewIn>;
    views = views.map((view) => (view.id === Number(params.id) ? { ...view, ...body } : view));
    return HttpResponse.json(views.find(({ id }) => id === Number(params.id)));
  }),
  http.delete(`${API}/views/:id`, ({ params }) => {
    views = views.filter(({ id }) => id !== Number(params.id));
    return new HttpResponse(null, { status: 204 });
  }),
  http.post(`${API}/contacts/bulk`, () => HttpResponse.json(bulkRun, { status: 201 })),
  http.get(`${API}/runs/77`, () => HttpResponse.json(bulkRun)),
  http.get(`${API}/fields`, () => HttpResponse.json(listFields)),
  http.get(`${API}/contacts`, ({ request }) => {
    const url = new URL(request.url);
    const rows = matching(url);
    const from = Number(url.searchParams.get("cursor") ?? 0);
    const limit = Number(url.searchParams.get("limit") ?? 100);
    const [fields, side] = [url.searchParams.getAll("fields"), url.searchParams.get("side") ?? "loanark"];
    const isAll = rows.length === PEOPLE.length;
    return HttpResponse.json({
      items: rows.slice(from, from + limit).map((row) => rowOf(row, fields, side)),
      next_cursor: from + limit < rows.length ? String(from + limit) : null,
      total: isAll ? TOTAL : rows.length,
      total_is_estimate: isAll,
    });
  }),
  http.get(`${API}/contacts/facets`, ({ request }) => {
    const url = new URL(request.url);
    const [rows, names] = [matching(url), url.searchParams.getAll("names")];
    const facets = [
      facet("sync", "Sync", rows),
      facet("client_type_vip_status", "VIP", rows),
      facet("client_type_prospects", "Prospects", rows),
      facet("email_verification_status", "E-mail check", rows),
      facet("state", "State", rows),
      facet("owner", "Owner", rows),
      facet("created_side", "Created in", rows),
    ];
    return HttpResponse.json(facets.filter(({ name }) => names.length === 0 || names.includes(name)));
  }),
  http.patch(`${API}/contacts/:id`, async ({ params, request }) => {
    const { values } = (await request.json()) as { values: Record<string, string | null> };
    if (values.phone === "123") {
      const errors = { phone: "This is not a phone number of the US." };
      const body = {
        title: "The input is not valid",
        status: 422,
        code: "invalid",
        detail: "Nothing was saved.",
        errors,
      };
      return HttpResponse.json(body, { status: 422 });
    }
    const id = String(params.id);
    const before = EDITED.get(id);
    const edited = { version: (before?.version ?? 0) + 1, values: { ...before?.values, ...values } };
    EDITED.set(id, edited);
    return HttpResponse.json(editedContact(id));
  }),
];
