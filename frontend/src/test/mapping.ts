import { HttpResponse, http } from "msw";
import type {
  FieldDefinition,
  FieldRuleIn,
  MappingOut,
  MappingVersionOut,
  MissingOut,
  PropertyOut,
  SampleRow,
  VersionDiff,
} from "@/client";
import { mapping } from "./fixtures";
import { NOW, person } from "./people";

/** The mapping's page as the tests and the mock see it: properties, versions, samples, fields of one's own. */

const API = "*/api/tenants/:tenant";
const ago = (hours: number) => new Date(NOW - hours * 3_600_000).toISOString();

const firstName: FieldDefinition = {
  name: "firstname",
  label: "First name",
  kind: "text",
  group: "Person",
  options: [],
  property: "firstname",
  custom: false,
  archived_at: null,
  created_at: null,
  created_by: null,
};

type Kind = PropertyOut["kind"];

const KIND_OF: Record<string, Kind> = {
  number: "decimal",
  phone_number: "phone",
  date: "date",
  datetime: "instant",
};

const property = (
  name: string,
  label: string,
  type: string,
  more: Partial<PropertyOut> = {},
): PropertyOut => ({
  name,
  label,
  type,
  field_type: "text",
  kind: KIND_OF[type] ?? "text",
  group: "contactinformation",
  options: [],
  writable: true,
  unique: false,
  hubspot_defined: true,
  fields: [],
  ...more,
});

const option = (value: string, label = value) => ({ value, label, hidden: false });

const VIP = [option("prime", "Prime"), option("prime_plus", "Prime+"), option("standard", "Standard")];

/** What the account has: what is mapped, and some more. */
export const properties: PropertyOut[] = [
  ...mapping.fields.map(
    ({ property: name, property_label: label, property_type: type, field, kind, read_only }) =>
      property(name, label, type, {
        kind,
        fields: [field],
        writable: !read_only,
        options: name === "client_type_vip_status" ? VIP : [],
      }),
  ),
  property("hs_createdate", "Create date", "datetime", { writable: false }),
  property("city", "City", "string"),
  property("home_town", "Home town", "string"),
  property("fico_score", "FICO score", "number", { hubspot_defined: false }),
  property("loan_stage_hs", "Loan stage", "enumeration", {
    kind: "enum",
    options: [option("applied", "Applied"), option("approved", "Approved"), option("closed", "Closed")],
  }),
];

const field = (
  name: string,
  label: string,
  kind: Kind,
  group: string,
  more: Partial<FieldDefinition> = {},
): FieldDefinition => ({
  name,
  label,
  kind,
  group,
  custom: false,
  options: [],
  property: null,
  created_at: null,
  created_by: null,
  archived_at: null,
  ...more,
});

const own = (name: string, label: string, kind: Kind, more: Partial<FieldDefinition> = {}) =>
  field(name, label, kind, "Custom", {
    custom: true,
    created_at: ago(400),
    created_by: "dana.fields@loanark.example",
    ...more,
  });

export const definitions: FieldDefinition[] = [
  firstName,
  field("lastname", "Last name", "text", "Person", { property: "lastname" }),
  field("email", "E-mail", "email", "Person", { property: "email" }),
  field("phone", "Phone", "phone", "Person", { property: "phone" }),
  field("company", "Company", "text", "Person"),
  field("city", "City", "text", "Address"),
  field("state", "State", "text", "Address", { property: "state" }),
  field("client_type_vip_status", "VIP status", "text", "LoanArk", { property: "client_type_vip_status" }),
  field("client_type_prospects", "Prospects", "text", "LoanArk", { property: "client_type_prospects" }),
  field("lifecyclestage", "Lifecycle stage", "text", "LoanArk", { property: "lifecyclestage" }),
  field("loan_stage", "Stage", "text", "Loan"),
  field("loan_amount", "Loan amount", "decimal", "Loan", { property: "loan_amount" }),
  own("fico", "FICO", "decimal"),
  own("branch", "Branch", "enum", {
    options: [
      { value: "reno", label: "Reno" },
      { value: "boise", label: "Boise" },
    ],
  }),
  own("old_code", "Old code", "text", { archived_at: ago(30) }),
];

export const versions: MappingVersionOut[] = [
  {
    version: 4,
    at: ago(2),
    by: "dana.fields@loanark.example",
    note: "E-mail changed",
    fields: 9,
    current: true,
  },
  {
    version: 3,
    at: ago(26),
    by: "dana.fields@loanark.example",
    note: "state mapped to state",
    fields: 9,
    current: false,
  },
  {
    version: 2,
    at: ago(200),
    by: "LoanArk",
    note: "VIP status goes on: the property is as it must be again.",
    fields: 8,
    current: false,
  },
  { version: 1, at: ago(700), by: "LoanArk", note: "as it was", fields: 8, current: false },
];

const emailRule = {
  field: "email",
  property: "email",
  direction: "both",
  policy: "hubspot",
  blank_may_overwrite: true,
  transform: null,
};

export const versionDiff: VersionDiff = {
  before: 3,
  after: 4,
  differences: [{ field: "email", before: emailRule, after: { ...emailRule, policy: "ask" } }],
};

export const missing: MissingOut = {
  group: "loanark",
  group_label: "LoanArk",
  missing_scopes: [],
  properties: [
    {
      name: "loanark_loan_stage",
      label: "Loan stage",
      type: "string",
      field_type: "text",
      description: "The stage of the loan, as LoanArk knows it.",
      unique: false,
      options: [],
      field: "loan_stage",
    },
  ],
};

const HELD = ["austin ", "San Diego", "", "boise", "not a place?"];

/** Five people's values under a rule: capitals for a rule that wants them, and one value that cannot cross. */
function sampleRows(rule: FieldRuleIn): SampleRow[] {
  const isUpper = rule.transform?.kind === "case" && rule.transform.to === "upper";
  const shape = (text: string) =>
    isUpper ? text.toUpperCase() : rule.transform?.kind === "trim" ? text.trim() : text;
  return HELD.map((text, index) => {
    const { id, firstname, lastname } = person(index);
    const isRefused = index === 4 && rule.transform?.kind === "options";
    const reason = isRefused
      ? "It holds HubSpot’s option 'Prime+', which has no counterpart in the option map."
      : null;
    return {
      contact_id: id,
      hubspot_id: String(151_000_000 + index),
      name: `${firstname} ${lastname}`,
      hubspot: { value: text || null, becomes: isRefused ? null : shape(text) || null, reason },
      loanark:
        rule.direction === "to_loanark"
          ? null
          : { value: text || null, becomes: shape(text) || null, reason: null },
      same: index % 2 === 0,
    };
  });
}

/** The mapping with these rules, as the server would tell it. */
export function mappingUnder(rules: FieldRuleIn[], version: number): MappingOut {
  const fields = rules.map((rule) => {
    const before = mapping.fields.find((one) => one.field === rule.field);
    const known = definitions.find((one) => one.name === rule.field);
    const end = properties.find((one) => one.name === rule.property);
    return {
      label: known?.label ?? rule.field,
      kind: end?.kind ?? ("text" as const),
      property_label: end?.label ?? rule.property,
      property_type: end?.type ?? "",
      read_only: end?.writable === false,
      option_count: end?.options.length ?? 0,
      warning: before?.warning ?? null,
      direction: "both" as const,
      policy: "hubspot" as const,
      ...rule,
      blank_may_overwrite: rule.blank_may_overwrite ?? true,
    };
  });
  return { ...mapping, version, fields };
}

export const mappingHandlers = [
  http.get(`${API}/fields`, () => HttpResponse.json(definitions)),
  http.post(`${API}/fields`, async ({ request }) => {
    const body = (await request.json()) as Partial<FieldDefinition>;
    return HttpResponse.json(own("new", "New", "text", body), { status: 201 });
  }),
  http.patch(`${API}/fields/:name`, ({ params }) =>
    HttpResponse.json(definitions.find(({ name }) => name === params.name)),
  ),
  http.delete(`${API}/fields/:name`, () => new HttpResponse(null, { status: 204 })),
  http.get(`${API}/mapping/properties`, () => HttpResponse.json(properties)),
  http.get(`${API}/mapping/missing`, () => HttpResponse.json(missing)),
  http.post(`${API}/mapping/create-properties`, () =>
    HttpResponse.json({
      results: [{ name: "loanark_loan_stage", outcome: "made", reason: null }],
      mapped: ["loan_stage"],
    }),
  ),
  http.get(`${API}/mapping/versions`, () => HttpResponse.json(versions)),
  http.get(`${API}/mapping/versions/:before/diff/:after`, () => HttpResponse.json(versionDiff)),
  http.post(`${API}/mapping/versions/:version/restore`, () => HttpResponse.json({ ...mapping, version: 6 })),
  http.get(`${API}/mapping/export`, () =>
    HttpResponse.json({ version: 4, yaml: "rules:\n- field: email\n  property: email\n" }),
  ),
  http.post(`${API}/mapping/preview`, () => HttpResponse.json({ ...versionDiff, before: 4, after: 5 })),
  http.post(`${API}/mapping/import`, () => HttpResponse.json({ ...mapping, version: 5 })),
  http.post(`${API}/mapping/refresh`, () => HttpResponse.json(mapping)),
  http.post(`${API}/mapping/sample`, async ({ request }) => {
    const { rule } = (await request.json()) as { rule: FieldRuleIn };
    return HttpResponse.json({ rows: sampleRows(rule) });
  }),
  http.put(`${API}/mapping`, async ({ request }) => {
    const { rules } = (await request.json()) as { rules: FieldRuleIn[] };
    return HttpResponse.json(mappingUnder(rules, mapping.version + 1));
  }),
];
