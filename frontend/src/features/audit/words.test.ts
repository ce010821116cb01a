import { describe, expect, it } from "vitest";
import { eventOf } from "@/test/fixtures";
import { dayAgo, parseAuditSearch, toQuery } from "./filters";
import { type EventOut, exportAddress } from "./queries";
import { describeThing, type Names, show, tell, thingAbout, wayOf, whoOf } from "./words";

const names: Names = {
  person: (email) =>
    ({ "lou@lender.example": "Lou Loan", "ada@lender.example": "Ada Admin" })[email] ?? email,
  field: (name) => ({ firstname: "First name", city: "City" })[name] ?? name,
};
const ada = { actor: "ada@lender.example" };
const sentence = (parts: Partial<EventOut> & Pick<EventOut, "kind">) => {
  const event = eventOf({ id: 1, ...ada, ...parts });
  return `${whoOf(event, names)} ${tell(event, names)}`;
};

const change = {
  id: 1,
  contact_id: "00000000-0000-4000-8000-000000000001",
  contact_name: "Vera Vale",
  op: "updated" as const,
  side: "loanark" as const,
  cause: "user" as const,
  run_id: null,
  reason: null,
  erased: false,
  before: { firstname: "Vera" },
  after: { firstname: "Vero" },
};
const bySync = { actor: "sync", via: "sync" };

describe("an event in words", () => {
  it.each<[string, Partial<EventOut> & Pick<EventOut, "kind">]>([
    [
      "Ada Admin gave Lou Loan the role sales manager",
      {
        kind: "member.changed",
        subject: "lou@lender.example",
        before: { role: "auditor" },
        after: { role: "sales_manager" },
      },
    ],
    [
      "Ada Admin took all contacts along as CSV",
      { kind: "contacts.exported", more: { format: "csv", filters: { searched: false }, count: 9 } },
    ],
    [
      "Ada Admin took 3 contacts along as CSV",
      { kind: "contacts.exported", more: { format: "csv", by_name: true, count: 3 } },
    ],
    [
      "Ada Admin took about 1,200 contacts along as JSON",
      {
        kind: "contacts.exported",
        more: {
          format: "ndjson",
          filters: { state: ["NV"], searched: false },
          count: 1200,
          estimate: true,
        },
      },
    ],
    ["Ada Admin left the organisation", { kind: "member.removed", subject: "ada@lender.example" }],
    [
      "Ada Admin let sue@vendor.example of the support in as auditor",
      {
        kind: "member.added",
        subject: "sue@vendor.example",
        after: { role: "auditor", support_until: "2026-11-27T10:00:00Z" },
      },
    ],
    [
      "Ada Admin changed First name of Vera Vale: Vera → Vero",
      { kind: "contacts.changed", changes: 1, first_changes: [change] },
    ],
    [
      "The sync changed First name of Vera Vale, from HubSpot: empty → Vero",
      {
        kind: "contacts.changed",
        ...bySync,
        changes: 1,
        first_changes: [{ ...change, before: {}, side: "hubspot", cause: "sync" }],
      },
    ],
    [
      "Ada Admin changed First name and City of Vera Vale",
      {
        kind: "contacts.changed",
        changes: 1,
        first_changes: [{ ...change, after: { firstname: "Vero", city: "Boise" } }],
      },
    ],
    [
      "The sync created 100 contacts, from HubSpot in run 2",
      {
        kind: "contacts.changed",
        ...bySync,
        changes: 100,
        first_changes: [
          { ...change, op: "created", side: "hubspot", cause: "sync", run_id: 2 },
          { ...change, op: "created", side: "hubspot", cause: "sync", run_id: 2 },
        ],
      },
    ],
    [
      "Ada Admin changed values of an erased person, erased since",
      {
        kind: "contacts.changed",
        changes: 1,
        first_changes: [{ ...change, erased: true, before: {}, after: {} }],
      },
    ],
    ["“psql” resumed the sync", resumedBySql()],
    [
      "Ada Admin paused the sync: “Month end”",
      {
        kind: "sync-settings.changed",
        after: { halted_at: "2026-11-26T10:00:00Z", halted_reason: "Month end" },
      },
    ],
    [
      "Somebody failed to sign in as lou@lender.example",
      { kind: "sign-in.failed", actor: "lou@lender.example", subject: "lou@lender.example" },
    ],
    [
      "Ada Admin signed in with a password and a second factor",
      { kind: "sign-in.succeeded", more: { methods: ["password", "mfa", "mfa"] } },
    ],
    [
      "Ada Admin verified the log: it is broken at event 2 and event 7",
      { kind: "audit.verified", more: { intact: false, findings: 2, places: ["event 2", "event 7"] } },
    ],
    [
      "Ada Admin had the log kept for 1,095 days",
      { kind: "audit.retention-changed", after: { keep_days: 1095 } },
    ],
    ["Ada Admin switched an authenticator app on", { kind: "account.totp-activated" }],
    // What a newer server writes is told as far as it goes.
    ["Ada Admin teapot boiled blue", { kind: "teapot.boiled", subject: "blue" }],
  ])("%s", (told, parts) => {
    expect(sentence(parts)).toBe(told);
  });

  function resumedBySql(): Partial<EventOut> & Pick<EventOut, "kind"> {
    return {
      kind: "sync-settings.changed",
      actor: "psql",
      via: "sql",
      before: { halted_at: "2026-11-26T10:00:00Z" },
    };
  }

  it("says how it came", () => {
    expect(["browser", "token Nightly", "command line", "sync", "sql"].map(wayOf)).toEqual([
      "LoanArk’s pages",
      "Token Nightly",
      "Command line",
      "Worker",
      "SQL by hand",
    ]);
  });

  it("shows values as they were written", () => {
    expect([null, "", false, ["a", "b"], { a: 1 }, 5000, "2026-1"].map(show)).toEqual([
      "empty",
      "empty",
      "no",
      "a, b",
      '{"a":1}',
      "5000",
      "2026-1",
    ]);
  });

  it("knows the one thing it is about, if there is one", () => {
    expect(
      thingAbout(eventOf({ id: 1, kind: "contacts.changed", changes: 1, first_changes: [change] })),
    ).toBe(`contact:${change.contact_id}`);
    expect(
      thingAbout(eventOf({ id: 1, kind: "contacts.changed", changes: 2, first_changes: [change] })),
    ).toBe(undefined);
    expect(thingAbout(eventOf({ id: 1, kind: "run.changed", subject: "42" }))).toBe("run:42");
    expect(thingAbout(eventOf({ id: 1, kind: "audit.pruned", subject: "42" }))).toBe(undefined);
    expect(describeThing("member:lou@lender.example", names)).toBe("Lou Loan");
    expect(describeThing("run:42", names)).toBe("Run 42");
  });
});

describe("the address", () => {
  it("is read, and nonsense in it is left out", () => {
    const id = change.contact_id;
    const good = {
      who: "a@b.c",
      about: ["members", "log"],
      how: "sql",
      thing: `contact:${id}`,
      text: "vera",
    };
    expect(parseAuditSearch({ ...good, from: "2026-11-01", to: "2026-11-02" })).toEqual({
      ...good,
      from: "2026-11-01",
      to: "2026-11-02",
    });
    expect(
      parseAuditSearch({
        about: "nothing",
        how: "magic",
        thing: "contact:1",
        from: "soon",
        to: "2026-99-99",
      }),
    ).toEqual({});
  });

  it("becomes the API’s question: days begin at the reader’s midnight, the last one is included", () => {
    expect(toQuery({ from: "2026-11-01", to: "2026-11-02" })).toEqual({
      since: new Date(2026, 10, 1).toISOString(),
      until: new Date(2026, 10, 3).toISOString(),
    });
    expect(toQuery({ about: ["keys"], who: "a@b.c", how: "token" })).toEqual({
      kind: ["token", "keys"],
      actor: "a@b.c",
      via: "token",
    });
    expect(toQuery({ thing: "run:42", about: ["contacts"] })).toEqual({ kind: ["run"], subject: "42" });
    expect(toQuery({ thing: `contact:${change.contact_id}` })).toEqual({ contact_id: change.contact_id });
    expect(dayAgo(1, new Date(2026, 2, 1))).toBe("2026-02-28");
  });

  it("of an export asks for the same", () => {
    expect(exportAddress("a b", { kind: ["token", "keys"], actor: "x+y@b.c" }, "csv")).toBe(
      "/api/tenants/a%20b/audit/export?format=csv&kind=token&kind=keys&actor=x%2By%40b.c",
    );
  });
});
