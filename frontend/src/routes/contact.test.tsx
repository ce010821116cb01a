import { screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { changes } from "@/test/fixtures";
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
