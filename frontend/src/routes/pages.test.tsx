import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { connection, contactOf, organisationAs, overview, runs } from "@/test/fixtures";
import { person } from "@/test/people";
import { accessibilityFaults, renderApp } from "@/test/render-app";
import { server } from "@/test/server";

const API = "*/api/tenants/:tenant";
const TROUBLED = `/loanark/contacts/${person(3).id}`;

describe("signing in", () => {
  it("says why it was refused, then leads back to where one wanted to go", async () => {
    let isSignedIn = false;
    server.use(
      http.get("*/api/session", () =>
        isSignedIn ? undefined : HttpResponse.json({ code: "not-signed-in" }, { status: 401 }),
      ),
    );
    const { user, router, container } = renderApp("/loanark/mapping");
    await user.type(await screen.findByLabelText("E-mail"), "dana@loanark.example");
    await user.type(screen.getByLabelText("Password"), "wrong");
    await user.click(screen.getByRole("button", { name: "Sign in" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("not correct");
    expect(await accessibilityFaults(container)).toEqual([]);

    isSignedIn = true;
    await user.clear(screen.getByLabelText("Password"));
    await user.type(screen.getByLabelText("Password"), "right");
    await user.click(screen.getByRole("button", { name: "Sign in" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/loanark/mapping"));
  });
});

describe("a forgotten password", () => {
  it("says whom to ask where no mail can be sent", async () => {
    server.use(http.post("*/auth/password/request", () => HttpResponse.json({}, { status: 500 })));
    const { user, container } = renderApp("/password/reset");
    await user.type(await screen.findByLabelText("E-mail"), "dana@loanark.example");
    await user.click(screen.getByRole("button", { name: "Send me a link" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("Ask your administrator");
    expect(await accessibilityFaults(container)).toEqual([]);
  });

  it("is replaced by a new one, and 401 after that means: now sign in", async () => {
    const sent: unknown[] = [];
    server.use(
      http.get("*/auth/password/reset", () => HttpResponse.json({})),
      http.post("*/auth/password/reset", async ({ request }) => {
        sent.push(await request.json());
        return HttpResponse.json({}, { status: 401 });
      }),
    );
    const { user } = renderApp("/password/reset/a-key");
    await user.type(await screen.findByLabelText("New password"), "a long enough one");
    await user.click(screen.getByRole("button", { name: "Set the password" }));
    expect(await screen.findByText("Your new password is set")).toBeVisible();
    expect(sent).toEqual([{ key: "a-key", password: "a long enough one" }]);
  });

  it("offers a new link for one that is used up", async () => {
    server.use(http.get("*/auth/password/reset", () => HttpResponse.json({}, { status: 400 })));
    renderApp("/password/reset/used");
    expect(await screen.findByRole("alert")).toHaveTextContent("not good any more");
    expect(screen.getByRole("link", { name: "Ask for a new link" })).toBeVisible();
  });
});

describe("the dashboard", () => {
  it("says so when no worker is heard", async () => {
    server.use(http.get(`${API}/overview`, () => HttpResponse.json({ ...overview, worker_seen_at: null })));
    renderApp("/loanark");
    expect(
      await screen.findByRole("heading", { name: "No worker is running, so nothing moves." }),
    ).toBeVisible();
    expect(screen.getByText(/No worker is heard/)).toBeVisible();
    expect(screen.queryByText(/The worker was heard/)).not.toBeInTheDocument();
  });

  it("shows the way instead of empty panels until something has come over", async () => {
    const preview = { ...overview.run, kind: "preview", status: "waiting" };
    const recent = { hubspot: [], loanark: [] };
    server.use(
      http.get(`${API}/overview`, () =>
        HttpResponse.json({ ...overview, balance: null, run: preview, recent }),
      ),
    );
    const { container } = renderApp("/loanark");
    expect(await screen.findByRole("region", { name: "Getting started" })).toBeVisible();
    await waitFor(() =>
      expect(container.querySelector("[aria-current=step]")).toHaveTextContent("Approve it"),
    );
    expect(screen.queryByText("Changes in the last 24 hours")).not.toBeInTheDocument();
    expect(await accessibilityFaults(container)).toEqual([]);
  });

  it("tells the truth in one sentence and proves it by a sum", async () => {
    const { container } = renderApp("/loanark");
    expect(await screen.findByRole("heading", { name: "3 contacts need you" })).toBeVisible();
    expect(screen.getByLabelText("Balance of both sides")).toHaveTextContent(
      "HubSpot41,341=LoanArk41,338+explained3",
    );
    expect(screen.getByRole("progressbar", { name: /First load/ })).toHaveAttribute("aria-valuenow", "64");
    expect(await accessibilityFaults(container)).toEqual([]);
  });

  it("leads to the connection when there is none", async () => {
    const none = { ...connection, status: "not_connected" as const };
    server.use(
      http.get(`${API}/overview`, () =>
        HttpResponse.json({ ...overview, connection: none, balance: null, run: null }),
      ),
    );
    renderApp("/loanark");
    expect(await screen.findByRole("link", { name: "Connect HubSpot" })).toHaveAttribute(
      "href",
      "/loanark/connection",
    );
  });

  it("says what is safe when the server cannot answer", async () => {
    const body = { title: "The database is down", detail: "Nothing was lost.", code: "database-down" };
    server.use(http.get(`${API}/overview`, () => HttpResponse.json(body, { status: 400 })));
    renderApp("/loanark");
    expect(await screen.findByRole("alert")).toHaveTextContent("Nothing was lost.");
  });
});

describe("contacts", () => {
  it("keeps search and filters in the address, and the count beside the title", async () => {
    const { user, router, container } = renderApp("/loanark/contacts");
    expect(await screen.findByText("about 41,341")).toBeVisible();
    await user.type(screen.getByRole("searchbox"), "kowalski");
    await waitFor(() => expect(router.state.location.search).toEqual({ search: "kowalski" }));
    await user.click(await screen.findByRole("button", { name: /^Conflict/ }));
    await waitFor(() => expect(router.state.location.href).toContain("search=kowalski"));
    expect(router.state.location.href).toContain("sync=conflict");
    expect(await accessibilityFaults(container)).toEqual([]);
  });

  it("is walked and opened by keys alone", async () => {
    const { user, router } = renderApp("/loanark/contacts");
    await screen.findAllByText("Anna Alvarez");
    await user.keyboard("j");
    await waitFor(() =>
      expect(document.activeElement?.closest("[data-row]")).toHaveAttribute("data-row", "1"),
    );
    await user.keyboard("{Enter}");
    await waitFor(() => expect(router.state.location.pathname).toBe(`/loanark/contacts/${person(1).id}`));
  });

  it("shows the server's refusal next to the field", async () => {
    const { user } = renderApp("/loanark/contacts");
    await user.click(await screen.findByRole("button", { name: /New/ }));
    const dialog = await screen.findByRole("dialog");
    await user.click(within(dialog).getByRole("button", { name: "Create contact" }));
    expect(await within(dialog).findByRole("alert")).toHaveTextContent("at least a name");
    await user.type(within(dialog).getByLabelText("E-mail"), "nobody");
    await user.click(within(dialog).getByRole("button", { name: "Create contact" }));
    expect(await within(dialog).findByText(/looks like name@example.com/)).toBeVisible();
  });
});

describe("a contact", () => {
  it("marks what differs in words, and lets a person choose a side", async () => {
    const chosen: unknown[] = [];
    server.use(
      http.post(`${API}/conflicts/:id/resolve`, async ({ request }) => {
        chosen.push(await request.json());
        return HttpResponse.json({});
      }),
    );
    const { user, container } = renderApp(TROUBLED);
    const card = await screen.findByRole("article", { name: /Conflict: Phone/ });
    expect(screen.getByRole("row", { name: /Phone.*Conflict.*\(changed\)/ })).toBeVisible();
    expect(await accessibilityFaults(container)).toEqual([]);
    await user.click(within(card).getByRole("button", { name: /Use LoanArk/ }));
    await waitFor(() => expect(chosen).toEqual([{ winner: "loanark" }]));
  });

  it("sends only what was changed, and puts a refusal beside its field", async () => {
    const { user } = renderApp(TROUBLED);
    await user.click(await screen.findByRole("button", { name: "Edit" }));
    const phone = screen.getByLabelText("Phone");
    await user.clear(phone);
    await user.type(phone, "123");
    await user.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByText("This is not a phone number of the US.")).toBeVisible();
    expect(phone).toHaveAccessibleDescription("This is not a phone number of the US.");
  });

  it("folds away a group of which every field is empty, until it is asked for", async () => {
    const contact = contactOf(1);
    const fields = contact.fields.map((field) =>
      field.name === "city" ? { ...field, group: "Emptiness", hubspot: null, loanark: null } : field,
    );
    server.use(http.get(`${API}/contacts/:id`, () => HttpResponse.json({ ...contact, fields })));
    const { user } = renderApp(`/loanark/contacts/${contact.id}`);
    const fold = await screen.findByRole("button", { name: "1 empty field" });
    expect(screen.queryByRole("row", { name: /^City/ })).not.toBeInTheDocument();
    await user.click(fold);
    expect(screen.getByRole("row", { name: /^City/ })).toBeVisible();
  });

  it("offers nothing to change to an auditor", async () => {
    const organisations = [organisationAs("auditor")];
    server.use(
      http.get("*/api/session", () =>
        HttpResponse.json({ user: { id: 2, email: "a@b.c", name: "A" }, organisations }),
      ),
    );
    renderApp(TROUBLED);
    expect(await screen.findByRole("heading", { level: 1 })).toBeVisible();
    expect(screen.queryByRole("button", { name: "Edit" })).not.toBeInTheDocument();
    expect(screen.queryByRole("button", { name: /Use HubSpot/ })).not.toBeInTheDocument();
  });
});

describe("what needs a person", () => {
  it("names what waits before anything else, and counts the rest", async () => {
    const needs = [
      { kind: "preview", count: 1, title: "Approve the preview", detail: "See what would happen." },
      { kind: "rejection", count: 2, title: "Values not carried over", detail: "Each says why." },
    ];
    server.use(http.get(`${API}/overview`, () => HttpResponse.json({ ...overview, needs_you: needs })));
    renderApp("/loanark/needs-you");
    expect(await screen.findByRole("link", { name: /Approve the preview/ })).toBeVisible();
    expect(screen.getByRole("tab", { name: "Refused values 2" })).toHaveAttribute("aria-selected", "true");
  });
});

describe("runs", () => {
  it("never calls a run that lost rows a success", async () => {
    renderApp("/loanark/runs/6");
    expect(await screen.findByText(/Not everything was carried over: 4 contacts were refused/)).toBeVisible();
    expect(screen.queryByText("Succeeded")).not.toBeInTheDocument();
  });

  it("shows what a preview would do, and starts it only on approval", async () => {
    const { user, router, container } = renderApp("/loanark/runs/8");
    expect(await screen.findByText("Nothing has been changed yet")).toBeVisible();
    expect(screen.getByText("40,131")).toBeVisible();
    expect(await accessibilityFaults(container)).toEqual([]);
    await user.click(screen.getByRole("button", { name: "Approve and start" }));
    await waitFor(() => expect(router.state.location.pathname).toBe(`/loanark/runs/${runs[0]?.id}`));
  });
});

describe("the connection", () => {
  it("explains what is wrong and what to do", async () => {
    const problem = {
      code: "not-hubspot",
      title: "A web page answered",
      detail: "No data came.",
      fix: "Check the address.",
    };
    server.use(
      http.get(`${API}/connection`, () =>
        HttpResponse.json({ ...connection, status: "reconnect_needed", problem }),
      ),
    );
    const { container } = renderApp("/loanark/connection");
    expect(await screen.findByText("Check the address.")).toBeVisible();
    expect(screen.getByRole("button", { name: /Reconnect/ })).toBeVisible();
    expect(await accessibilityFaults(container)).toEqual([]);
  });
});

describe("every page", () => {
  it.each([
    ["/loanark", "Dashboard"],
    ["/loanark/contacts", "Contacts"],
    [TROUBLED, person(3).firstname],
    ["/loanark/needs-you", "Needs you"],
    ["/loanark/runs/8", "Preview #8"],
    ["/loanark/connection", "Connection"],
    ["/loanark/settings", "Settings"],
    ["/sign-in", "Sign in"],
    ["/loanark/nowhere", "Nothing here"],
  ])("names itself: %s", async (address, title) => {
    renderApp(address);
    await waitFor(() => expect(document.title).toMatch(new RegExp(`^${title}.* · LoanArk CRM Sync$`)));
  });
});

describe("an address that leads nowhere", () => {
  it("offers the way back, not another try, for a contact that is not here", async () => {
    const body = { title: "Not found", detail: "There is no such contact.", code: "not-found" };
    server.use(http.get(`${API}/contacts/:id`, () => HttpResponse.json(body, { status: 404 })));
    renderApp(TROUBLED);
    expect(await screen.findByRole("heading", { level: 1, name: "Not found" })).toBeVisible();
    expect(screen.getByRole("link", { name: "All contacts" })).toHaveAttribute("href", "/loanark/contacts");
    expect(screen.queryByRole("button", { name: "Try again" })).not.toBeInTheDocument();
  });

  it("is the same for what does not exist and what belongs to others", async () => {
    renderApp("/somebody-else/contacts");
    expect(await screen.findByRole("heading", { name: "There is nothing here" })).toBeVisible();
  });
});
