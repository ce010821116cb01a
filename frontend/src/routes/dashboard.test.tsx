import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { overview } from "@/test/fixtures";
import { activityOf } from "@/test/inbox";
import { accessibilityFaults, renderApp } from "@/test/render-app";
import { server } from "@/test/server";

const API = "*/api/tenants/:tenant";

describe("changes over time", () => {
  it("are shown for a day at first, and for a week or a month when asked", async () => {
    const asked: (string | null)[] = [];
    server.use(
      http.get(`${API}/activity`, ({ request }) => {
        const span = new URL(request.url).searchParams.get("span") as "7d";
        asked.push(span);
        return HttpResponse.json(activityOf(span));
      }),
    );
    const { user } = renderApp("/loanark");
    const panel = await screen.findByRole("region", { name: "Changes" });
    expect(within(panel).getByText("in the last 24 hours")).toBeVisible();
    await user.click(within(panel).getByRole("button", { name: /30 days/ }));
    expect(await within(panel).findByText("in the last 30 days")).toBeVisible();
    expect(within(panel).getAllByRole("row")).toHaveLength(31);
    expect(asked).toEqual(["24h", "30d"]);
    expect(await within(panel).findByText("14 changes in the last 5 min")).toBeVisible();
  });

  it("are read by arrows, point by point", async () => {
    renderApp("/loanark");
    const chart = await screen.findByRole("slider", { name: "Changes over time" });
    fireEvent.keyDown(chart, { key: "Home" });
    const first = overview.activity[0];
    expect(chart).toHaveAttribute("aria-valuenow", "0");
    expect(chart).toHaveAttribute(
      "aria-valuetext",
      expect.stringContaining(`HubSpot ${first?.hubspot}, LoanArk ${first?.loanark}`),
    );
    fireEvent.keyDown(chart, { key: "ArrowRight" });
    expect(chart).toHaveAttribute("aria-valuenow", "1");
    expect(await accessibilityFaults(document.body)).toEqual([]);
  });
});

describe("the balance", () => {
  it.each([
    ["values", "/loanark/needs-you?show=values"],
    ["held", "/loanark/needs-you#held"],
    ["pending", "/loanark/contacts?sync=pending&sync=not_linked"],
    ["runs", "/loanark/runs"],
  ])("leads from an explained number to what it counts: %s", async (opens, address) => {
    const explained = [{ reason: "in LoanArk, told why", count: 3, side: "loanark", opens }];
    const balance = { ...overview.balance, explained };
    server.use(http.get(`${API}/overview`, () => HttpResponse.json({ ...overview, balance })));
    renderApp("/loanark");
    const link = await screen.findByRole("link", { name: "3 in LoanArk, told why" });
    await waitFor(() => expect(link).toHaveAttribute("href", address));
  });

  it("tells how long edits took lately, each way", async () => {
    renderApp("/loanark");
    const took = await screen.findByRole("region", { name: "How long edits take" });
    const [there, here] = within(took).getAllByRole("listitem");
    expect(there).toHaveTextContent("to HubSpothalf within 72 ms, 95 of 100 within 131 ms");
    expect(here).toHaveTextContent("to LoanArkhalf within 780 ms, 95 of 100 within 1.2 s");
  });
});
