import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { organisationAs, overview, session } from "@/test/fixtures";
import { days, inSync, monitor, refused } from "@/test/monitor";
import { accessibilityFaults, renderApp } from "@/test/render-app";
import { server } from "@/test/server";

const API = "*/api/tenants/:tenant";
const question = () => screen.findByRole("searchbox", { name: /Was my record synced/ });

describe("was my record synced?", () => {
  it("is asked by `/`, and answered with a sentence, its evidence and the next step", async () => {
    const { user, router, container } = renderApp("/loanark/runs");
    const box = await question();
    await user.keyboard("/");
    expect(box).toHaveFocus();
    await user.keyboard("refused");
    const verdict = await screen.findByRole("article", { name: refused.name });
    expect(within(verdict).getByRole("heading", { name: refused.explanation.sentence })).toBeVisible();
    expect(within(verdict).getByText("Needs you")).toBeVisible();
    expect(within(verdict).getByText(/Gold was not one of the allowed options/)).toBeVisible();
    expect(within(verdict).getByRole("link", { name: "Change the value" })).toHaveAttribute(
      "href",
      `/loanark/contacts/${refused.contact_id}`,
    );
    expect(router.state.location.search).toEqual({ ask: "refused" });
    expect(await accessibilityFaults(container)).toEqual([]);
  });

  it("tells what heals by itself from what needs a person", async () => {
    renderApp("/loanark/runs?ask=waiting");
    const verdict = await screen.findByRole("article");
    expect(within(verdict).getByText("Heals by itself")).toBeVisible();
    expect(within(verdict).queryByText("Needs you")).not.toBeInTheDocument();
  });

  it("looks again at once", async () => {
    let asked = "";
    server.use(
      http.post(`${API}/contacts/:id/resync`, ({ params }) => {
        asked = String(params.id);
        return HttpResponse.json({}, { status: 202 });
      }),
    );
    const { user } = renderApp(`/loanark/runs?ask=${encodeURIComponent(inSync.email ?? "")}`);
    await user.click(await screen.findByRole("button", { name: `Look now at ${inSync.name}` }));
    expect(await screen.findByText("Both sides are being compared")).toBeVisible();
    expect(asked).toBe(inSync.contact_id);
  });

  it("offers no look to whoever may not ask for one", async () => {
    server.use(
      http.get("*/api/session", () =>
        HttpResponse.json({ ...session, organisations: [organisationAs("auditor")] }),
      ),
    );
    renderApp("/loanark/runs?ask=waiting");
    await screen.findByRole("article");
    expect(screen.queryByRole("button", { name: /Look now/ })).not.toBeInTheDocument();
  });

  it("says what was searched when nothing is known, and why that may be", async () => {
    renderApp("/loanark/runs?ask=nobody@example.com");
    expect(await screen.findByText("No such record is known")).toBeVisible();
    expect(screen.getByText("Searched: e-mail addresses.")).toBeVisible();
    expect(screen.getByText(/written differently in both/)).toBeVisible();
  });
});

describe("the sync between runs", () => {
  it("says what waits by lane, and which of it heals", async () => {
    const { container } = renderApp("/loanark/runs");
    const list = await screen.findByRole("list", { name: "What waits" });
    expect(within(list).getByText("HubSpot told of a change")).toBeVisible();
    expect(within(list).getByText(/1 look failed and is tried again: HubSpot answered/)).toBeVisible();
    expect(screen.getByText("1 at work")).toBeVisible();
    expect(await accessibilityFaults(container)).toEqual([]);
  });

  it("needs somebody when things wait and no worker is heard", async () => {
    server.use(http.get(`${API}/monitor`, () => HttpResponse.json({ ...monitor, workers: [] })));
    renderApp("/loanark/runs");
    expect(await screen.findByText("No worker is heard: start one.")).toBeVisible();
  });

  it("is calm when nothing waits and nothing runs", async () => {
    server.use(
      http.get(`${API}/monitor`, () => HttpResponse.json({ ...monitor, waiting: [], under_way: 0 })),
      http.get(`${API}/overview`, () => HttpResponse.json({ ...overview, run: null })),
    );
    renderApp("/loanark/runs");
    expect(await screen.findByText("Nothing waits.")).toBeVisible();
    expect(await screen.findByText("No run is under way.")).toBeVisible();
  });

  it("says that a run stands still, and since when", async () => {
    const silent = new Date(Date.now() - 5 * 60_000).toISOString();
    server.use(
      http.get(`${API}/overview`, () =>
        HttpResponse.json({
          ...overview,
          run: overview.run && { ...overview.run, last_progress_at: silent },
        }),
      ),
    );
    renderApp("/loanark/runs");
    expect(await screen.findByText(/No progress for 5 min/)).toBeVisible();
  });
});

describe("the history of runs", () => {
  it("is narrowed by a bar of the chart, by keyboard too", async () => {
    const asked: string[] = [];
    server.use(
      http.get(`${API}/runs`, ({ request }) => {
        asked.push(new URL(request.url).searchParams.get("since") ?? "");
        return HttpResponse.json({ items: [], next_cursor: null });
      }),
    );
    const { user, router } = renderApp("/loanark/runs");
    const bars = within(await screen.findByRole("list", { name: "Days" })).getAllByRole("button");
    const [yesterday, today] = [days.at(-2), days.at(-1)];
    expect(bars.filter((bar) => bar.tabIndex === 0)).toEqual([bars.at(-1)]);
    bars.at(-1)?.focus();
    await user.keyboard("{ArrowLeft}");
    expect(bars.at(-2)).toHaveFocus();
    await user.keyboard("{Enter}");
    await waitFor(() => expect(router.state.location.search).toEqual({ day: yesterday?.day }));
    await waitFor(() => expect(bars.at(-2)).toHaveAttribute("aria-pressed", "true"));
    await waitFor(() => expect(asked.at(-1)).toBe(yesterday?.start));
    expect(await screen.findByText("No run of this kind")).toBeVisible();
    await user.click(bars.at(-1) as HTMLElement);
    await waitFor(() => expect(router.state.location.search).toEqual({ day: today?.day }));
    await user.click(screen.getByRole("button", { name: "Show all runs" }));
    await waitFor(() => expect(router.state.location.search).toEqual({}));
  });

  it("names each day in words for whoever does not see the bars", async () => {
    renderApp("/loanark/runs");
    const list = await screen.findByRole("list", { name: "Days" });
    const [first] = within(list).getAllByRole("button");
    expect(first).toHaveAccessibleName(/: \d+ changes from HubSpot, \d+ from LoanArk, \d+ runs?/);
  });
});

describe("a run", () => {
  it("groups what was not carried over by reason, with its contacts, and tries a reason again", async () => {
    let body: unknown;
    server.use(
      http.post(`${API}/rejections/retry`, async ({ request }) => {
        body = await request.json();
        return HttpResponse.json({ contacts: 3 }, { status: 202 });
      }),
    );
    const { user, container } = renderApp("/loanark/runs/6");
    expect(await screen.findByText("3 contacts")).toBeVisible();
    expect(screen.getByText("Heals by itself")).toBeVisible();
    await user.click(screen.getByRole("button", { name: /Which contacts: VIP status/ }));
    expect((await screen.findAllByRole("button", { name: /^Retry [A-Z]/ })).length).toBe(3);
    await user.click(screen.getByRole("button", { name: /Retry all 3/ }));
    expect(await screen.findByText("3 contacts are tried again")).toBeVisible();
    expect(body).toEqual({
      run_id: 6,
      code: "refused",
      reason: "VIP status: Gold was not one of the allowed options",
    });
    expect(await accessibilityFaults(container)).toEqual([]);
  });

  it("lists what it changed, before and after", async () => {
    renderApp("/loanark/runs/6");
    expect(await screen.findByText("9 of 9")).toBeVisible();
    expect(screen.getAllByText("Denver")[0]).toBeVisible();
  });
});
