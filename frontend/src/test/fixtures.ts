import type {
  AnswerTimesOut,
  AuditFacets,
  AuditStateOut,
  ChangeOut,
  CompanySignIn,
  ConflictOut,
  ConnectionOut,
  ContactChangeOut,
  ContactOut,
  EventOut,
  FieldOut,
  HeldGroup,
  HubSpotEditOut,
  Invitation,
  InvitationToAccept,
  LagOut,
  MappingOut,
  MemberOut,
  Organisation,
  OrganisationOut,
  Overview,
  Permission,
  PlannedOut,
  RejectionOut,
  Role,
  RunCounts,
  RunOut,
  ScheduleOut,
  Session,
  SyncSettingsOut,
  TokenOut,
  VerificationOut,
} from "@/client";
import { NOW, PEOPLE, person } from "./people";

export const TENANT = "loanark";

const ago = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString();

const READER: Permission[] = [
  "connection:read",
  "contacts:read",
  "mapping:read",
  "members:leave",
  "members:read",
  "settings:read",
  "sync:read",
  "tokens:own",
];
const EDITOR: Permission[] = [...READER, "contacts:write"];
const PERMISSIONS: Record<Role, Permission[]> = {
  loan_officer: EDITOR,
  sales_manager: [...EDITOR, "duplicates:decide", "sync:run", "requests:read"],
  administrator: [
    ...EDITOR,
    "duplicates:decide",
    "sync:run",
    "requests:read",
    "contacts:erase",
    "connection:write",
    "mapping:write",
    "settings:write",
    "audit:read",
    "members:write",
    "organisation:write",
  ],
  auditor: [...READER, "audit:read", "requests:read"],
};

/** LoanArk, to somebody of this role. */
export function organisationAs(role: Role): Organisation {
  const permissions = PERMISSIONS[role];
  return { slug: TENANT, name: "LoanArk", role, permissions, own_contacts: false, support_until: null };
}

export const organisation: OrganisationOut = {
  slug: TENANT,
  name: "LoanArk",
  own_contacts_only: false,
  created_at: ago(60 * 24 * 90),
};

const member: MemberOut = {
  id: 1,
  email: "dana.fields@loanark.example",
  name: "Dana Fields",
  role: "administrator",
  owner_key: null,
  created_at: ago(60 * 24 * 90),
  support_until: null,
  support_by: null,
};

export const members: MemberOut[] = [
  member,
  { ...member, id: 2, email: "omar@loanark.example", name: "Omar Reyes", role: "loan_officer" },
  {
    ...member,
    id: 3,
    email: "vera@vendor.example",
    name: "Vera Lund",
    role: "auditor",
    support_until: new Date(NOW + 20 * 60 * 60_000).toISOString(),
    support_by: member.email,
  },
];

export const token: TokenOut = {
  id: "5d7c1f3e-5f0a-4c8e-9a1d-000000000001",
  name: "Nightly export",
  ending: "x7Qk",
  scopes: ["contacts:read"],
  owner: member.email,
  mine: true,
  created_at: ago(60 * 24 * 3),
  expires_at: new Date(NOW + 27 * 24 * 60 * 60_000).toISOString(),
  expired: false,
  last_used_at: ago(90),
  last_used_from: "203.0.113.7",
};

export const session: Session = {
  user: { id: 1, email: "dana.fields@loanark.example", name: "Dana Fields" },
  organisations: [
    organisationAs("administrator"),
    { ...organisationAs("sales_manager"), slug: "cedar", name: "Cedar Mortgage" },
  ],
};

export const signedInPlaces = [
  {
    id: 1,
    user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:151.0) Gecko/20100101 Firefox/151.0",
    ip: "203.0.113.7",
    created_at: NOW / 1000 - 7200,
    last_seen_at: NOW / 1000 - 30,
    is_current: true,
  },
  {
    id: 2,
    user_agent:
      "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1",
    ip: "198.51.100.4",
    created_at: NOW / 1000 - 90_000,
    last_seen_at: NOW / 1000 - 3600,
    is_current: false,
  },
];

export const invitations: Invitation[] = [
  {
    id: 5,
    email: "gwen@loanark.example",
    role: "sales_manager",
    invited_by: "dana.fields@loanark.example",
    invited_at: ago(60),
    expires_at: new Date(NOW + 7 * 86_400_000).toISOString(),
    is_expired: false,
  },
  {
    id: 4,
    email: "otto@loanark.example",
    role: "auditor",
    invited_by: "dana.fields@loanark.example",
    invited_at: ago(60 * 24 * 9),
    expires_at: ago(60 * 24 * 2),
    is_expired: true,
  },
];

export const invitationToAccept: InvitationToAccept = {
  organisation: "LoanArk",
  organisation_slug: TENANT,
  inviter: "Dana Fields",
  email: "gwen@loanark.example",
  role: "sales_manager",
  expires_at: new Date(NOW + 7 * 86_400_000).toISOString(),
  has_account: false,
};

export const companySignIn: CompanySignIn = {
  is_set_up: false,
  issuer: "",
  client_id: "",
  has_secret: false,
  domains: [],
  required: false,
  first_time_role: null,
  callback_url: "https://crm.loanark.example/oauth/company/loanark/callback",
};

export const connection: ConnectionOut = {
  status: "connected",
  auth: "oauth",
  portal_id: "24650",
  portal_url: "https://app.hubspot.com/contacts/24650",
  time_zone: "US/Pacific",
  scopes: ["crm.objects.contacts.read", "crm.objects.contacts.write", "crm.schemas.contacts.read"],
  missing_scopes: [],
  token_expires_at: new Date(NOW + 22 * 60_000).toISOString(),
  connected_at: ago(60 * 24 * 12),
  connected_by: "Dana Fields",
  requests_per_10s: 110,
  last_request_at: ago(0.2),
  last_webhook_at: ago(3),
  last_poll_at: ago(1),
  poll_every_seconds: 60,
  polled_until: ago(1),
  requests_last_hour: [
    { lane: "poll", used: 240 },
    { lane: "edit", used: 31 },
    { lane: "person", used: 12 },
  ],
  problem: null,
  oauth_available: true,
  api_url: "https://api.hubapi.com",
};

/** What HubSpot's webhooks told of who changed what there. */
export const hubspotEdits: HubSpotEditOut[] = [
  { field: "phone", at: ago(44), by: "a person in HubSpot (user 4711)" },
  { field: "company", at: ago(60 * 26), by: "LoanArk" },
];

/** As on a good day. */
export const lag: LagOut = {
  hours: 24,
  to_hubspot: { edits: 214, median_ms: 72, p95_ms: 131 },
  to_loanark: { edits: 388, median_ms: 780, p95_ms: 1_240 },
};

/** HubSpot was a little slow at noon, and not asked in the night. */
export const answerTimes: AnswerTimesOut = {
  hour: { answers: 283, median_ms: 112, p95_ms: 340 },
  day: { answers: 1_604, median_ms: 131, p95_ms: 912 },
  hours: Array.from({ length: 24 }, (_, index) => ({
    at: ago((23 - index) * 60),
    ...(index < 6
      ? { answers: 0, median_ms: null, p95_ms: null }
      : {
          answers: 90,
          median_ms: 110 + ((index * 37) % 60),
          p95_ms: index === 20 ? 1_240 : 320 + ((index * 53) % 200),
        }),
  })),
  kept: 2_000,
};

export const noCounts: RunCounts = {
  read: 0,
  unchanged: 0,
  created_in_loanark: 0,
  created_in_hubspot: 0,
  updated_in_loanark: 0,
  updated_in_hubspot: 0,
  matched: 0,
  cleared: 0,
  deleted: 0,
  conflicted: 0,
  rejected: 0,
  held: 0,
  skipped: 0,
};

const base: RunOut = {
  id: 7,
  kind: "sweep",
  status: "succeeded",
  phase: "done",
  trigger: "schedule",
  counts: noCounts,
  done: 41_341,
  total: 41_341,
  rate_per_second: null,
  eta_seconds: null,
  created_at: ago(300),
  started_at: ago(300),
  finished_at: ago(292),
  last_progress_at: ago(292),
  reason: null,
  approved_by: null,
  preview_id: null,
  preview: null,
};

export const runs: RunOut[] = [
  {
    ...base,
    id: 9,
    kind: "backfill",
    status: "running",
    phase: "comparing",
    trigger: "Dana Fields",
    done: 26_400,
    total: 41_341,
    rate_per_second: 1_084,
    eta_seconds: 14,
    created_at: ago(1),
    started_at: ago(0.4),
    finished_at: null,
    last_progress_at: ago(0),
    approved_by: "Dana Fields",
    preview_id: 8,
    counts: {
      ...noCounts,
      read: 26_400,
      unchanged: 1_204,
      created_in_loanark: 25_190,
      conflicted: 2,
      rejected: 4,
    },
  },
  {
    ...base,
    id: 8,
    kind: "preview",
    status: "waiting",
    phase: "waiting for approval",
    trigger: "Dana Fields",
    created_at: ago(12),
    started_at: ago(12),
    finished_at: null,
    preview: {
      hubspot_total: 41_341,
      loanark_total: 1_210,
      counts: {
        ...noCounts,
        read: 41_341,
        created_in_loanark: 40_131,
        matched: 1_204,
        created_in_hubspot: 6,
        conflicted: 11,
        rejected: 3,
      },
      notices: [
        "“VIP status” has an option in HubSpot (“Prime+”) that LoanArk does not know. 3 contacts carry it; everything else about them is copied.",
        "6 contacts are only in LoanArk and would be created in HubSpot.",
      ],
      samples: [
        {
          action: "create_in_loanark",
          name: "Anna Alvarez",
          email: "anna.alvarez@example.com",
          detail: "New in LoanArk, 11 fields",
        },
        {
          action: "match",
          name: "Marcus Nguyen",
          email: "marcus.nguyen@example.com",
          detail: "Same e-mail on both sides; LoanArk gains phone and city",
        },
        {
          action: "conflict",
          name: "Siobhán O’Connor",
          email: "siobhan@example.com",
          detail: "Phone differs: +15125551201 and +15125559910. HubSpot wins by policy",
        },
        {
          action: "create_in_hubspot",
          name: "Luis Romero",
          email: "luis.romero@example.com",
          detail: "Only in LoanArk",
        },
        {
          action: "reject",
          name: "Tom Whitfield",
          email: "tom.whitfield@",
          detail: "E-mail is not an address; the rest is copied",
        },
      ],
    },
  },
  {
    ...base,
    counts: { ...noCounts, read: 41_341, unchanged: 41_329, updated_in_loanark: 9, updated_in_hubspot: 3 },
  },
  {
    ...base,
    id: 6,
    status: "partial",
    trigger: "schedule",
    created_at: ago(1_740),
    started_at: ago(1_740),
    finished_at: ago(1_729),
    reason: "4 contacts could not be written to HubSpot: unknown options.",
    counts: { ...noCounts, read: 41_338, unchanged: 41_302, updated_in_hubspot: 32, rejected: 4 },
  },
  {
    ...base,
    id: 5,
    status: "held",
    trigger: "schedule",
    created_at: ago(3_180),
    started_at: ago(3_180),
    finished_at: null,
    reason: "It would delete 312 contacts in LoanArk; more than 207 wait for a person.",
    counts: { ...noCounts, read: 41_026, unchanged: 41_026, held: 312 },
  },
  {
    ...base,
    id: 4,
    status: "failed",
    created_at: ago(4_620),
    started_at: ago(4_620),
    finished_at: ago(4_619),
    done: 8_100,
    reason: "HubSpot refused the token. Reconnect; the run goes on from contact 8,101.",
    counts: { ...noCounts, read: 8_100, unchanged: 8_100 },
  },
];

/** An undo of run 7 that waits for approval. */
export const undoRun: RunOut = {
  ...base,
  id: 11,
  kind: "undo",
  status: "waiting",
  phase: "undoing",
  trigger: "Dana Fields",
  undoes: "undoes run 7",
  counts: { ...noCounts, skipped: 1 },
  done: 0,
  total: 2,
  created_at: ago(1),
  started_at: ago(1),
  finished_at: null,
  reason:
    "2 contacts would be put back as before. 1 cannot be; each says why. Approve it, or cancel it: nothing was changed yet.",
};

function planned(seq: number, more: Partial<PlannedOut> = {}): PlannedOut {
  const row = person(seq);
  return {
    seq,
    contact_id: row.id,
    hubspot_id: row.hubspot_id,
    name: [row.firstname, row.lastname].filter(Boolean).join(" "),
    email: row.email,
    action: "update",
    side: "loanark",
    reason: "undoes run 7",
    operations: [
      {
        kind: "write",
        field: "city",
        label: "City",
        side: "loanark",
        before: "Denver",
        after: "Boise",
        reason: "undoes run 7",
      },
    ],
    state: "planned",
    outcome: null,
    ...more,
  };
}

export const plan: PlannedOut[] = [
  planned(1),
  planned(2, { action: "delete", operations: [] }),
  planned(3, {
    action: "nothing",
    state: "skipped",
    outcome: "Nothing in LoanArk: Phone it was changed since.",
    operations: [{ kind: "reject", field: "phone", label: "Phone", reason: "it was changed since" }],
  }),
];

export const heldGroup: HeldGroup = {
  id: 3,
  kind: "delete",
  side: "loanark",
  state: "held",
  title: "312 deletions in LoanArk",
  detail:
    "More than 207 within an hour: held as a whole. Nothing was changed. Approve to delete them in LoanArk as well, as they are deleted in HubSpot. Reject to keep them: they are made in HubSpot again.",
  count: 312,
  to_go: 312,
  allowed: 207,
  since: ago(25),
  decided_by: null,
  decided_at: null,
  operations: [1, 2, 4, 5, 6, 7].map((index) => ({
    id: index,
    contact_id: person(index).id,
    hubspot_id: person(index).hubspot_id,
    name: [person(index).firstname, person(index).lastname].filter(Boolean).join(" "),
    field: null,
    label: null,
    before: null,
    reason: "deleted in HubSpot",
    state: "held",
    at: ago(25),
  })),
};

export const syncSettings: SyncSettingsOut = {
  first_match: "hubspot",
  deletes_in_hubspot: "follow",
  deletes_in_loanark: "follow",
  brake_floor: 20,
  brake_share: 0.005,
  brake_creates: null,
  sweep_every_hours: 24,
  sweep_cron: null,
  quiet_from: null,
  quiet_until: null,
  paused: null,
};

/** What the server says of the schedule: once a day, or of every expression that it is every night at two. */
export const scheduleOf = (cron: string | null): ScheduleOut => ({
  words: cron ? "every day at 02:00" : "every day",
  time_zone: "America/Chicago",
  times: ["2026-11-23T08:00:00Z", "2026-11-24T08:00:00Z", "2026-11-25T08:00:00Z"],
  after_first_run: false,
});

/** The sync as a person paused it. */
export const pausedSettings: SyncSettingsOut = {
  ...syncSettings,
  paused: { at: ago(50), by: "Maya Stern", reason: "The import of the branch in Reno runs" },
};

export const overview: Overview = {
  truth: {
    level: "attention",
    sentence: "3 contacts need you",
    detail: "Everything else is the same on both sides, checked 4 minutes ago.",
  },
  connection,
  balance: {
    hubspot: 41_341,
    loanark: 41_338,
    linked: 41_338,
    unexplained: 0,
    unexplained_loanark: 0,
    sentence: "HubSpot 41,341 = LoanArk 41,338 + 3 explained",
    counted_at: ago(4),
    explained: [
      { reason: "rejected: the e-mail is not an address", count: 2, side: "hubspot" },
      { reason: "waiting to be created in LoanArk", count: 1, side: "hubspot" },
    ],
  },
  run: runs[0] ?? null,
  pending: { hubspot: 2, loanark: 5, oldest_at: ago(0.5) },
  needs_you: [
    {
      kind: "conflict",
      count: 2,
      title: "2 fields were changed on both sides",
      detail: "Phone of Luis Patel, City of Priya Brandt",
    },
    {
      kind: "rejection",
      count: 1,
      title: "1 value was refused by HubSpot",
      detail: "Unknown option “Prime+” of VIP status",
    },
  ],
  activity: Array.from({ length: 24 }, (_, hour) => ({
    at: new Date(NOW - (23 - hour) * 3_600_000).toISOString(),
    hubspot: Math.round(30 + 26 * Math.sin(hour / 3.1) + ((hour * 17) % 13)),
    loanark: Math.max(0, Math.round(16 + 15 * Math.sin(hour / 2.3 + 1) + ((hour * 7) % 9))),
  })),
  recent: {
    hubspot: PEOPLE.filter((one) => one.created_side === "hubspot").slice(0, 5),
    loanark: PEOPLE.filter((one) => one.created_side === "loanark").slice(0, 5),
  },
  budget: {
    limit: 110,
    window_seconds: 10,
    used: 46,
    lanes: [
      { lane: "person", used: 1 },
      { lane: "webhook", used: 5 },
      { lane: "local edit", used: 8 },
      { lane: "backfill", used: 32 },
    ],
    daily: { limit: 625_000, remaining: 618_204, ends_at: ago(-300), resting: false },
  },
  worker_seen_at: ago(0.1),
};

function field(
  name: string,
  label: string,
  group: string,
  value: string | null,
  more: Partial<FieldOut> = {},
): FieldOut {
  return {
    name,
    label,
    kind: "text",
    group,
    options: [],
    editable: true,
    property: name,
    direction: "both",
    policy: "hubspot",
    hubspot: value,
    agreed: value,
    loanark: value,
    state: "same",
    reason: null,
    ...more,
  };
}

export const conflict: ConflictOut = {
  id: 31,
  contact_id: person(3).id,
  contact_name: "Luis Patel",
  field: "phone",
  label: "Phone",
  kind: "phone",
  base: "+15125551111",
  hubspot: "+15125551201",
  loanark: "+15125559910",
  policy: "ask",
  winner: null,
  open: true,
  late: false,
  at: ago(44),
  resolved_at: null,
  resolved_by: null,
};

export const rejection: RejectionOut = {
  id: 12,
  contact_id: person(3).id,
  hubspot_id: person(3).hubspot_id,
  contact_name: "Luis Patel",
  field: "client_type_vip_status",
  label: "VIP status",
  side: "hubspot",
  value: "Prime+",
  code: "refused",
  heals: false,
  reason: "HubSpot has no option “Prime+” for this property.",
  fix: "Add the option in HubSpot, or choose another value here, then retry.",
  at: ago(190),
  attempts: 3,
};

export function contactOf(index: number): ContactOut {
  const row = person(index);
  const isTroubled = row.sync.state === "conflict";
  const vip = [
    { value: "vip", label: "VIP" },
    { value: "prime", label: "Prime" },
  ];
  return {
    id: row.id,
    name: [row.firstname, row.lastname].filter(Boolean).join(" "),
    hubspot_id: row.hubspot_id,
    hubspot_url: `https://app.hubspot.com/contacts/24650/record/0-1/${row.hubspot_id}`,
    hubspot_seen_at: ago(4),
    version: 5,
    created_at: row.created_at,
    updated_at: row.updated_at,
    deleted_at: null,
    created_side: row.created_side,
    sync: row.sync,
    fields: [
      field("firstname", "First name", "Person", row.firstname),
      field("lastname", "Last name", "Person", row.lastname),
      field("email", "E-mail", "Person", row.email, { kind: "email" }),
      field(
        "phone",
        "Phone",
        "Person",
        row.phone,
        isTroubled
          ? {
              kind: "phone",
              hubspot: "+15125551201",
              agreed: "+15125551111",
              loanark: "+15125559910",
              state: "conflict",
              policy: "ask",
              reason: "Changed on both sides since they agreed",
            }
          : { kind: "phone" },
      ),
      field("company", "Company", "Person", row.company),
      field("address", "Street", "Address", "1200 Barton Springs Rd"),
      field(
        "city",
        "City",
        "Address",
        row.city,
        isTroubled
          ? { loanark: "San Marcos", state: "loanark_changed", reason: "On its way to HubSpot" }
          : {},
      ),
      field("state", "State", "Address", row.state),
      field(
        "client_type_vip_status",
        "VIP status",
        "Client",
        row.client_type_vip_status,
        isTroubled
          ? { kind: "enum", options: vip, loanark: "prime", state: "rejected", reason: rejection.reason }
          : { kind: "enum", options: vip },
      ),
      field("consent_to_contact", "Consent to contact", "Client", "true", { kind: "boolean" }),
      field("loan_amount", "Loan amount", "Loan", "412500.00", { kind: "decimal", direction: "to_hubspot" }),
      field("expected_closing_date", "Expected closing", "Loan", "2026-12-14", { kind: "date" }),
      field("loan_stage", "Stage", "Loan", null, {
        property: null,
        state: "unmapped",
        hubspot: null,
        agreed: null,
        loanark: "Underwriting",
        reason: "No HubSpot property is mapped",
      }),
      field("lifecyclestage", "Lifecycle stage", "HubSpot", "lead", {
        editable: false,
        direction: "to_loanark",
      }),
    ],
    conflicts: isTroubled ? [{ ...conflict, contact_id: row.id }] : [],
    rejections: isTroubled ? [{ ...rejection, contact_id: row.id }] : [],
  };
}

export const changes: ChangeOut[] = [
  {
    id: 5,
    at: ago(12),
    side: "loanark",
    op: "updated",
    cause: "user",
    actor: "Dana Fields",
    reason: null,
    run_id: null,
    fields: [{ name: "city", label: "City", before: "Denver", after: "San Marcos" }],
  },
  {
    id: 4,
    at: ago(44),
    side: "hubspot",
    op: "updated",
    cause: "sync",
    actor: null,
    reason: "Changed in HubSpot by Chris Ito",
    run_id: null,
    fields: [{ name: "phone", label: "Phone", before: "+15125551111", after: "+15125551201" }],
  },
  {
    id: 3,
    at: ago(1_900),
    side: "loanark",
    op: "updated",
    cause: "sql",
    actor: "loan_import",
    reason: "Written by another program",
    run_id: null,
    fields: [
      { name: "loan_amount", label: "Loan amount", before: "398000.00", after: "412500.00" },
      { name: "expected_closing_date", label: "Expected closing", before: null, after: "2026-12-14" },
    ],
  },
  {
    id: 2,
    at: ago(9_000),
    side: "hubspot",
    op: "updated",
    cause: "conflict",
    actor: "Maya Stern",
    reason: "Chose HubSpot",
    run_id: 6,
    fields: [{ name: "email", label: "E-mail", before: "luis@old.example", after: "luis.patel@example.com" }],
  },
  {
    id: 1,
    at: ago(17_000),
    side: "hubspot",
    op: "created",
    cause: "sync",
    actor: null,
    reason: "First run",
    run_id: 2,
    fields: [
      { name: "lastname", label: "Last name", before: null, after: "Patel" },
      { name: "email", label: "E-mail", before: null, after: "luis@old.example" },
    ],
  },
];

const mapped = (
  name: string,
  label: string,
  type: string,
  more: Partial<MappingOut["fields"][number]> = {},
): MappingOut["fields"][number] => ({
  field: name,
  label,
  kind: "text",
  property: name,
  property_label: label,
  property_type: type,
  direction: "both",
  policy: "hubspot",
  blank_may_overwrite: true,
  read_only: false,
  option_count: 0,
  warning: null,
  ...more,
});

export const mapping: MappingOut = {
  version: 4,
  property_count: 268,
  refreshed_at: ago(18),
  fields: [
    mapped("email", "E-mail", "string", { kind: "email", policy: "ask" }),
    mapped("firstname", "First name", "string"),
    mapped("lastname", "Last name", "string"),
    mapped("phone", "Phone", "phone_number", { kind: "phone", policy: "newest" }),
    mapped("state", "State", "string"),
    mapped("client_type_vip_status", "VIP status", "enumeration", {
      kind: "enum",
      option_count: 4,
      policy: "loanark",
      warning: "HubSpot has the option “Prime+”, LoanArk does not: 3 contacts carry it.",
    }),
    mapped("client_type_prospects", "Prospects", "enumeration", {
      kind: "enum_set",
      option_count: 6,
      policy: "union",
    }),
    mapped("loan_amount", "Loan amount", "number", {
      kind: "decimal",
      direction: "to_hubspot",
      policy: "loanark",
      blank_may_overwrite: false,
    }),
    mapped("lifecyclestage", "Lifecycle stage", "enumeration", {
      kind: "enum",
      direction: "to_loanark",
      option_count: 8,
      read_only: true,
    }),
  ],
  unmapped: [
    {
      field: "loan_stage",
      label: "Stage",
      kind: "enum",
      reason: "HubSpot has no property named loan_stage.",
    },
  ],
};

const contactChange: ContactChangeOut = {
  id: 401,
  contact_id: person(1).id,
  contact_name: "Vera Lindqvist",
  op: "updated",
  side: "hubspot",
  cause: "sync",
  run_id: null,
  reason: null,
  erased: false,
  before: { firstname: "Vera" },
  after: { firstname: "Vero" },
};

/** An event, whole: what a test does not say is as of a person on the pages. */
export function eventOf(parts: Partial<EventOut> & Pick<EventOut, "id" | "kind">): EventOut {
  return {
    seq: parts.id,
    at: ago(200 - parts.id),
    actor: member.email,
    via: "browser",
    address: "203.0.113.7",
    subject: "",
    contact_id: null,
    contact_name: null,
    erased: false,
    before: {},
    after: {},
    more: {},
    changes: 0,
    first_changes: [],
    hash: parts.id.toString(16).padStart(64, "5b1e"),
    ...parts,
  };
}

export const bySync = { actor: "sync", via: "sync", address: "" };

/** The log, newest first. */
export const auditEvents: EventOut[] = [
  eventOf({ id: 48, kind: "sign-in.failed", actor: "omar@loanark.example", subject: "omar@loanark.example" }),
  eventOf({
    id: 47,
    kind: "contacts.changed",
    ...bySync,
    changes: 1,
    first_changes: [contactChange],
  }),
  eventOf({
    id: 46,
    kind: "member.changed",
    subject: "omar@loanark.example",
    before: { role: "loan_officer" },
    after: { role: "sales_manager" },
  }),
  eventOf({
    id: 45,
    kind: "contacts.changed",
    ...bySync,
    changes: 37,
    first_changes: [1, 2, 3].map((index) => ({
      ...contactChange,
      id: 300 + index,
      contact_id: person(index).id,
      op: "created" as const,
      run_id: 2,
      before: {},
    })),
  }),
  eventOf({
    id: 44,
    kind: "contacts.changed",
    changes: 1,
    first_changes: [{ ...contactChange, id: 300, contact_name: null, erased: true, before: {}, after: {} }],
  }),
  eventOf({ id: 43, kind: "token.used", via: "token Nightly export", subject: "Nightly export" }),
  eventOf({
    id: 42,
    kind: "sync-settings.changed",
    actor: "psql",
    via: "sql",
    address: "10.0.0.9",
    before: { brake_floor: 20 },
    after: { brake_floor: 5000 },
  }),
  eventOf({
    id: 41,
    kind: "run.added",
    subject: "9",
    after: { kind: "backfill", status: "running", approved_by: member.email },
  }),
];

export const auditFacets: AuditFacets = {
  actors: ["dana.fields@loanark.example", "gone@loanark.example", "psql", "sync"],
  kinds: [...new Set(auditEvents.map(({ kind }) => kind))].sort(),
};

export const auditState: AuditStateOut = {
  first: 1,
  last: 48,
  begins_at: ago(60 * 24 * 90),
  signed: { seq: 46, at: ago(2), key: "fc5502bb", holds: true },
  verified: { at: ago(60 * 26), actor: member.email, intact: true, places: [] },
  keep_days: null,
};

export const verification: VerificationOut = {
  intact: true,
  first: 1,
  last: 48,
  hash: "9f86d081884c7d65",
  events: 48,
  changes: 405,
  anchored: 46,
  findings: [],
};
