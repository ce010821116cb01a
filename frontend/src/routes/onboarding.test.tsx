import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { members, organisationAs, session } from "@/test/fixtures";
import { firstDay, firstLoad, notConnected, previewRun } from "@/test/onboarding";
import { accessibilityFaults, renderApp } from "@/test/render-app";
import { server } from "@/test/server";

const checklist = () => screen.findByRole("region", { name: "Getting started" });
const current = (box: HTMLElement) => box.querySelector<HTMLElement>("[aria-current=step]");

describe("getting started", () => {
  it("begins with HubSpot: what happens, how long, what is safe, and the door to it", async () => {
    server.use(...firstDay({ connection: notConnected }));
    const { container } = renderApp("/loanark");
    const box = await checklist();
    const step = current(box);
    expect(step).toHaveTextContent("Connect HubSpot");
    expect(step).toHaveTextContent("Takes 2 minutes.");
    expect(step).toHaveTextContent("Nothing is read before you agree there");
    expect(within(box).getByRole("link", { name: "Connect HubSpot" })).toHaveAttribute(
      "href",
      "/loanark/connection",
    );
    expect(within(box).queryByRole("link", { name: "Review and approve" })).not.toBeInTheDocument();
    expect(await accessibilityFaults(container)).toEqual([]);
  });

  it("knows by itself what is done, and leads to the very run that waits", async () => {
    server.use(...firstDay({ run: previewRun, runs: [previewRun] }));
    renderApp("/loanark");
    const box = await checklist();
    await waitFor(() => expect(current(box)).toHaveTextContent("Approve it"));
    expect(within(box).getAllByRole("img", { name: "Done" })).toHaveLength(3);
    expect(within(box).getByText("It would create 40,137 and match 1,204 contacts")).toBeVisible();
    expect(within(box).getByRole("link", { name: "Review and approve" })).toHaveAttribute(
      "href",
      `/loanark/runs/${previewRun.id}`,
    );
  });

  it("goes on by itself while the first load runs", async () => {
    server.use(...firstDay({ run: firstLoad, runs: [firstLoad, previewRun] }));
    renderApp("/loanark");
    const box = await checklist();
    await waitFor(() => expect(current(box)).toHaveTextContent("26,400 of 41,341 brought over"));
    expect(within(box).getByRole("img", { name: "Under way" })).toBeVisible();
  });

  it("tells whoever may not do a step who can", async () => {
    server.use(
      ...firstDay({ connection: notConnected, members }),
      http.get("*/api/session", () =>
        HttpResponse.json({ ...session, organisations: [organisationAs("loan_officer")] }),
      ),
    );
    renderApp("/loanark");
    const box = await checklist();
    expect(within(box).getByText("Dana Fields can do this.")).toBeVisible();
    expect(within(box).queryByRole("link", { name: "Connect HubSpot" })).not.toBeInTheDocument();
    expect(within(box).queryByText("Invite your people")).not.toBeInTheDocument();
  });

  it("says that the people of a simulated HubSpot are made up, and how to be its user", async () => {
    server.use(
      ...firstDay({
        connection: { api_url: "http://127.0.0.1:4101", portal_url: "http://127.0.0.1:4101/app" },
      }),
    );
    renderApp("/loanark");
    const box = await checklist();
    expect(within(box).getByText("These people are sample data.")).toBeVisible();
    expect(within(box).getByRole("link", { name: "Be the HubSpot user" })).toHaveAttribute(
      "href",
      "http://127.0.0.1:4101/app",
    );
  });

  it("is on every page, small, until it is put away, and stays away", async () => {
    server.use(...firstDay({ connection: notConnected }));
    const { user, unmount } = renderApp("/loanark/runs");
    expect(await screen.findByText("Getting started · 0 of 5")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Put “Getting started” away" }));
    expect(screen.queryByText(/Getting started ·/)).not.toBeInTheDocument();
    unmount();
    renderApp("/loanark/runs");
    await screen.findByText("No runs yet");
    expect(screen.queryByText(/Getting started ·/)).not.toBeInTheDocument();
  });

  it("is gone once everything is set up", async () => {
    renderApp("/loanark");
    await screen.findByLabelText("Balance of both sides");
    expect(screen.queryByRole("region", { name: "Getting started" })).not.toBeInTheDocument();
  });
});
