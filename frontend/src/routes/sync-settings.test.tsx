import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { choiceOf, cronAt, timeOf } from "@/features/sync-settings/choices";
import { duplicateSettings } from "@/test/duplicates";
import { organisationAs, scheduleOf, session, syncSettings } from "@/test/fixtures";
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

async function choose(user: ReturnType<typeof renderApp>["user"], schedule: HTMLElement, option: string) {
  await user.click(within(schedule).getByRole("combobox", { name: "Compare everything" }));
  await user.click(await screen.findByRole("option", { name: option }));
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

describe("the settings of duplicates", () => {
  function heardDuplicates(): object[] {
    const sent: object[] = [];
    server.use(
      http.patch(`${API}/duplicates/settings`, async ({ request }) => {
        const body = (await request.json()) as object;
        sent.push(body);
        return HttpResponse.json({ ...duplicateSettings, ...body });
      }),
    );
    return sent;
  }

  it("say when HubSpot follows, or that a person says so, and are undone from the message", async () => {
    const sent = heardDuplicates();
    const { user, container } = renderApp(SETTINGS);
    const duplicates = await section("Duplicates");
    await user.click(within(duplicates).getByRole("radio", { name: "Merge it without a person" }));
    await user.click(within(duplicates).getByRole("checkbox", { name: /HubSpot merges the two as well/ }));
    expect(within(duplicates).getByText(/Only when a person says so/)).toBeVisible();
    expect(within(duplicates).getByLabelText("Hours before HubSpot merges")).toBeDisabled();
    expect(await accessibilityFaults(container)).toEqual([]);
    await user.click(within(duplicates).getByRole("button", { name: "Save" }));
    const told = (await screen.findByText("How duplicates are treated is saved")).closest(
      "li",
    ) as HTMLElement;
    await user.click(within(told).getByRole("button", { name: "Undo" }));
    await waitFor(() =>
      expect(sent).toEqual([
        { at_ingest: true, automatic: true, follow_hubspot: true, hubspot_wait_hours: null },
        { at_ingest: true, automatic: false, follow_hubspot: true, hubspot_wait_hours: 24 },
      ]),
    );
  });

  it("give a field a rule of its own, or take it back to the default", async () => {
    const sent = heardDuplicates();
    const { user } = renderApp(SETTINGS);
    const survival = await section("Whose value survives");
    expect(within(survival).queryByLabelText("City")).not.toBeInTheDocument();
    await user.click(within(survival).getByRole("button", { name: /^Show all/ }));
    await user.click(within(survival).getByRole("combobox", { name: "City" }));
    await user.click(await screen.findByRole("option", { name: "HubSpot’s" }));
    await user.click(within(survival).getByRole("combobox", { name: "Phone" }));
    await user.click(await screen.findByRole("option", { name: "Default: who is trusted more" }));
    await user.click(within(survival).getByRole("button", { name: "Save" }));
    await waitFor(() => expect(sent).toEqual([{ rules: { city: "hubspot" } }]));
  });

  it("are only read by others than administrators", async () => {
    const organisations = [organisationAs("sales_manager")];
    server.use(http.get("*/api/session", () => HttpResponse.json({ ...session, organisations })));
    renderApp(SETTINGS);
    const duplicates = await section("Duplicates");
    expect(within(duplicates).getByRole("radio", { name: "Merge it without a person" })).toBeDisabled();
    expect(screen.getByText("How duplicates are treated is changed by an administrator")).toBeVisible();
  });
});

describe("the schedule", () => {
  it("is a time of the day, told in words with the moments that follow from it", async () => {
    const sent = heardChanges();
    const { user, container } = renderApp(SETTINGS);
    const schedule = await section("Schedule");
    expect(await within(schedule).findByText("every day")).toBeVisible();
    await choose(user, schedule, "Monday to Friday at a time");
    const at = within(schedule).getByLabelText("At");
    expect(at).toHaveValue("02:00");
    await user.clear(at);
    await user.type(at, "03:30");
    expect(await within(schedule).findByText("every day at 02:00")).toBeVisible();
    const next = within(schedule).getByRole("region", { name: "Next comparisons" });
    expect(within(next).getAllByRole("listitem")[0]).toHaveTextContent("Mon, Nov 23, 2:00 AM");
    expect(next).toHaveTextContent("Next, by the clock of America/Chicago");
    expect(await accessibilityFaults(container)).toEqual([]);
    await user.click(within(schedule).getByRole("button", { name: "Save" }));
    const rest = { quiet_from: null, quiet_until: null };
    await waitFor(() =>
      expect(sent).toEqual([{ sweep_every_hours: 24, sweep_cron: "30 3 * * 1-5", ...rest }]),
    );
  });

  it("may be a cron expression, and says beside it what is wrong with one", async () => {
    const fault = "Give five parts: minute, hour, day of the month, month, day of the week.";
    server.use(
      http.get(`${API}/settings/sync/schedule`, ({ request }) => {
        const cron = new URL(request.url).searchParams.get("sweep_cron");
        return cron === "at night"
          ? HttpResponse.json({ title: "Not valid", errors: { sweep_cron: fault } }, { status: 422 })
          : HttpResponse.json(scheduleOf(cron));
      }),
    );
    const { user } = renderApp(SETTINGS);
    const schedule = await section("Schedule");
    await choose(user, schedule, "By a cron expression");
    const field = within(schedule).getByLabelText("Cron expression");
    expect(field).toHaveValue("0 2 * * *");
    expect(await within(schedule).findByText("every day at 02:00")).toBeVisible();
    await user.clear(field);
    await user.type(field, "at night");
    expect(await within(schedule).findByText(fault)).toBeVisible();
    expect(field).toBeInvalid();
    expect(within(schedule).queryByText("every day at 02:00")).not.toBeInTheDocument();
    await choose(user, schedule, "Never by itself");
    await waitFor(() => expect(within(schedule).queryByText(fault)).not.toBeInTheDocument());
  });

  it.each([
    [24, null, "24"],
    [24, "5 4 * * *", "daily"],
    [0, "30 14 * * 1-5", "weekdays"],
    [24, "0 2 * * 1", "cron"],
    [24, "*/5 * * * *", "cron"],
  ])("of every %s hours and %s is the choice %s", (hours, cron, choice) => {
    expect(choiceOf(hours, cron)).toBe(choice);
    if (choice === "daily" || choice === "weekdays") expect(cronAt(choice, timeOf(cron) ?? "")).toBe(cron);
    else expect(timeOf(cron)).toBeNull();
  });
});
