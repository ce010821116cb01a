import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import type { Role } from "@/client";
import {
  heldGroup,
  mapping,
  organisationAs,
  overview,
  pausedSettings,
  runs,
  syncSettings,
  undoRun,
} from "@/test/fixtures";
import { person } from "@/test/people";
import { accessibilityFaults, renderApp } from "@/test/render-app";
import { server } from "@/test/server";

const API = "*/api/tenants/:tenant";
const CONTACT = `/loanark/contacts/${person(1).id}`;
const HELD_NEED = { kind: "held", count: 312, title: "Decide 312 deletions in LoanArk", detail: "Held." };

function signInAs(role: Role) {
  const organisations = [organisationAs(role)];
  server.use(
    http.get("*/api/session", () =>
      HttpResponse.json({ user: { id: 2, email: "a@b.c", name: "A" }, organisations }),
    ),
  );
}

describe("what the brakes hold", () => {
  it("is shown with its reason and some examples, and goes when it is decided", async () => {
    const decided: string[] = [];
    const after = { ...heldGroup, state: "approved", decided_by: "Dana Fields" };
    server.use(
      http.get(`${API}/held`, () =>
        HttpResponse.json(
          decided.length > 0 ? { waiting: [], decided: [after] } : { waiting: [heldGroup], decided: [] },
        ),
      ),
      http.post(`${API}/held/:group/:answer`, ({ params }) => {
        decided.push(`${params.group} ${params.answer}`);
        return HttpResponse.json(after);
      }),
    );
    const { user } = renderApp("/loanark/needs-you");
    const card = await screen.findByRole("article", { name: "Held: 312 deletions in LoanArk" });
    expect(card).toHaveTextContent("More than 207 within an hour");
    expect(within(card).getAllByText("deleted in HubSpot")).toHaveLength(5);
    expect(card).toHaveTextContent("and 307 more");
    expect(within(card).getByRole("button", { name: /^Keep them/ })).toBeVisible();
    expect(await accessibilityFaults(card)).toEqual([]);
    await user.click(within(card).getByRole("button", { name: /^Approve/ }));
    await waitFor(() => expect(card).not.toBeInTheDocument());
    expect(decided).toEqual(["3 approve"]);
    await user.click(screen.getByRole("tab", { name: "Decided" }));
    expect(await screen.findByText("approved by Dana Fields")).toBeVisible();
  });

  it("is not for an auditor to decide", async () => {
    signInAs("auditor");
    server.use(http.get(`${API}/held`, () => HttpResponse.json({ waiting: [heldGroup], decided: [] })));
    renderApp("/loanark/needs-you");
    const card = await screen.findByRole("article", { name: /^Held/ });
    expect(within(card).queryByRole("button")).not.toBeInTheDocument();
  });

  it("says so when it cannot be read", async () => {
    const body = { title: "The database is down", detail: "Nothing was lost.", code: "database-down" };
    server.use(http.get(`${API}/held`, () => HttpResponse.json(body, { status: 400 })));
    renderApp("/loanark/needs-you");
    expect(await screen.findByRole("alert")).toHaveTextContent("Nothing was lost.");
  });

  it.each([
    [null, "/loanark/needs-you#held"],
    [runs[4], "/loanark/runs/5"],
    [runs[1], "/loanark/needs-you#held"],
  ])("is led to from the dashboard: by itself, or by the run that is held", async (run, address) => {
    server.use(
      http.get(`${API}/overview`, () => HttpResponse.json({ ...overview, run, needs_you: [HELD_NEED] })),
    );
    renderApp("/loanark");
    expect(await screen.findByRole("link", { name: /312 deletions/ })).toHaveAttribute("href", address);
  });
});

describe("fields that rest", () => {
  it("are led to from the dashboard, and say why on the mapping's page", async () => {
    const need = { kind: "mapping", count: 1, title: "Mend fields that rest", detail: "One." };
    const [first, ...others] = mapping.fields;
    const paused = { ...first, paused: "The HubSpot account has no property email any more." };
    server.use(
      http.get(`${API}/overview`, () => HttpResponse.json({ ...overview, needs_you: [need] })),
      http.get(`${API}/mapping`, () => HttpResponse.json({ ...mapping, fields: [paused, ...others] })),
    );
    const { user } = renderApp("/loanark");
    await user.click(await screen.findByRole("link", { name: /Mend fields/ }));
    expect(await screen.findByText("1 field rests")).toBeVisible();
    expect(screen.getByRole("row", { name: /no property email any more/ })).toBeVisible();
  });
});

describe("undoing one change", () => {
  it("puts it back and says so", async () => {
    const undone: unknown[] = [];
    server.use(
      http.post(`${API}/contacts/:id/changes/:change/undo`, ({ params }) => {
        undone.push(params.change);
        return undefined;
      }),
    );
    const { user } = renderApp(CONTACT);
    await user.click(await screen.findByRole("button", { name: "Undo: City" }));
    expect(await screen.findByText("It is as it was before that change")).toBeInTheDocument();
    expect(undone).toEqual(["5"]);
    // A contact that HubSpot made is not undone from here.
    expect(screen.queryByRole("button", { name: "Undo: created" })).not.toBeInTheDocument();
  });

  it("tells a refusal in its own words", async () => {
    const body = {
      code: "cannot-undo",
      title: "This cannot be undone",
      detail: "City: it was changed since. Nothing was changed: edit the contact instead.",
      errors: { city: "it was changed since" },
    };
    server.use(
      http.post(`${API}/contacts/:id/changes/:change/undo`, () => HttpResponse.json(body, { status: 409 })),
    );
    const { user } = renderApp(CONTACT);
    await user.click(await screen.findByRole("button", { name: "Undo: City" }));
    expect(await screen.findByText(body.detail)).toBeInTheDocument();
  });

  it("is offered to editors only", async () => {
    signInAs("auditor");
    renderApp(CONTACT);
    expect(await screen.findByText("Denver")).toBeVisible();
    expect(screen.queryByRole("button", { name: /^Undo/ })).not.toBeInTheDocument();
  });
});

describe("undoing a run", () => {
  it("leads to the plan, which waits for approval", async () => {
    const { user, router } = renderApp("/loanark/runs/7");
    await user.click(await screen.findByRole("button", { name: "Undo this run" }));
    await waitFor(() => expect(router.state.location.pathname).toBe(`/loanark/runs/${undoRun.id}`));
    expect(await screen.findByText("Nothing has been put back yet")).toBeVisible();
  });

  it("shows what would be put back, page by page, and what cannot be", async () => {
    const { user } = renderApp(`/loanark/runs/${undoRun.id}`);
    expect(await screen.findByText("It undoes run 7.")).toBeVisible();
    expect(screen.queryByText("What it did")).not.toBeInTheDocument();
    const panel = await screen.findByRole("region", { name: "What it puts back" });
    expect(await within(panel).findByText(/2 of 3/)).toBeVisible();
    expect(within(panel).getByText("Boise")).toBeVisible();
    await user.click(within(panel).getByRole("button", { name: "More" }));
    expect(await within(panel).findByText("it was changed since")).toBeVisible();
    expect(screen.getByRole("button", { name: "Approve" })).toBeVisible();
    expect(screen.getByRole("button", { name: "Cancel" })).toBeVisible();
    expect(await accessibilityFaults(panel)).toEqual([]);
  });

  it("never says that everything was put back when some was not", async () => {
    const reason = "1 contact was not put back, wholly or in part; each says why in the plan.";
    server.use(
      http.get(`${API}/runs/:id`, () => HttpResponse.json({ ...undoRun, status: "partial", reason })),
    );
    renderApp(`/loanark/runs/${undoRun.id}`);
    expect(await screen.findByText("Not everything was put back")).toBeVisible();
    expect(screen.getByText("Left as they are")).toBeVisible();
    expect(screen.queryByText(/were refused/)).not.toBeInTheDocument();
  });

  it("is not offered to an auditor", async () => {
    signInAs("auditor");
    renderApp("/loanark/runs/7");
    expect(await screen.findByText("What it did")).toBeVisible();
    expect(screen.queryByRole("button", { name: "Undo this run" })).not.toBeInTheDocument();
  });
});

describe("a sync that a person paused", () => {
  it("is resumed from the dashboard", async () => {
    let isPaused = true;
    server.use(
      http.get(`${API}/settings/sync`, () => HttpResponse.json(isPaused ? pausedSettings : syncSettings)),
      http.post(`${API}/sync/resume`, () => {
        isPaused = false;
        return HttpResponse.json(syncSettings);
      }),
    );
    const { user } = renderApp("/loanark");
    await user.click(await screen.findByRole("button", { name: "Resume" }));
    await waitFor(() => expect(screen.queryByRole("button", { name: "Resume" })).not.toBeInTheDocument());
  });

  it("is paused on the runs' page, with a reason that everybody sees", async () => {
    const sent: unknown[] = [];
    server.use(
      http.get(`${API}/settings/sync`, () =>
        HttpResponse.json(sent.length > 0 ? pausedSettings : syncSettings),
      ),
      http.post(`${API}/sync/pause`, async ({ request }) => {
        sent.push(await request.json());
        return HttpResponse.json(pausedSettings);
      }),
    );
    const { user } = renderApp("/loanark/runs");
    await user.click(await screen.findByRole("button", { name: "Pause" }));
    const dialog = await screen.findByRole("dialog");
    expect(await accessibilityFaults(dialog)).toEqual([]);
    await user.type(within(dialog).getByLabelText("Reason"), "An import{Enter}");
    expect(await screen.findByText(/^Paused by Maya Stern/)).toBeVisible();
    expect(sent).toEqual([{ reason: "An import" }]);
    expect(screen.getByRole("button", { name: "Resume" })).toBeVisible();
  });

  it("is only told to an auditor", async () => {
    signInAs("auditor");
    server.use(http.get(`${API}/settings/sync`, () => HttpResponse.json(pausedSettings)));
    renderApp("/loanark/runs");
    expect(await screen.findByText(/The import of the branch in Reno runs/)).toBeVisible();
    expect(screen.queryByRole("button", { name: "Resume" })).not.toBeInTheDocument();
  });
});
