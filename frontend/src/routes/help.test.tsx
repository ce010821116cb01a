import { screen, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { meaningOf, PROBLEMS, STATES } from "@/lib/meanings";
import { person } from "@/test/people";
import { accessibilityFaults, renderApp } from "@/test/render-app";
import { server } from "@/test/server";

describe("what does this mean?", () => {
  it("reads every code of the documented problems, whole", () => {
    const codes = PROBLEMS.flatMap(({ meanings }) => meanings);
    expect(codes.length).toBeGreaterThan(50);
    for (const { code, happened, safe, todo } of [...codes, ...STATES.flatMap(({ meanings }) => meanings)])
      expect(
        [code, happened, safe, todo].every((text) => text.length > 3),
        code,
      ).toBe(true);
    expect(meaningOf("not-signed-in")).toMatchObject({
      happened: "The call carried no valid session, or a token that is unknown, revoked or past its end.",
      safe: "Nothing was done.",
    });
    expect(meaningOf("token-scope")?.todo).not.toContain("](");
  });

  it("is asked of a badge by keyboard, and gives the focus back", async () => {
    const { user } = renderApp(`/loanark/contacts/${person(3).id}`);
    const badge = await screen.findByRole("button", { name: "Conflict: what does this mean?" });
    badge.focus();
    await user.keyboard("{Enter}");
    const words = await screen.findByRole("dialog", { name: "What does this mean?" });
    expect(await within(words).findByText(/Both values are kept as they are/)).toBeVisible();
    await user.keyboard("{Escape}");
    expect(badge).toHaveFocus();
  });

  it("is asked of the code under a failure", async () => {
    server.use(
      http.get("*/api/tenants/:tenant/runs", () =>
        HttpResponse.json({ code: "not-connected", title: "HubSpot is not connected" }, { status: 409 }),
      ),
    );
    const { user } = renderApp("/loanark/runs");
    await user.click(await screen.findByRole("button", { name: "not-connected: what does this mean?" }));
    expect(await screen.findByText(/Edits in LoanArk are kept and wait/)).toBeVisible();
  });
});

describe("the help", () => {
  it("explains how it works and whom to ask", async () => {
    const { container } = renderApp("/loanark/help");
    expect(await screen.findByRole("heading", { name: /What both agreed on/ })).toBeVisible();
    expect(await screen.findByRole("link", { name: "dana.fields@loanark.example" })).toBeVisible();
    expect(await accessibilityFaults(container)).toEqual([]);
  });

  it("finds a code, a state or a word by what one types, and keeps it in the address", async () => {
    const { user, router } = renderApp("/loanark/help");
    await user.type(await screen.findByRole("searchbox", { name: "Search the help" }), "duplicate-email");
    const [, whole] = await screen.findAllByText(/HubSpot has a contact with this e-mail already/);
    expect(whole).toBeVisible();
    expect(router.state.location.search).toEqual({ q: "duplicate-email" });
    expect(screen.queryByText("not-signed-in")).not.toBeInTheDocument();
  });

  it("opens at the part that the address names", async () => {
    renderApp("/loanark/help?part=words");
    expect(await screen.findByText("the canonical values both sides of a link last agreed on")).toBeVisible();
  });
});
