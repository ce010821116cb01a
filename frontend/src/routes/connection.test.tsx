import { act, screen, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { connection, organisationAs, overview, session } from "@/test/fixtures";
import { accessibilityFaults, renderApp } from "@/test/render-app";
import { server } from "@/test/server";

const API = "*/api/tenants/:tenant";
const CONNECTION = "/loanark/connection";

describe("the connection's page", () => {
  it("tells the account, its data centre, and when each way was heard last", async () => {
    const eu = { ...connection, portal_url: "https://app-eu1.hubspot.com/contacts/24650" };
    server.use(http.get(`${API}/connection`, () => HttpResponse.json(eu)));
    const { container } = renderApp(CONNECTION);
    const account = await screen.findByRole("region", { name: "Account" });
    expect(account).toHaveTextContent("Europe (eu1)");
    expect(screen.getByRole("region", { name: "Heard from HubSpot" })).toHaveTextContent("Last webhook");
    expect(await accessibilityFaults(container)).toEqual([]);
  });

  it("says what each permission is for, and which is missing", async () => {
    const missing_scopes = ["crm.objects.contacts.write"];
    const scopes = ["crm.objects.contacts.read"];
    server.use(
      http.get(`${API}/connection`, () => HttpResponse.json({ ...connection, scopes, missing_scopes })),
    );
    renderApp(CONNECTION);
    const list = await screen.findByRole("region", { name: "Permissions" });
    const [first, second, third] = within(list).getAllByRole("listitem");
    expect(first).toHaveTextContent(/contacts.write.*writes edits made in LoanArk.*missing/);
    expect(second).toHaveTextContent(/contacts.read.*granted/);
    expect(third).toHaveTextContent(/optional/);
  });

  it("tells how fast HubSpot answers, hour by hour by the arrows, to whoever may see requests", async () => {
    const { user } = renderApp(CONNECTION);
    const panel = await screen.findByRole("region", { name: "How fast HubSpot answers" });
    expect(await within(panel).findByText("112 ms")).toBeVisible();
    expect(panel).toHaveTextContent("95 of 100 within 912 ms, of 1,604 answers");
    const chart = within(panel).getByRole("slider", { name: "Answers, hour by hour" });
    act(() => chart.focus());
    await user.keyboard("{ArrowLeft}{ArrowLeft}{ArrowLeft}");
    expect(chart).toHaveAttribute(
      "aria-valuetext",
      expect.stringMatching(/half within .* ms, 95 of 100 within 1.2 s/),
    );
    expect(panel).toHaveTextContent("95 of 100 within 1.2 s, 90 answers");
    await user.keyboard("{Home}");
    expect(panel).toHaveTextContent("not asked");
  });

  it("keeps the log’s numbers from whoever may not see requests", async () => {
    const organisations = [organisationAs("loan_officer")];
    server.use(http.get("*/api/session", () => HttpResponse.json({ ...session, organisations })));
    renderApp(CONNECTION);
    await screen.findByRole("region", { name: "Permissions" });
    expect(screen.queryByRole("region", { name: "How fast HubSpot answers" })).not.toBeInTheDocument();
  });

  it("counts requests by who sent them, and what is left of the day", async () => {
    const daily = { limit: 250_000, remaining: 61_200, ends_at: "2026-11-23T08:00:00Z", resting: false };
    server.use(
      http.get(`${API}/overview`, () =>
        HttpResponse.json({ ...overview, budget: { ...overview.budget, daily } }),
      ),
    );
    renderApp(CONNECTION);
    const requests = await screen.findByRole("region", { name: "Requests" });
    expect(await within(requests).findByText("61,200 of 250,000")).toBeVisible();
    expect(within(requests).getByText("The last hour: 283 requests")).toBeVisible();
    expect(within(requests).getByText("Edits made in LoanArk")).toBeVisible();
  });
});
