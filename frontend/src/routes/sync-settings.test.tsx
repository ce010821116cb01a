import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { nextComparisons } from "@/features/sync-settings/next";
import { organisationAs, session, syncSettings } from "@/test/fixtures";
import { accessibilityFaults, renderApp } from "@/test/render-app";
import { server } from "@/test/server";

const API = "*/api/tenants/:tenant";
const SETTINGS = "/loanark/settings";

function heardChanges(): object[] {
  const sent: object[] = [];
  server.use(
    http.patch(`${API}/settings/sync`, async ({ request }) => {
      const body = (await request.json()) as object;
      sent.push(body);
      return HttpResponse.json({ ...syncSettings, ...body });
    }),
  );
  return sent;
}

/** By its heading: roles and names of a page this long are slow to find. */
async function section(name: string): Promise<HTMLElement> {
  const heading = await screen.findByText(name, { selector: "h2" });
  return heading.closest("section") as HTMLElement;
}

describe("the settings of the sync", () => {
  it("are saved by section, offered only when something changed, and undone from the message", async () => {
    const sent = heardChanges();
    const { user, container } = renderApp(SETTINGS);
    const deletions = await section("Deletions");
    expect(within(deletions).queryByRole("button", { name: "Save" })).not.toBeInTheDocument();
    await user.click(within(deletions).getByRole("radio", { name: "Keep it in LoanArk" }));
    expect(within(deletions).getByText("not saved")).toBeVisible();
    expect(await accessibilityFaults(container)).toEqual([]);
    await user.click(within(deletions).getByRole("button", { name: "Save" }));
    const told = (await screen.findByText("What deletions do is saved")).closest("li") as HTMLElement;
    await user.click(within(told).getByRole("button", { name: "Undo" }));
    await waitFor(() =>
      expect(sent).toEqual([
        { deletes_in_hubspot: "keep", deletes_in_loanark: "follow" },
        { deletes_in_hubspot: "follow", deletes_in_loanark: "follow" },
      ]),
    );
  });

  it("say in plain words how many deletions wait", async () => {
    const sent = heardChanges();
    const { user } = renderApp(SETTINGS);
    const brakes = await section("Brakes");
    expect(await within(brakes).findByText("206 an hour")).toBeVisible();
    const percent = within(brakes).getByRole("spinbutton", { name: /percent of all contacts/ });
    await user.clear(percent);
    await user.type(percent, "1");
    expect(within(brakes).getByText("413 an hour")).toBeVisible();
    await user.click(within(brakes).getByRole("button", { name: "Save" }));
    await waitFor(() => expect(sent).toEqual([{ brake_floor: 20, brake_share: 0.01, brake_creates: null }]));
  });

  it("put a refusal beside its field", async () => {
    const errors = { quiet_until: "Quiet hours have a beginning and an end." };
    server.use(
      http.patch(`${API}/settings/sync`, () =>
        HttpResponse.json({ title: "Not valid", errors }, { status: 422 }),
      ),
    );
    const { user } = renderApp(SETTINGS);
    const schedule = await section("Schedule");
    await user.type(within(schedule).getByLabelText("Quiet from"), "22:00");
    await user.click(within(schedule).getByRole("button", { name: "Save" }));
    expect(await within(schedule).findByText(errors.quiet_until)).toBeVisible();
    expect(within(schedule).getByLabelText("Quiet until")).toBeInvalid();
  });

  it("are only read by others than administrators", async () => {
    const organisations = [organisationAs("sales_manager")];
    server.use(http.get("*/api/session", () => HttpResponse.json({ ...session, organisations })));
    renderApp(SETTINGS);
    const brakes = await section("Brakes");
    expect(within(brakes).getByRole("spinbutton", { name: /percent/ })).toBeDisabled();
    expect(screen.getByText("How the sync works is changed by an administrator")).toBeVisible();
  });
});

describe("the next comparisons", () => {
  const plan = { everyHours: 6, quietFrom: null, quietUntil: null, zone: "America/Chicago" };
  const now = Date.parse("2026-11-22T15:04:00Z"); // 9:04 in Chicago

  it("follow the last one at the wanted distance, and an overdue one is due now", () => {
    expect(nextComparisons("2026-11-22T13:00:00Z", plan, now)[0]).toBe("2026-11-22T19:00:00.000Z");
    expect(nextComparisons("2026-11-20T13:00:00Z", plan, now)[0]).toBe("2026-11-22T15:04:00.000Z");
  });

  it("wait for the end of quiet hours over midnight, in the account's time zone", () => {
    const quiet = { ...plan, quietFrom: "22:00", quietUntil: "06:30" };
    expect(nextComparisons("2026-11-22T15:00:00Z", quiet, now)).toEqual([
      "2026-11-22T21:00:00.000Z",
      "2026-11-23T03:00:00.000Z",
      "2026-11-23T12:30:00.000Z",
    ]);
  });

  it("are none where nobody wants them by themselves", () => {
    expect(nextComparisons(null, { ...plan, everyHours: 0 }, now)).toEqual([]);
  });
});
