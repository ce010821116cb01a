import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import type { Role } from "@/client";
import { members, organisationAs, session, token } from "@/test/fixtures";
import { accessibilityFaults, renderApp } from "@/test/render-app";
import { server } from "@/test/server";

const API = "*/api/tenants/:tenant";
const SETTINGS = "/loanark/settings";

function signInAs(role: Role) {
  const organisations = [organisationAs(role)];
  server.use(http.get("*/api/session", () => HttpResponse.json({ ...session, organisations })));
}

/** What is sent to an address, and the answer to give. */
function heard(method: "post" | "patch" | "delete", path: string, answer: () => Response) {
  const bodies: unknown[] = [];
  server.use(
    http[method](`${API}/${path}`, async ({ request }) => {
      bodies.push(await request.json().catch(() => null));
      return answer();
    }),
  );
  return bodies;
}

const refusal = (status: number, body: object) => () => HttpResponse.json(body, { status });

describe("members", () => {
  it("are listed with their roles, and support with its end", async () => {
    const { container } = renderApp(SETTINGS);
    const list = await screen.findByRole("region", { name: "Members" });
    await within(list).findByText("Omar Reyes");
    expect(within(list).getByText("Loan officer")).toBeVisible();
    expect(within(list).getByText(/^Support until/)).toBeVisible();
    await screen.findByText("Nightly export");
    expect(await accessibilityFaults(container)).toEqual([]);
  });

  it("get another role and their own key", async () => {
    const sent = heard("patch", "members/2", () => HttpResponse.json(members[1]));
    const { user } = renderApp(SETTINGS);
    await user.click(await screen.findByRole("button", { name: "Change Omar Reyes" }));
    const dialog = await screen.findByRole("dialog", { name: "Omar Reyes" });
    await user.type(within(dialog).getByLabelText(/^Their contacts hold/), "61044712");
    await user.click(within(dialog).getByRole("button", { name: "Save" }));
    await waitFor(() => expect(dialog).not.toBeInTheDocument());
    expect(sent).toEqual([{ role: "loan_officer", owner_key: "61044712" }]);
  });

  it("have their contacts told and offered by the owner's name", async () => {
    const values = [{ value: "61044712", label: "Omar A. Reyes", count: 12 }];
    server.use(
      http.get(`${API}/contacts/facets`, () =>
        HttpResponse.json([{ name: "owner", label: "Owner", values }]),
      ),
    );
    const assigned = members.map((one) => (one.id === 2 ? { ...one, owner_key: "61044712" } : one));
    server.use(http.get(`${API}/members`, () => HttpResponse.json(assigned)));
    const { user } = renderApp(SETTINGS);
    expect(await screen.findByText("Their contacts: Omar A. Reyes")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Change Omar Reyes" }));
    const key = await screen.findByLabelText<HTMLInputElement>(/^Their contacts hold/);
    expect(key).toHaveValue("61044712");
    expect([...(key.list?.options ?? [])].map(({ value, label }) => [value, label])).toEqual([
      ["61044712", "Omar A. Reyes"],
    ]);
  });

  it("stay when the last administrator would go, and the dialog says why", async () => {
    heard(
      "delete",
      "members/1",
      refusal(409, { code: "last-administrator", title: "An organisation keeps an administrator" }),
    );
    const { user } = renderApp(SETTINGS);
    await user.click(await screen.findByRole("button", { name: "Change Dana Fields" }));
    await user.click(screen.getByRole("button", { name: "Remove" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("keeps an administrator");
    expect(screen.getByRole("dialog", { name: "Dana Fields" })).toBeVisible();
  });

  it("are not changed by others than administrators, who can leave", async () => {
    signInAs("sales_manager");
    const { user } = renderApp(SETTINGS);
    await screen.findByText("Omar Reyes");
    expect(screen.queryByRole("button", { name: /^Change/ })).not.toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Let support in" })).not.toBeInTheDocument();
    expect(screen.getByRole("switch")).toBeDisabled();
    const sent = heard("delete", "membership", () => new HttpResponse(null, { status: 204 }));
    await user.click(screen.getByRole("button", { name: "Leave" }));
    await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Leave" }));
    await waitFor(() => expect(sent).toHaveLength(1));
  });

  it("of support are let in for a while, as a choice of two", async () => {
    const sent = heard("post", "support", () => HttpResponse.json(members[2], { status: 201 }));
    const { user } = renderApp(SETTINGS);
    await user.click(await screen.findByRole("button", { name: "Let support in" }));
    const dialog = await screen.findByRole("dialog");
    await user.type(within(dialog).getByLabelText("E-mail of the person"), "vera@vendor.example");
    await user.click(within(dialog).getByRole("button", { name: "Let them in" }));
    await waitFor(() => expect(dialog).not.toBeInTheDocument());
    expect(sent).toEqual([{ email: "vera@vendor.example", role: "auditor", hours: 24 }]);
  });
});

describe("the organisation", () => {
  it("limits loan officers to their own contacts by a switch", async () => {
    const sent = heard("patch", "organisation", () => HttpResponse.json({}));
    const { user } = renderApp(SETTINGS);
    await user.click(await screen.findByRole("switch", { name: /only their own contacts/ }));
    await waitFor(() => expect(sent).toEqual([{ own_contacts_only: true }]));
  });

  it("says beside the name why it was not taken", async () => {
    heard(
      "patch",
      "organisation",
      refusal(422, { code: "invalid", title: "No", errors: { name: "Another organisation has this name." } }),
    );
    const { user } = renderApp(SETTINGS);
    await user.click(await screen.findByRole("button", { name: "Rename" }));
    expect(await screen.findByText("Another organisation has this name.")).toBeVisible();
  });
});

describe("whoever is limited", () => {
  it("is told that the contacts are their own, or until when support is in", async () => {
    const officer = { ...organisationAs("loan_officer"), own_contacts: true };
    server.use(http.get("*/api/session", () => HttpResponse.json({ ...session, organisations: [officer] })));
    const { unmount } = renderApp("/loanark/contacts");
    expect(await screen.findByText(/of yours$/)).toBeVisible();
    unmount();
    const support = { ...organisationAs("auditor"), support_until: "2026-11-30T10:00:00Z" };
    server.use(http.get("*/api/session", () => HttpResponse.json({ ...session, organisations: [support] })));
    renderApp(SETTINGS);
    expect((await screen.findAllByText(/^Support until Nov 30/)).length).toBeGreaterThan(0);
  });
});

describe("personal tokens", () => {
  it("are made with scopes and an end, and shown once", async () => {
    const made = { ...token, token: "loanark_pat_once" };
    const sent = heard("post", "tokens", () => HttpResponse.json(made, { status: 201 }));
    const { user } = renderApp(SETTINGS);
    await user.click(await screen.findByRole("button", { name: "New token" }));
    await user.type(within(await screen.findByRole("dialog")).getByLabelText("Name"), "Export");
    await user.click(screen.getByRole("checkbox", { name: /contacts:read/ }));
    await user.click(screen.getByRole("button", { name: "Make it" }));
    expect(await screen.findByDisplayValue("loanark_pat_once")).toBeVisible();
    expect(sent).toEqual([{ name: "Export", scopes: ["contacts:read"], expires_in_days: 30 }]);
    await user.click(screen.getByRole("button", { name: "I have it" }));
    await waitFor(() => expect(screen.queryByDisplayValue("loanark_pat_once")).not.toBeInTheDocument());
  });

  it("offer no scope that the person has not, and none that only people have", async () => {
    signInAs("loan_officer");
    const { user } = renderApp(SETTINGS);
    await user.click(await screen.findByRole("button", { name: "New token" }));
    const dialog = await screen.findByRole("dialog");
    const names = within(dialog)
      .getAllByRole("checkbox")
      .map((box) => (box as HTMLInputElement).value);
    expect(names).toContain("contacts:write");
    for (const other of ["mapping:write", "members:write", "tokens:own"]) expect(names).not.toContain(other);
    expect(await accessibilityFaults(dialog)).toEqual([]);
  });

  it("are revoked after a question", async () => {
    const sent = heard("delete", "tokens/:id", () => new HttpResponse(null, { status: 204 }));
    const { user } = renderApp(SETTINGS);
    await user.click(await screen.findByRole("button", { name: "Revoke Nightly export" }));
    expect(sent).toHaveLength(0);
    const dialog = await screen.findByRole("dialog", { name: "Revoke Nightly export?" });
    await user.click(within(dialog).getByRole("button", { name: "Revoke" }));
    await waitFor(() => expect(sent).toHaveLength(1));
  });
});
