import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { organisationAs, session } from "@/test/fixtures";
import { person } from "@/test/people";
import { accessibilityFaults, renderApp } from "@/test/render-app";
import { server } from "@/test/server";

const API = "*/api/tenants/:tenant";

async function openPalette(address = "/loanark/needs-you") {
  const app = renderApp(address);
  await screen.findByRole("navigation", { name: "Pages" });
  await app.user.keyboard("{Control>}k{/Control}");
  const box = await screen.findByRole("dialog", { name: "Go anywhere, do anything" });
  await waitFor(() => expect(screen.getByRole("combobox")).toHaveFocus());
  return { ...app, box };
}

const choices = (box: HTMLElement) =>
  within(box)
    .getAllByRole("option")
    .map((one) => one.textContent);

describe("the palette", () => {
  it("groups pages and actions under headings, and goes where one chooses by keyboard", async () => {
    const { user, router, box, container } = await openPalette();
    expect(within(box).getByRole("group", { name: "Actions" })).toHaveTextContent("Start a preview");
    expect(await accessibilityFaults(container)).toEqual([]);
    await user.keyboard("mapp{Enter}");
    await waitFor(() => expect(router.state.location.pathname).toBe("/loanark/mapping"));
    expect(screen.queryByRole("combobox")).not.toBeInTheDocument();
  });

  it("starts a preview, and leads to it", async () => {
    const asked: unknown[] = [];
    server.use(
      http.post(`${API}/runs`, async ({ request }) => {
        asked.push(await request.json());
        return undefined;
      }),
    );
    const { user, router } = await openPalette();
    await user.keyboard("preview{Enter}");
    await waitFor(() => expect(router.state.location.pathname).toBe("/loanark/runs/10"));
    expect(asked).toEqual([{ kind: "preview" }]);
  });

  it("pauses the sync with a way back, and tries again what was refused", async () => {
    server.use(
      http.post(`${API}/rejections/retry`, () => HttpResponse.json({ contacts: 3 }, { status: 202 })),
    );
    const { user } = await openPalette();
    await screen.findByRole("option", { name: /Pause the sync/ });
    await user.keyboard("pause{Enter}");
    expect(await screen.findByText("The sync is paused")).toBeVisible();
    expect(screen.getByRole("button", { name: "Undo" })).toBeVisible();
    await user.keyboard("{Control>}k{/Control}retry{Enter}");
    expect(await screen.findByText("3 contacts tried again")).toBeVisible();
  });

  it("begins a new contact on any page", async () => {
    const { user } = await openPalette();
    await user.keyboard("new con{Enter}");
    expect(await screen.findByRole("dialog", { name: "New contact" })).toBeVisible();
    await user.keyboard("{Escape}");
    expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
  });

  it("offers nothing that the role does not allow", async () => {
    server.use(
      http.get("*/api/session", () =>
        HttpResponse.json({ ...session, organisations: [organisationAs("auditor")] }),
      ),
    );
    const { box } = await openPalette();
    expect(choices(box).join()).not.toMatch(/preview|Pause|New contact|Compare|Retry|Switch to/);
    expect(within(box).getByRole("option", { name: /Audit log/ })).toBeVisible();
  });

  it("asks the monitor whether somebody was synced", async () => {
    const { user, router } = await openPalette();
    await user.keyboard("zoltan");
    await user.click(await screen.findByRole("option", { name: "Was “zoltan” synced?" }));
    await waitFor(() => expect(router.state.location.href).toBe("/loanark/runs?ask=zoltan"));
  });

  it("has what one did last on top, and whom one looked at, and writes no name down", async () => {
    const { user, router } = await openPalette(`/loanark/contacts/${person(3).id}`);
    await user.keyboard("mapping{Enter}");
    await waitFor(() => expect(router.state.location.pathname).toBe("/loanark/mapping"));
    await user.keyboard("{Control>}k{/Control}");
    const recent = await screen.findByRole("group", { name: "Recent" });
    expect(choices(recent)[0]).toContain("Mapping");
    expect(choices(recent)[1]).toContain("Brandt");
    expect(JSON.stringify({ ...localStorage })).not.toContain("Brandt");
  });
});

describe("keys pressed one after the other", () => {
  it("lead to pages, and the second key does nothing else", async () => {
    const { user, router } = renderApp("/loanark/contacts");
    await screen.findByRole("button", { name: "New contact" });
    await user.keyboard("gn");
    await waitFor(() => expect(router.state.location.pathname).toBe("/loanark/needs-you"));
    expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
    await user.keyboard("gs");
    await waitFor(() => expect(router.state.location.pathname).toBe("/loanark/runs"));
  });

  it("are switched off with the other single keys", async () => {
    localStorage.setItem("loanark.single-keys-off", "1");
    const { user, router } = renderApp("/loanark/needs-you");
    await screen.findByRole("navigation", { name: "Pages" });
    await user.keyboard("gm");
    expect(router.state.location.pathname).toBe("/loanark/needs-you");
  });
});
