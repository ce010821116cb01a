import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import type { EventOut, Role } from "@/client";
import { createRefresher, staleAfter } from "@/live/effects";
import { auditEvents, auditState, eventOf, organisationAs, session, verification } from "@/test/fixtures";
import { accessibilityFaults, renderApp } from "@/test/render-app";
import { server } from "@/test/server";

const API = "*/api/tenants/:tenant";
const AUDIT = "/loanark/audit";

function signInAs(role: Role) {
  const organisations = [organisationAs(role)];
  server.use(http.get("*/api/session", () => HttpResponse.json({ ...session, organisations })));
}

/** Serves these events, and tells what was asked for. */
function serve(
  answer: (asked: URLSearchParams) => { items: EventOut[]; next_cursor?: string; searched_to?: string },
) {
  const asked: URLSearchParams[] = [];
  server.use(
    http.get(`${API}/audit`, ({ request }) => {
      const params = new URL(request.url).searchParams;
      asked.push(params);
      return HttpResponse.json({ next_cursor: null, searched_to: null, ...answer(params) });
    }),
  );
  return asked;
}

const entry = (text: RegExp) => screen.findByRole("button", { name: text, expanded: false });

describe("the audit log", () => {
  it("says who did what, when and from where, and opens to before and after", async () => {
    const { container, user } = renderApp(AUDIT);
    await screen.findByText("Whole");
    const row = await entry(/Dana Fields gave Omar Reyes the role sales manager/);
    expect(row).toHaveTextContent("LoanArk’s pages · 203.0.113.7");
    expect(within(row).getAllByText(/^\d\d:\d\d:\d\d [AP]M$/)[0]).toHaveAttribute("title");
    await user.click(row);
    const table = await screen.findByRole("table");
    expect(within(table).getByRole("row", { name: "Role loan_officer sales_manager" })).toBeVisible();
    expect(screen.getByText("Event 46")).toBeVisible();
    expect(screen.getByRole("link", { name: "Open Members" })).toHaveAttribute("href", "/loanark/settings");
    expect(await accessibilityFaults(container)).toEqual([]);
  });

  it("tells changes of contacts by name, with the way to them, and who was erased as erased", async () => {
    const { user } = renderApp(AUDIT);
    await user.click(await entry(/The sync changed First name of Vera Lindqvist, from HubSpot: Vera → Vero/));
    expect(await screen.findByRole("link", { name: "Vera Lindqvist" })).toHaveAttribute(
      "href",
      "/loanark/contacts/00000000-0000-4000-8000-000000000001",
    );
    expect(screen.getByRole("row", { name: "First name Vera Vero" })).toBeVisible();
    const erased = await entry(/an erased person/);
    expect(erased).toHaveTextContent("Erased");
    await user.click(erased);
    expect(await screen.findByText("Erased for privacy: the values are gone for good.")).toBeVisible();
  });

  it("shows all changes of a large deed when they are asked for", async () => {
    const { user } = renderApp(AUDIT);
    await user.click(await entry(/The sync created 37 contacts/));
    await user.click(await screen.findByRole("button", { name: "All 37 changes" }));
    expect(await screen.findByRole("button", { name: "More changes" })).toBeEnabled();
  });

  it("is narrowed by person, matter, way and words, all in the address, and goes back at once", async () => {
    const asked = serve(() => ({ items: auditEvents }));
    const { user, router } = renderApp(AUDIT);
    await user.click(await screen.findByRole("button", { name: "Who" }));
    await user.click(await screen.findByRole("button", { name: "gone@loanark.example" }));
    await user.click(screen.getByRole("button", { name: "About" }));
    await user.click(await screen.findByRole("checkbox", { name: /Tokens and keys/ }));
    await user.keyboard("{Escape}");
    await user.click(screen.getByRole("button", { name: "How" }));
    await user.click(await screen.findByRole("button", { name: "SQL by hand" }));
    await user.type(screen.getByRole("searchbox", { name: "Search the log" }), "boise");
    await waitFor(() =>
      expect(router.state.location.search).toEqual({
        who: "gone@loanark.example",
        about: "keys",
        how: "sql",
        text: "boise",
      }),
    );
    await waitFor(() =>
      expect(asked.at(-1)?.toString()).toBe(
        "kind=token&kind=keys&actor=gone%40loanark.example&via=sql&text=boise&limit=50",
      ),
    );
    await user.click(screen.getByRole("button", { name: "Export" }));
    expect(await screen.findByRole("menuitem", { name: /CSV/ })).toHaveAttribute(
      "href",
      expect.stringMatching(/audit\/export\?format=csv&kind=token&kind=keys.*&text=boise$/),
    );
    await user.keyboard("{Escape}");
    await user.click(screen.getByRole("button", { name: "Clear" }));
    await waitFor(() => expect(router.state.location.search).toEqual({ text: "boise" }));
  });

  it("is narrowed from an entry to everything about its thing, and everything by its person", async () => {
    const { user, router } = renderApp(AUDIT);
    await user.click(await entry(/gave Omar Reyes the role/));
    await user.click(await screen.findByRole("button", { name: "All about this" }));
    expect(router.state.location.search).toEqual({ thing: "member:omar@loanark.example" });
    await user.click(await screen.findByRole("button", { name: /^Omar Reyes.*give up this filter/ }));
    await waitFor(() => expect(router.state.location.search).toEqual({}));
  });

  it("goes on to older entries", async () => {
    const [newest, ...older] = auditEvents as [EventOut, ...EventOut[]];
    serve((asked) => (asked.get("cursor") ? { items: older } : { items: [newest], next_cursor: "48" }));
    const { user } = renderApp(AUDIT);
    await user.click(await screen.findByRole("button", { name: "Older entries" }));
    await entry(/used the API token Nightly export/);
    expect(screen.getByText("This is where the log begins.")).toBeVisible();
  });

  it("searches on by itself while little is found, and says how far it came", async () => {
    const found = eventOf({ id: 7, kind: "token.used", subject: "Old export" });
    const asked = serve((params) =>
      params.get("cursor")
        ? { items: [found], next_cursor: "6" }
        : { items: [], next_cursor: "2000", searched_to: "2026-03-01T12:00:00Z" },
    );
    renderApp(`${AUDIT}?text=export`);
    await entry(/used the API token Old export/);
    expect(asked.map((params) => params.get("cursor"))).toEqual([null, "2000"]);
    expect(screen.getByRole("button", { name: "Older entries" })).toBeEnabled();
  });

  it("offers what is new, and moves nothing by itself", async () => {
    let events = auditEvents;
    serve(() => ({ items: events }));
    const { user, queryClient } = renderApp(AUDIT);
    await entry(/gave Omar Reyes the role/);
    events = [eventOf({ id: 49, kind: "token.added", subject: "Weekly export" }), ...auditEvents];
    createRefresher(queryClient, "loanark")(staleAfter('{"kinds": ["audit"]}'));
    const offer = await screen.findByRole("button", { name: "1 new entry" });
    expect(screen.queryByText(/made the API token Weekly export/)).not.toBeInTheDocument();
    await user.click(offer);
    await entry(/made the API token Weekly export/);
    expect(screen.queryByRole("button", { name: /new entr/ })).not.toBeInTheDocument();
  });

  it("says so when nothing matches, and the way back", async () => {
    serve((asked) => ({ items: asked.has("actor") ? [] : auditEvents }));
    const { user } = renderApp(`${AUDIT}?who=gone@loanark.example`);
    await screen.findByText("No entry matches");
    await user.click(screen.getByRole("button", { name: "Clear search and filters" }));
    await entry(/gave Omar Reyes the role/);
  });

  it("says what went wrong, and tries again", async () => {
    let isDown = true;
    server.use(
      http.get(`${API}/audit`, () =>
        isDown
          ? HttpResponse.json({ code: "internal", title: "This could not be read" }, { status: 422 })
          : HttpResponse.json({ items: auditEvents, next_cursor: null }),
      ),
    );
    renderApp(AUDIT);
    expect(await screen.findByRole("alert")).toHaveTextContent("This could not be read");
    isDown = false;
  });
});

describe("the chain", () => {
  it("is verified on demand, with the result in words and the end to note", async () => {
    const { user } = renderApp(AUDIT);
    expect(await screen.findByText("Sealed up to event 46")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Verify now" }));
    expect(await screen.findByText("Everything is as it was written")).toBeVisible();
    expect(screen.getByText("48:9f86d081884c7d65")).toBeVisible();
  });

  it("that is broken says where and what to do", async () => {
    const findings = [{ what: "missing", place: "event 2", detail: "It was in the log and is gone." }];
    server.use(
      http.post(`${API}/audit/verify`, () => HttpResponse.json({ ...verification, intact: false, findings })),
    );
    const { user, container } = renderApp(AUDIT);
    await user.click(await screen.findByRole("button", { name: "Verify now" }));
    await screen.findByText("The log is not whole: 1 place is not as written");
    expect(screen.getByText("Missing: event 2.")).toBeVisible();
    expect(screen.getByText(/take a copy of the database/)).toBeVisible();
    expect(screen.getByText("Not whole")).toBeVisible();
    expect(await accessibilityFaults(container)).toEqual([]);
  });

  it("that was broken when verified last, or is signed by somebody else, says so at once", async () => {
    const verified = { at: auditState.begins_at, actor: "x@y.z", intact: false, places: ["event 2"] };
    const signed = { ...auditState.signed, holds: false };
    server.use(http.get(`${API}/audit/state`, () => HttpResponse.json({ ...auditState, verified, signed })));
    renderApp(AUDIT);
    await screen.findByText("The log was not whole when it was verified last");
    expect(screen.getByText(/broken at event 2/)).toBeVisible();
    expect(screen.getByText("The last signature is not ours")).toBeVisible();
  });

  it("that cannot be verified now says that nothing happened", async () => {
    server.use(
      http.post(`${API}/audit/verify`, () => HttpResponse.json({ title: "Too slow" }, { status: 503 })),
    );
    const { user } = renderApp(AUDIT);
    await user.click(await screen.findByRole("button", { name: "Verify now" }));
    expect(await screen.findByText("Too slow")).toBeVisible();
  });
});

describe("retention", () => {
  it("is shortened only by who understands that it is for good", async () => {
    const sent: unknown[] = [];
    server.use(
      http.put(`${API}/audit/retention`, async ({ request }) => {
        sent.push(await request.json());
        return HttpResponse.json({ keep_days: 2555 });
      }),
    );
    const { user } = renderApp(AUDIT);
    await user.click(await screen.findByRole("button", { name: "Change" }));
    const dialog = await screen.findByRole("dialog", { name: "How long the log is kept" });
    await user.click(within(dialog).getByRole("combobox", { name: "Keep it" }));
    await user.click(await screen.findByRole("option", { name: "7 years" }));
    const button = within(dialog).getByRole("button", { name: "Keep it for 7 years" });
    expect(button).toBeDisabled();
    await user.click(within(dialog).getByRole("checkbox", { name: /nobody can bring it back/ }));
    await user.click(button);
    await waitFor(() => expect(dialog).not.toBeInTheDocument());
    expect(sent).toEqual([{ keep_days: 2555 }]);
  });

  it("is shown to an auditor, who cannot change it", async () => {
    signInAs("auditor");
    renderApp(AUDIT);
    await screen.findByText("Kept for ever");
    expect(screen.queryByRole("button", { name: "Change" })).not.toBeInTheDocument();
    expect(screen.getByRole("button", { name: "Verify now" })).toBeEnabled();
  });
});

describe("who may not read it", () => {
  it("is not shown the way, and told so at the address", async () => {
    signInAs("sales_manager");
    server.use(
      http.get(`${API}/audit`, () =>
        HttpResponse.json(
          {
            code: "forbidden",
            title: "Your role does not allow this",
            detail: "As sales manager you cannot do this. It takes the role administrator or auditor.",
          },
          { status: 403 },
        ),
      ),
    );
    renderApp(AUDIT);
    expect(await screen.findByRole("alert")).toHaveTextContent("It takes the role administrator or auditor.");
    expect(screen.getByRole("heading", { level: 1 })).toHaveTextContent("Your role does not allow this");
    expect(screen.getByRole("link", { name: "Go to the dashboard" })).toHaveAttribute("href", "/loanark");
    expect(screen.queryByRole("link", { name: "Audit log" })).not.toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Export" })).not.toBeInTheDocument();
  });

  it("finds no link on a contact’s page; an auditor does", async () => {
    signInAs("sales_manager");
    const contact = "/loanark/contacts/00000000-0000-4000-8000-000000000001";
    const officer = renderApp(contact);
    await screen.findByRole("heading", { level: 1 });
    expect(screen.queryByRole("link", { name: "In the audit log" })).not.toBeInTheDocument();
    officer.unmount();
    signInAs("auditor");
    renderApp(contact);
    expect(await screen.findByRole("link", { name: "In the audit log" })).toHaveAttribute(
      "href",
      "/loanark/audit?thing=contact%3A00000000-0000-4000-8000-000000000001",
    );
  });
});
