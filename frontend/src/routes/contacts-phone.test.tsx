import { screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { forgetEdits, forgetViews } from "@/test/contact-list";
import { accessibilityFaults, renderApp } from "@/test/render-app";

const onDesk = window.matchMedia;

beforeEach(() => {
  forgetEdits();
  forgetViews();
  window.matchMedia = (query) => ({ ...onDesk(query), matches: false });
});
afterEach(() => {
  window.matchMedia = onDesk;
});

async function openList(address = "/loanark/contacts") {
  const app = renderApp(address);
  await screen.findAllByText("Anna Alvarez");
  return app;
}

async function openSheet(user: Awaited<ReturnType<typeof openList>>["user"]) {
  await user.click(screen.getByRole("button", { name: /Filters and view/ }));
  return within(await screen.findByRole("dialog", { name: "Filters and view" }));
}

const card = () => screen.getAllByRole("listitem").find((one) => one.textContent?.includes("Anna Alvarez"));

describe("on a phone", () => {
  it("filters are chosen in a sheet, counted on its button, and taken away one by one", async () => {
    const { user, router } = await openList();
    const sheet = await openSheet(user);
    await user.click(sheet.getByRole("button", { name: /^State/ }));
    await user.click(await sheet.findByRole("checkbox", { name: /TX/ }));
    await user.click(sheet.getByRole("button", { name: /^Changed/ }));
    await user.click(sheet.getByRole("radio", { name: "Within 7 days" }));
    expect(await sheet.findByRole("button", { name: /^State TX/ })).toBeVisible();
    expect(await accessibilityFaults(document.body)).toEqual([]);
    await user.click(sheet.getByRole("button", { name: /^Show .*contacts$/ }));
    const opener = await screen.findByRole("button", { name: "Filters and view, 2 filters on" });
    await waitFor(() => expect(opener).toHaveFocus());

    await user.click(screen.getByRole("button", { name: "Remove State: TX" }));
    await waitFor(() => expect(router.state.location.search).toEqual({ changed: "7d" }));
    const last = screen.getByRole("button", { name: "Remove Changed within 7 days" });
    await waitFor(() => expect(last).toHaveFocus());
    await user.click(last);
    await waitFor(() => expect(router.state.location.search).toEqual({}));
    await waitFor(() => expect(screen.getByRole("button", { name: "Filters and view" })).toHaveFocus());
    expect(screen.queryByRole("group", { name: "In force" })).toBeNull();
  });

  it("a card shows the fields that were chosen for it, in their order", async () => {
    const { user } = await openList();
    expect(card()).toHaveTextContent(/anna\.alvarez@example\.com/);
    const sheet = await openSheet(user);
    await user.click(sheet.getByRole("button", { name: /^Fields on a card/ }));
    await user.click(await sheet.findByRole("checkbox", { name: /^Company/ }));
    await user.click(sheet.getByRole("button", { name: "Move Company up" }));
    await user.click(sheet.getByRole("button", { name: "Move Company up" }));
    await user.click(sheet.getByRole("button", { name: /^Show/ }));
    await waitFor(() =>
      expect(card()).toHaveTextContent(/Company.*Brightwater Homes.*E-mail.*anna\.alvarez@example\.com/),
    );
  });

  it("order, side and a file of the list are in the sheet", async () => {
    const { user, router } = await openList("/loanark/contacts?state=TX");
    const sheet = await openSheet(user);
    await user.click(sheet.getByRole("button", { name: /^Order/ }));
    await user.click(sheet.getByRole("radio", { name: "Name A–Z" }));
    await user.click(sheet.getByRole("radio", { name: "HubSpot" }));
    await waitFor(() =>
      expect(router.state.location.search).toEqual({ state: "TX", sort: "lastname", side: "hubspot" }),
    );
    await user.click(sheet.getByRole("button", { name: /^Export/ }));
    const asked = new URL(
      sheet.getByRole("link", { name: /CSV/ }).getAttribute("href") ?? "",
      "http://loanark.test",
    );
    expect(asked.searchParams.get("side")).toBe("hubspot");
    expect(asked.searchParams.getAll("state")).toEqual(["TX"]);
    await user.click(sheet.getByRole("button", { name: "Clear filters" }));
    await waitFor(() => expect(router.state.location.search).toEqual({ sort: "lastname", side: "hubspot" }));
  });

  it("a view is saved, left and come back to", async () => {
    const { user, router } = await openList("/loanark/contacts?state=TX");
    const sheet = await openSheet(user);
    await user.click(sheet.getByRole("button", { name: /^View/ }));
    await user.click(sheet.getByRole("button", { name: /Save as a new view/ }));
    await user.type(await screen.findByRole("textbox", { name: "Name" }), "Texans{Enter}");
    expect(await sheet.findByRole("radio", { name: "Texans" })).toBeChecked();
    await user.click(sheet.getByRole("radio", { name: "All contacts" }));
    await waitFor(() => expect(router.state.location.search).toEqual({}));
    await user.click(sheet.getByRole("radio", { name: "Texans" }));
    await waitFor(() => expect(router.state.location.search).toEqual({ state: "TX", view: "1" }));
    await user.click(sheet.getByRole("button", { name: /^Show/ }));
    expect(await screen.findByRole("button", { name: "Remove View: Texans" })).toBeVisible();
  });
});
