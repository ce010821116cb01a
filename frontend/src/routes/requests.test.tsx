import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { organisationAs, session } from "@/test/fixtures";
import { requests } from "@/test/monitor";
import { accessibilityFaults, renderApp } from "@/test/render-app";
import { server } from "@/test/server";

const API = "*/api/tenants/:tenant";

describe("the requests to HubSpot", () => {
  it("open to what was sent and answered, with HubSpot's own id", async () => {
    const { user, router, container } = renderApp("/loanark/runs/requests");
    const list = await screen.findByRole("list", { name: "Requests" });
    const refused = within(list).getByRole("button", { name: /400/ });
    await user.click(refused);
    expect(refused).toHaveAttribute("aria-expanded", "true");
    expect(await within(list).findByText(/"client_type_vip_status": "•••"/)).toBeVisible();
    expect(within(list).getByText(requests[1]?.correlation ?? "")).toBeVisible();
    expect(router.state.location.search).toEqual({ open: "39" });
    expect(await accessibilityFaults(container)).toEqual([]);
    await user.click(refused);
    await waitFor(() => expect(router.state.location.search).toEqual({}));
  });

  it("are narrowed by run, from the run's page", async () => {
    const { user, router } = renderApp("/loanark/runs/9");
    await user.click(await screen.findByRole("link", { name: "What this run asked HubSpot" }));
    await waitFor(() => expect(router.state.location.search).toEqual({ run: "9" }));
    const list = await screen.findByRole("list", { name: "Requests" });
    await waitFor(() => expect(within(list).getAllByRole("button")).toHaveLength(3));
    expect(within(list).getByText("no answer")).toBeVisible();
    await user.click(screen.getByRole("button", { name: /Run 9/ }));
    await waitFor(() => expect(router.state.location.search).toEqual({}));
  });

  it("say when none is like that, and lead back to all", async () => {
    const { user, router } = renderApp("/loanark/runs/requests?path=owners");
    expect(await screen.findByText("No such request")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Show all" }));
    await waitFor(() => expect(router.state.location.search).toEqual({}));
    expect(await screen.findByRole("list", { name: "Requests" })).toBeVisible();
  });

  it("say what went wrong when they cannot be read", async () => {
    server.use(
      http.get(`${API}/requests`, () =>
        HttpResponse.json({ code: "http", title: "No", status: 500 }, { status: 500 }),
      ),
    );
    renderApp("/loanark/runs/requests");
    expect(await screen.findByRole("alert", undefined, { timeout: 8_000 })).toBeVisible();
  });

  it("are not asked for by whoever may not see them", async () => {
    let isAsked = false;
    server.use(
      http.get("*/api/session", () =>
        HttpResponse.json({ ...session, organisations: [organisationAs("loan_officer")] }),
      ),
      http.get(`${API}/requests`, () => {
        isAsked = true;
        return HttpResponse.json({ items: [], next_cursor: null });
      }),
    );
    renderApp("/loanark/runs/requests");
    expect(await screen.findByText("Not for your role")).toBeVisible();
    expect(isAsked).toBe(false);
  });
});
