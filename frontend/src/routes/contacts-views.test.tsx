import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import type { ViewOut } from "@/client";
import { createRefresher, staleAfter } from "@/live/effects";
import { forgetEdits, forgetViews } from "@/test/contact-list";
import { session } from "@/test/fixtures";
import { openList } from "@/test/open-list";
import { server } from "@/test/server";

const API = "*/api/tenants/:tenant";

beforeEach(() => {
  forgetEdits();
  forgetViews();
});

const tabs = () =>
  within(screen.getByRole("navigation", { name: "Views" }))
    .getAllByRole("button")
    .map(({ textContent }) => textContent);
const tab = (name: string) =>
  within(screen.getByRole("navigation", { name: "Views" })).getByRole("button", { name });
const columns = () => screen.getAllByRole("columnheader").map(({ textContent }) => textContent);

/** A view that somebody else shares, as the server tells it to who may not change it. */
const theirs: ViewOut = {
  id: 9,
  name: "Texans",
  shared: true,
  mine: false,
  may_change: false,
  by: "bob@loanark.example",
  state: { filters: { state: ["TX"] } },
};

function sharedByOthers(begin: ViewOut[]) {
  let shared = begin;
  server.use(http.get(`${API}/views`, () => HttpResponse.json(shared)));
  return {
    become: (queryClient: Parameters<typeof createRefresher>[0], next: ViewOut[]) => {
      shared = next;
      createRefresher(queryClient, "loanark")(staleAfter('{"kinds": ["views"]}'));
    },
  };
}

describe("a view of one's own", () => {
  it("is saved with filters, order and columns, left, and come back to", async () => {
    const { user, router } = await openList("/loanark/contacts?state=TX&sort=lastname");
    await user.click(screen.getByRole("button", { name: "Columns" }));
    await user.click(await screen.findByRole("checkbox", { name: "Phone" }));
    await user.keyboard("{Escape}");
    expect(columns()).not.toContain("Phone");
    await user.click(screen.getByRole("button", { name: "Save view" }));
    await user.type(await screen.findByRole("textbox", { name: "Name" }), "Texans{Enter}");
    await waitFor(() => expect(tab("Texans")).toHaveAttribute("aria-current", "page"));
    expect(router.state.location.search).toEqual({ state: "TX", sort: "lastname", view: "1" });

    await user.click(tab("All contacts"));
    await waitFor(() => expect(columns()).toContain("Phone"));
    expect(router.state.location.search).toEqual({});
    await user.click(tab("Texans"));
    await waitFor(() => expect(columns()).not.toContain("Phone"));
    expect(router.state.location.search).toEqual({ state: "TX", sort: "lastname", view: "1" });
    expect(screen.queryByRole("button", { name: "Reset" })).toBeNull();
  });

  it("says that the list shows something else, and takes it over or goes back", async () => {
    const { user, router } = await openList("/loanark/contacts?state=TX");
    await user.click(screen.getByRole("button", { name: "Save view" }));
    await user.type(await screen.findByRole("textbox", { name: "Name" }), "Texans{Enter}");
    await waitFor(() => expect(tab("Texans")).toHaveAttribute("aria-current", "page"));
    await user.click(screen.getByRole("button", { name: "Deleted" }));
    await user.click(await screen.findByRole("button", { name: "Reset" }));
    await waitFor(() => expect(router.state.location.search).toEqual({ state: "TX", view: "1" }));
    await user.click(screen.getByRole("button", { name: "Deleted" }));
    await user.click(await screen.findByRole("button", { name: "Save" }));
    await waitFor(() => expect(screen.queryByRole("button", { name: "Reset" })).toBeNull());
    await user.click(tab("All contacts"));
    await user.click(tab("Texans"));
    await waitFor(() =>
      expect(router.state.location.search).toEqual({ state: "TX", deleted: "true", view: "1" }),
    );
  });

  it("is renamed, shared, deleted, and brought back by Undo", async () => {
    const { user } = await openList();
    await user.click(screen.getByRole("button", { name: "Save view" }));
    await user.type(await screen.findByRole("textbox", { name: "Name" }), "Mine{Enter}");
    await user.click(await screen.findByRole("button", { name: "View Mine" }));
    await user.click(await screen.findByRole("menuitem", { name: "Rename or share…" }));
    await user.click(await screen.findByRole("button", { name: "Cancel" }));
    await waitFor(() => expect(screen.getByRole("button", { name: "View Mine" })).toHaveFocus());
    await user.click(screen.getByRole("button", { name: "View Mine" }));
    await user.click(await screen.findByRole("menuitem", { name: "Rename or share…" }));
    const name = await screen.findByRole("textbox", { name: "Name" });
    await user.clear(name);
    await user.type(name, "Ours");
    await user.click(screen.getByRole("checkbox", { name: /Share with everybody/ }));
    await user.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(tab("Ours shared")).toHaveAttribute("title", "Shared by you"));

    await user.click(screen.getByRole("button", { name: "View Ours" }));
    await user.click(await screen.findByRole("menuitem", { name: "Delete view" }));
    await waitFor(() => expect(tabs()).toEqual(["All contacts"]));
    await user.click(await screen.findByRole("button", { name: "Undo" }));
    await waitFor(() => expect(tabs()).toEqual(["All contacts", "Ours shared"]));
  });

  it("is not saved under a name that is taken, and the form says so", async () => {
    const taken = "There is a view of this name already.";
    server.use(
      http.post(`${API}/views`, () =>
        HttpResponse.json(
          { code: "invalid", title: "The input is not valid", detail: taken, errors: { name: taken } },
          { status: 422 },
        ),
      ),
    );
    const { user } = await openList();
    await user.click(screen.getByRole("button", { name: "Save view" }));
    await user.type(await screen.findByRole("textbox", { name: "Name" }), "Mine{Enter}");
    expect(await screen.findByText(taken)).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Cancel" }));
    expect(tabs()).toEqual(["All contacts"]);
  });
});

describe("a view that somebody else shares", () => {
  it("is used by everybody and offered to be changed to nobody who may not", async () => {
    sharedByOthers([theirs]);
    const { user, router } = await openList();
    await user.click(tab("Texans shared"));
    await waitFor(() => expect(router.state.location.search).toEqual({ state: "TX", view: "9" }));
    expect(tab("Texans shared")).toHaveAttribute("title", "Shared by bob@loanark.example");
    expect(screen.queryByRole("button", { name: "View Texans" })).toBeNull();
    await user.click(screen.getByRole("button", { name: "Deleted" }));
    expect(await screen.findByRole("button", { name: "Reset" })).toBeVisible();
    expect(screen.queryByRole("button", { name: "Save" })).toBeNull();
    expect(screen.getByRole("button", { name: "Save view" })).toBeVisible();
  });

  it("comes, changes under who looks at it as saved, and goes, without a reload", async () => {
    const others = sharedByOthers([]);
    const { user, router, queryClient } = await openList();
    others.become(queryClient, [theirs]);
    await waitFor(() => expect(tabs()).toEqual(["All contacts", "Texans shared"]));
    await user.click(tab("Texans shared"));
    others.become(queryClient, [
      { ...theirs, name: "The West", state: { filters: { state: ["NV", "CA"] } } },
    ]);
    await waitFor(() => expect(tabs()).toEqual(["All contacts", "The West shared"]));
    await waitFor(() => expect(router.state.location.search).toEqual({ state: ["NV", "CA"], view: "9" }));
    others.become(queryClient, []);
    await waitFor(() => expect(tabs()).toEqual(["All contacts"]));
  });

  it("is not changed under who looked at something else since", async () => {
    const others = sharedByOthers([theirs]);
    const { user, router, queryClient } = await openList();
    await user.click(tab("Texans shared"));
    await user.click(screen.getByRole("button", { name: "Deleted" }));
    others.become(queryClient, [
      { ...theirs, name: "The West", state: { filters: { state: ["NV", "CA"] } } },
    ]);
    await waitFor(() => expect(tabs()).toEqual(["All contacts", "The West shared"]));
    expect(router.state.location.search).toEqual({ state: "TX", deleted: "true", view: "9" });
  });
});

it("whoever edits no contacts saves views for themselves, and is not offered to share them", async () => {
  const [first] = session.organisations;
  server.use(
    http.get("*/api/session", () =>
      HttpResponse.json({
        ...session,
        organisations: [{ ...first, role: "auditor", permissions: ["contacts:read"] }],
      }),
    ),
  );
  const { user } = await openList();
  await user.click(screen.getByRole("button", { name: "Save view" }));
  expect(await screen.findByRole("textbox", { name: "Name" })).toBeVisible();
  expect(screen.queryByRole("checkbox", { name: /Share/ })).toBeNull();
});
