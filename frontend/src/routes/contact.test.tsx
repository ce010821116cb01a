import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { changes, contactOf } from "@/test/fixtures";
import { person } from "@/test/people";
import { accessibilityFaults, renderApp } from "@/test/render-app";
import { server } from "@/test/server";

const API = "*/api/tenants/:tenant";
const CONTACT = `/loanark/contacts/${person(1).id}`;

describe("why a value is so", () => {
  it("says who set it and where, what was before, and which rule decides", async () => {
    const asked: (string | null)[] = [];
    server.use(
      http.get(`${API}/contacts/:id/timeline`, ({ request }) => {
        const field = new URL(request.url).searchParams.get("field");
        asked.push(field);
        const items = field
          ? changes.filter(({ fields }) => fields.some(({ name }) => name === field))
          : changes;
        return HttpResponse.json({ items, next_cursor: null });
      }),
    );
    const { user } = renderApp(CONTACT);
    await user.click(await screen.findByRole("button", { name: /why\?.*City/ }));
    const story = await screen.findByRole("dialog", { name: "Why City is so" });
    await waitFor(() => expect(story).toHaveTextContent(/^CitySet in (HubSpot|LoanArk)/));
    expect(story).toHaveTextContent(/Before it was/);
    expect(story).toHaveTextContent(/When both sides change it/);
    expect(asked).toContain("city");
    expect(await accessibilityFaults(story)).toEqual([]);
  });
});

describe("a contact's history", () => {
  it("is narrowed by side, and says so when nothing is left", async () => {
    server.use(
      http.get(`${API}/contacts/:id/timeline`, ({ request }) => {
        const side = new URL(request.url).searchParams.get("side");
        return HttpResponse.json({ items: side === "hubspot" ? [] : changes, next_cursor: null });
      }),
    );
    const { user } = renderApp(CONTACT);
    expect(await screen.findByText("Denver")).toBeVisible();
    screen.getByRole("combobox", { name: "Side" }).focus();
    await user.keyboard("{Enter}");
    await user.click(await screen.findByRole("option", { name: "HubSpot" }));
    expect(await screen.findByText("No change is like that.")).toBeVisible();
  });
});

describe("what a contact is called elsewhere", () => {
  it("is copied by a button", async () => {
    const { user } = renderApp(CONTACT);
    await user.click(await screen.findByRole("button", { name: "Copy LoanArk’s id" }));
    expect(await navigator.clipboard.readText()).toBe(person(1).id);
  });
});

describe("a look that somebody asks for", () => {
  const ASKED = `/loanark/contacts/${person(2).id}`;
  const look = (...answers: object[]) =>
    server.use(
      http.get(`${API}/contacts/:id/look`, () =>
        HttpResponse.json({ attempts: 0, ...(answers.length > 1 ? answers.shift() : answers[0]) }),
      ),
    );
  const start = async (user: ReturnType<typeof renderApp>["user"]) => {
    await user.click(await screen.findByRole("button", { name: "Resync" }));
    return screen.findByRole("region", { name: "Resync" });
  };

  it("is told from asking to what it did", async () => {
    look({ waits: true }, { waits: true }, { waits: false });
    const { user } = renderApp(ASKED);
    const told = await start(user);
    expect(told).toHaveTextContent("done: Asked for");
    expect(told).toHaveTextContent("under way: Reading both sides");
    const fields = contactOf(2).fields.map((field) =>
      field.name === "city" ? { ...field, hubspot: "Elko", loanark: "Elko" } : field,
    );
    server.use(http.get(`${API}/contacts/:id`, () => HttpResponse.json({ ...contactOf(2), fields })));
    await waitFor(() => expect(told).toHaveTextContent("done: Changed 2 values"), { timeout: 4_000 });
    expect(told).toHaveTextContent("City in HubSpot is Elko now.");
    expect(told).toHaveTextContent("City in LoanArk is Elko now.");
    expect(await accessibilityFaults(document.body)).toEqual([]);
    await user.click(within(told).getByRole("button", { name: /Close/ }));
    expect(screen.queryByRole("region", { name: "Resync" })).not.toBeInTheDocument();
  });

  it("says that nothing had to be changed", async () => {
    look({ waits: false });
    const { user } = renderApp(ASKED);
    const told = await start(user);
    await waitFor(() => expect(told).toHaveTextContent("done: Nothing had to be changed"), {
      timeout: 4_000,
    });
    expect(screen.getByRole("button", { name: "Resync" })).toBeEnabled();
  });

  it("says what keeps it waiting", async () => {
    look({ waits: true, stopped: "It waits: jane paused the sync." });
    const { user } = renderApp(ASKED);
    const told = await start(user);
    await waitFor(() => expect(told).toHaveTextContent("jane paused the sync. Nothing is lost"), {
      timeout: 4_000,
    });
    expect(told).toHaveTextContent("not yet: What it did");
  });
});

describe("who changed a value in HubSpot", () => {
  it("stands beside a value that differs, and under why? for the others; or that it is not known", async () => {
    const { user } = renderApp(`/loanark/contacts/${person(3).id}`);
    const phone = await screen.findByRole("row", { name: /^Phone/ });
    expect(await within(phone).findByText(/Changed by a person in HubSpot \(user 4711\)/)).toBeVisible();
    const company = screen.getByRole("row", { name: /^Company/ });
    expect(within(company).queryByText(/Changed by/)).not.toBeInTheDocument();
    await user.click(within(company).getByRole("button", { name: /^why\?/ }));
    const why = await screen.findByRole("dialog", { name: "Why Company is so" });
    expect(await within(why).findByText(/Changed by LoanArk/)).toBeVisible();
    await user.keyboard("{Escape}");
    await user.click(
      within(screen.getByRole("row", { name: /^First name/ })).getByRole("button", { name: /^why\?/ }),
    );
    const other = await screen.findByRole("dialog", { name: "Why First name is so" });
    expect(await within(other).findByText("Who changed it is not known.")).toBeVisible();
  });
});
