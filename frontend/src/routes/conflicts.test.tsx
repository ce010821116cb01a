import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { contactOf, organisationAs } from "@/test/fixtures";
import { inboxHandlersOf, MockInbox } from "@/test/inbox";
import { person } from "@/test/people";
import { accessibilityFaults, renderApp } from "@/test/render-app";
import { server } from "@/test/server";

const API = "*/api/tenants/:tenant";
const INBOX = "/loanark/needs-you?show=conflicts";

let inbox: MockInbox;
beforeEach(() => {
  inbox = new MockInbox();
  server.use(...inboxHandlersOf(inbox));
});

const focused = () => screen.findByRole("article", { name: /^Conflict: / });
const standing = (id: number) => inbox.decided.find((one) => one.id === id)?.winner;

describe("the inbox", () => {
  it("shows one conflict with both answers, what each changed, and how far one is", async () => {
    renderApp(INBOX);
    const card = await focused();
    expect(card).toHaveAccessibleName("Conflict: Phone of Luis Patel");
    expect(card).toHaveTextContent("Agreed last: +1 512 555 1111");
    const theirs = within(card).getByRole("region", { name: "HubSpot’s value" });
    expect(within(theirs).getByText("1201").tagName).toBe("MARK");
    expect(within(card).getByRole("region", { name: "LoanArk’s value" })).toHaveTextContent("By Maya Stern");
    expect(await screen.findByText("7 left")).toBeVisible();
    expect(screen.getByText(/2 decided today by you/)).toBeVisible();
    expect(await accessibilityFaults(document.body)).toEqual([]);
  });

  it("is decided by keys, and the next one is there at once", async () => {
    const { user } = renderApp(INBOX);
    await focused();
    await user.keyboard("1");
    expect(await screen.findByRole("article", { name: "Conflict: City of Renée Nguyen" })).toBeVisible();
    await waitFor(() => expect(standing(31)).toBe("hubspot"));
    expect(await screen.findByText("Phone of Luis Patel is as in HubSpot")).toBeInTheDocument();
    await user.keyboard("2");
    await waitFor(() => expect(standing(32)).toBe("loanark"));
    expect(await screen.findByText("5 left")).toBeVisible();
  });

  it("is walked with j and k, and the address says where one is", async () => {
    const { user, router } = renderApp(INBOX);
    await focused();
    await user.keyboard("jj");
    await waitFor(() => expect(router.state.location.search).toMatchObject({ at: "33" }));
    await user.keyboard("k");
    expect(await screen.findByRole("article", { name: "Conflict: City of Renée Nguyen" })).toBeVisible();
  });

  it("takes back the last decision, and the one before, with u", async () => {
    const { user } = renderApp(INBOX);
    await focused();
    await user.keyboard("1");
    await waitFor(() => expect(standing(31)).toBe("hubspot"));
    await user.keyboard("2");
    await waitFor(() => expect(standing(32)).toBe("loanark"));
    await user.keyboard("u");
    await waitFor(() => expect(inbox.open.map(({ id }) => id)).toContain(32));
    expect(await screen.findByRole("article", { name: "Conflict: City of Renée Nguyen" })).toBeVisible();
    await user.keyboard("u");
    await waitFor(() => expect(inbox.open.map(({ id }) => id)).toContain(31));
  });

  it("takes another value, and keeps it in its field when it is refused", async () => {
    const { user } = renderApp(INBOX);
    await focused();
    server.use(
      http.post(
        `${API}/conflicts/:id/resolve`,
        () =>
          HttpResponse.json(
            {
              code: "invalid",
              title: "The input is not valid",
              errors: { phone: "This is not a phone number." },
            },
            { status: 422 },
          ),
        { once: true },
      ),
    );
    await user.keyboard("3");
    const input = await screen.findByLabelText("Phone on both sides");
    await waitFor(() => expect(input).toHaveFocus());
    await user.clear(input);
    await user.type(input, "12{Enter}");
    expect(await screen.findByText("This is not a phone number.")).toBeVisible();
    await user.clear(screen.getByLabelText("Phone on both sides"));
    await user.type(screen.getByLabelText("Phone on both sides"), "+15125550000{Enter}");
    await waitFor(() => expect(inbox.find(31)).toMatchObject({ winner: "typed", typed: "+15125550000" }));
  });

  it("brings a conflict back that could not be decided, and says why", async () => {
    const { user } = renderApp(INBOX);
    await focused();
    server.use(
      http.post(`${API}/conflicts/:id/resolve`, () =>
        HttpResponse.json(
          { code: "stale", title: "It has changed meanwhile", detail: "Archived." },
          { status: 409 },
        ),
      ),
    );
    await user.keyboard("1");
    expect(await screen.findByText("Archived.")).toBeInTheDocument();
    await waitFor(() => expect(screen.getByRole("button", { name: /^Luis Patel/ })).toBeVisible());
  });
});

describe("all like this", () => {
  it("says how many and which before, decides them at once, and takes all back at once", async () => {
    const { user } = renderApp("/loanark/needs-you?show=conflicts&at=32");
    await focused();
    await user.keyboard("a");
    const dialog = await screen.findByRole("dialog");
    expect(await within(dialog).findByRole("button", { name: "Use HubSpot’s for 4" })).toBeEnabled();
    await user.click(within(dialog).getByRole("radio", { name: /Only with these two values/ }));
    await user.click(await within(dialog).findByRole("button", { name: "Use HubSpot’s for 2" }));
    await waitFor(() => expect([standing(32), standing(33)]).toEqual(["hubspot", "hubspot"]));
    expect(standing(34)).toBeUndefined();
    expect(await screen.findByText("City is as in HubSpot for 2 contacts")).toBeInTheDocument();
    await waitFor(() => expect(dialog).not.toBeInTheDocument());
    await user.keyboard("u");
    await waitFor(() => expect(inbox.open.map(({ id }) => id)).toEqual(expect.arrayContaining([32, 33])));
  });

  it("decides nothing when the number has moved", async () => {
    const { user } = renderApp(INBOX);
    await focused();
    server.use(
      http.post(`${API}/conflicts/resolve`, () =>
        HttpResponse.json(
          { code: "stale", title: "It has changed meanwhile", detail: "There are 3 of them now, not 1." },
          { status: 409 },
        ),
      ),
    );
    await user.keyboard("a");
    await user.click(await screen.findByRole("button", { name: "Use LoanArk’s for 1" }));
    expect(await screen.findByText("There are 3 of them now, not 1.")).toBeInTheDocument();
    expect(standing(31)).toBeUndefined();
  });
});

describe("making it a rule", () => {
  it("changes the field’s policy, says the version, and can be undone", async () => {
    const set: unknown[] = [];
    server.use(
      http.patch(`${API}/mapping/fields/:field`, async ({ params, request }) => {
        set.push([params.field, await request.json()]);
        return HttpResponse.json({
          version: 14,
          fields: [],
          unmapped: [],
          property_count: 0,
          refreshed_at: null,
        });
      }),
    );
    const { user } = renderApp(INBOX);
    await user.click(await screen.findByRole("button", { name: "Make it a rule…" }));
    await user.click(await screen.findByRole("menuitem", { name: "The newer edit wins" }));
    expect(await screen.findByText(/Version 14 of the mapping/)).toBeInTheDocument();
    // Toasts of the tests before may still be there.
    const toast = screen.getByText(/Version 14 of the mapping/).closest("li");
    // A pointer on a toast would be captured, which this browser does not know.
    fireEvent.click(within(toast as HTMLElement).getByRole("button", { name: "Undo" }));
    await waitFor(() =>
      expect(set).toEqual([
        ["phone", { policy: "newest" }],
        ["phone", { policy: "ask" }],
      ]),
    );
  });

  it("and deciding are for whoever may", async () => {
    server.use(
      http.get("*/api/session", () =>
        HttpResponse.json({
          user: { id: 2, email: "a@b.c", name: "A" },
          organisations: [organisationAs("auditor")],
        }),
      ),
    );
    renderApp(INBOX);
    const card = await focused();
    expect(within(card).queryByRole("button", { name: /^Use|rule|Type/ })).not.toBeInTheDocument();
  });
});

describe("filters", () => {
  it("are in the address, and can all be taken off where nothing is left", async () => {
    const { user, router } = renderApp("/loanark/needs-you?show=conflicts&search=nobody");
    expect(await screen.findByText("No conflict is like that")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Show all" }));
    await focused();
    await user.click(screen.getByRole("button", { name: "Field" }));
    await user.click(await screen.findByRole("button", { name: /^City\s*4$/ }));
    await waitFor(() => expect(router.state.location.search).toMatchObject({ field: "city" }));
    expect(await screen.findByRole("article", { name: /^Conflict: City/ })).toBeVisible();
  });
});

describe("what was decided", () => {
  it("says what stands and what lost, and can be turned round or asked again", async () => {
    const { user } = renderApp("/loanark/needs-you?show=decided");
    await screen.findByText("By the rule “the newer wins”", { exact: false });
    const [first] = screen.getAllByRole("button", { name: "Use LoanArk’s instead" });
    await user.click(first as HTMLElement);
    await waitFor(() => expect(standing(21)).toBe("loanark"));
    const [again] = await screen.findAllByRole("button", { name: "Ask again" });
    await user.click(again as HTMLElement);
    await waitFor(() => expect(inbox.open.map(({ id }) => id)).toContain(21));
    expect(await accessibilityFaults(document.body)).toEqual([]);
  });
});

describe("what was refused", () => {
  it("is told by reason; what heals by itself is apart; all of a reason are retried", async () => {
    const retried: unknown[] = [];
    server.use(
      http.post(`${API}/rejections/retry`, async ({ request }) => {
        retried.push(await request.json());
        return HttpResponse.json({ contacts: 2 }, { status: 202 });
      }),
    );
    const { user } = renderApp("/loanark/needs-you?show=values");
    const needs = await screen.findByRole("region", { name: "Needs you" });
    expect(await within(needs).findByText("Prime+")).toBeVisible();
    const heals = screen.getByRole("region", { name: "Heals by itself" });
    expect(within(heals).getByText(/tried again by itself/)).toBeVisible();
    await user.click(within(heals).getByRole("button", { name: "Retry all 2" }));
    expect(await screen.findByText("2 contacts are tried again")).toBeInTheDocument();
    expect(retried).toEqual([{ code: "internal" }]);
    expect(await accessibilityFaults(document.body)).toEqual([]);
  });
});

describe("a contact’s own page", () => {
  const CONTACT = `/loanark/contacts/${person(3).id}`;

  beforeEach(() => {
    server.use(
      http.get(`${API}/contacts/:id`, () =>
        HttpResponse.json({
          ...contactOf(3),
          conflicts: [...inbox.open, ...inbox.decided].filter(({ id }) => id === 31 || id === 32),
        }),
      ),
    );
  });

  it("decides its conflicts by the inbox’s keys, and takes them back", async () => {
    const { user } = renderApp(CONTACT);
    const card = await focused();
    expect(card).toHaveAccessibleName("Conflict: Phone of Luis Patel");
    expect(within(card).getByText("1 of 2")).toBeInTheDocument();
    expect(await accessibilityFaults(document.body)).toEqual([]);
    await user.keyboard("1");
    expect(await screen.findByRole("article", { name: /^Conflict: City/ })).toBeVisible();
    await waitFor(() => expect(standing(31)).toBe("hubspot"));
    await user.keyboard("2");
    await waitFor(() =>
      expect(screen.queryByRole("article", { name: /^Conflict: / })).not.toBeInTheDocument(),
    );
    await waitFor(() => expect(standing(32)).toBe("loanark"));
    await user.keyboard("u");
    expect(await screen.findByRole("article", { name: /^Conflict: City/ })).toBeVisible();
    const told = (await screen.findByText("Phone of Luis Patel is as in HubSpot")).closest(
      "li",
    ) as HTMLElement;
    await user.click(within(told).getByRole("button", { name: "Undo" }));
    await waitFor(() => expect(inbox.open.map(({ id }) => id)).toContain(31));
    expect(await screen.findByRole("article", { name: /^Conflict: Phone/ })).toBeVisible();
  });

  it("takes a third value, and says what a conflict is", async () => {
    const { user } = renderApp(CONTACT);
    const card = await focused();
    await user.click(within(card).getByRole("button", { name: "What does this mean?" }));
    expect(await screen.findByText(/Both sides changed the same field to different values/)).toBeVisible();
    await user.keyboard("{Escape}");
    await user.keyboard("3");
    await waitFor(() => expect(screen.getByLabelText("Phone on both sides")).toHaveFocus());
  });
});
