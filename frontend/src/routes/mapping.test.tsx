import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import type { FieldRuleIn, Role } from "@/client";
import { mapping, organisationAs, session } from "@/test/fixtures";
import { mappingUnder } from "@/test/mapping";
import { accessibilityFaults, renderApp } from "@/test/render-app";
import { server } from "@/test/server";

const API = "*/api/tenants/:tenant";
const MAPPING = "/loanark/mapping";

function signInAs(role: Role) {
  const organisations = [organisationAs(role)];
  server.use(http.get("*/api/session", () => HttpResponse.json({ ...session, organisations })));
}

interface Saved {
  rules: FieldRuleIn[];
  note: string;
  version: number;
}

/** What is saved, answered as the server does. */
function heardSaves(): Saved[] {
  const saves: Saved[] = [];
  server.use(
    http.put(`${API}/mapping`, async ({ request }) => {
      const body = (await request.json()) as Saved;
      saves.push(body);
      return HttpResponse.json(mappingUnder(body.rules, body.version + 1));
    }),
  );
  return saves;
}

const open = async (user: ReturnType<typeof renderApp>["user"], label: string) => {
  await user.click(await screen.findByRole("button", { name: label }));
  return screen.findByRole("dialog", { name: label });
};

describe("the mapping", () => {
  it("is a table of fields in their groups, found by a few letters of either side", async () => {
    const { user, router, container } = renderApp(MAPPING);
    expect(await screen.findByRole("rowheader", { name: /First name/ })).toBeVisible();
    expect(screen.getByRole("rowheader", { name: /^Person/ })).toBeVisible();
    expect(await accessibilityFaults(container)).toEqual([]);
    await user.type(screen.getByRole("searchbox"), "lifecycle");
    await waitFor(() =>
      expect(screen.queryByRole("rowheader", { name: /First name/ })).not.toBeInTheDocument(),
    );
    expect(router.state.location.search).toEqual({ find: "lifecycle" });
  });

  it("shows what a rule makes of real contacts as it is changed, and what is wrong with it in its place", async () => {
    const { user, container } = renderApp(MAPPING);
    const sheet = await open(user, "State");
    const sample = await within(sheet).findByRole("region", { name: "On real contacts" });
    await within(sample).findAllByText("boise");
    await user.click(within(sheet).getByRole("combobox", { name: "On the way" }));
    await user.click(await screen.findByRole("option", { name: "Capital or small letters" }));
    await user.click(within(sheet).getByRole("combobox", { name: "Written as" }));
    await user.click(await screen.findByRole("option", { name: "CAPITAL LETTERS" }));
    expect(await within(sample).findAllByText("BOISE")).toHaveLength(2);
    expect(await accessibilityFaults(container)).toEqual([]);

    const errors = { "state.direction": "HubSpot does not let it be written." };
    server.use(http.post(`${API}/mapping/sample`, () => HttpResponse.json({ errors }, { status: 422 })));
    await user.click(within(sheet).getByRole("radio", { name: /to HubSpot only/ }));
    expect(await within(sheet).findAllByText("HubSpot does not let it be written.")).toHaveLength(2);
  });

  it("marks what cannot cross", async () => {
    const reason = "It holds an option without a counterpart.";
    server.use(
      http.post(`${API}/mapping/sample`, () =>
        HttpResponse.json({
          rows: [
            {
              contact_id: "1",
              hubspot_id: "2",
              name: "Anna Alvarez",
              hubspot: { value: "prime_plus", becomes: null, reason },
              loanark: null,
              same: false,
            },
          ],
        }),
      ),
    );
    renderApp(`${MAPPING}?field=state`);
    expect(await screen.findByText(/cannot cross/)).toHaveTextContent(`prime_plus cannot cross. ${reason}`);
    expect(screen.getByText("never sent to HubSpot")).toBeVisible();
  });

  it("collects changes, tells what they mean, and saves them as one version with an undo", async () => {
    const saves = heardSaves();
    const restored: unknown[] = [];
    server.use(
      http.post(`${API}/mapping/versions/:version/restore`, ({ params }) => {
        restored.push(params.version);
        return HttpResponse.json({ ...mapping, version: 6 });
      }),
    );
    const { user } = renderApp(MAPPING);
    let sheet = await open(user, "Last name");
    await user.click(within(sheet).getByRole("radio", { name: "A person decides" }));
    await user.click(within(sheet).getByRole("button", { name: "Done" }));
    await waitFor(() => expect(screen.getByRole("button", { name: "Last name" })).toHaveFocus());
    sheet = await open(user, "Phone");
    await user.click(within(sheet).getByRole("button", { name: "Take it out" }));
    expect(screen.getByRole("region", { name: "Unsaved changes" })).toHaveTextContent("2 changes, not saved");

    await user.click(screen.getByRole("button", { name: "Review and save" }));
    const review = await screen.findByRole("dialog", { name: "Save 2 changes as version 5?" });
    expect(review).toHaveTextContent("HubSpot winsa person decides");
    expect(review).toHaveTextContent("all 41,338 contacts");
    await user.click(within(review).getByRole("button", { name: "Save version 5" }));

    const told = (await screen.findByText("Version 5 is saved")).closest("li") as HTMLElement;
    const [saved] = saves;
    expect(saved).toMatchObject({ version: 4, note: "Last name changed, Phone taken out" });
    expect(saved?.rules.map(({ field }) => field)).not.toContain("phone");
    expect(saved?.rules.find(({ field }) => field === "lastname")?.policy).toBe("ask");
    expect(saved?.rules).toHaveLength(mapping.fields.length - 1);
    await user.click(within(told).getByRole("button", { name: "Undo" }));
    await waitFor(() => expect(restored).toEqual(["4"]));
  });

  it("maps one more field to what looks most like it", async () => {
    const saves = heardSaves();
    const { user } = renderApp(MAPPING);
    await user.click(await screen.findByRole("button", { name: "Map a field" }));
    const dialog = await screen.findByRole("dialog", { name: "Map a field" });
    await user.click(within(dialog).getByRole("button", { name: "LoanArk field" }));
    await user.type(await screen.findByPlaceholderText("Find a field…"), "city{Enter}");
    expect(within(dialog).getByRole("button", { name: "HubSpot property" })).toHaveTextContent("City");
    await user.click(within(dialog).getByRole("button", { name: "Go on to its rule" }));
    const sheet = await screen.findByRole("dialog", { name: "City" });
    await user.click(within(sheet).getByRole("button", { name: "Done" }));
    await user.keyboard("{Control>}s{/Control}");
    await user.click(await screen.findByRole("button", { name: "Save version 5" }));
    await waitFor(() => expect(saves).toHaveLength(1));
    expect(saves[0]?.rules.at(-1)).toEqual({
      field: "city",
      property: "city",
      direction: "both",
      policy: "hubspot",
      blank_may_overwrite: true,
      transform: null,
    });
  });

  it("asks before unsaved changes are left behind", async () => {
    const { user, router } = renderApp(MAPPING);
    const sheet = await open(user, "State");
    await user.click(within(sheet).getByRole("switch", { name: "A blank clears the other side" }));
    await user.click(within(sheet).getByRole("button", { name: "Done" }));
    await user.click(screen.getAllByRole("link", { name: "Sync" })[0] as HTMLElement);
    const ask = await screen.findByRole("dialog", { name: "Leave without saving?" });
    await user.click(within(ask).getByRole("button", { name: "Stay here" }));
    expect(router.state.location.pathname).toBe(MAPPING);
    expect(screen.getByText(/1 change, not saved/)).toBeVisible();
  });

  it("says that somebody saved another version meanwhile, before one saves on top of it", async () => {
    const { user, queryClient } = renderApp(MAPPING);
    const sheet = await open(user, "State");
    await user.click(within(sheet).getByRole("radio", { name: "LoanArk wins" }));
    await user.click(within(sheet).getByRole("button", { name: "Done" }));
    server.use(http.get(`${API}/mapping`, () => HttpResponse.json({ ...mapping, version: 9 })));
    await queryClient.invalidateQueries();
    expect(await screen.findByText("Version 9 was saved meanwhile")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Keep my changes on top of it" }));
    await user.click(screen.getByRole("button", { name: "Review and save" }));
    expect(await screen.findByRole("button", { name: "Save version 10" })).toBeVisible();
  });

  it("is only read by others than administrators, and says whom to ask", async () => {
    signInAs("sales_manager");
    const { user } = renderApp(MAPPING);
    expect(await screen.findByText(/changed by an administrator: Dana Fields/)).toBeVisible();
    expect(screen.queryByRole("button", { name: "Map a field" })).not.toBeInTheDocument();
    const sheet = await open(user, "State");
    expect(within(sheet).getByRole("radio", { name: "LoanArk wins" })).toBeDisabled();
    expect(within(sheet).queryByRole("button", { name: "Take it out" })).not.toBeInTheDocument();
  });

  it("creates properties in HubSpot only after naming them", async () => {
    const sent: unknown[] = [];
    server.use(
      http.post(`${API}/mapping/create-properties`, async ({ request }) => {
        sent.push(await request.json());
        return HttpResponse.json({
          results: [{ name: "loanark_loan_stage", outcome: "made", reason: null }],
          mapped: [],
        });
      }),
    );
    const { user } = renderApp(MAPPING);
    await user.click(await screen.findByRole("button", { name: "Create in HubSpot" }));
    const dialog = await screen.findByRole("dialog", { name: "Create these in HubSpot?" });
    expect(dialog).toHaveTextContent("loanark_loan_stage");
    await user.click(within(dialog).getByRole("button", { name: "Create 1 property in HubSpot" }));
    await waitFor(() => expect(sent).toEqual([{ names: ["loanark_loan_stage"] }]));
  });
});

describe("an option map", () => {
  it("matches by name, and tells what has no counterpart and how many contacts have it", async () => {
    const { user } = renderApp(`${MAPPING}?field=client_type_vip_status`);
    const sheet = await screen.findByRole("dialog", { name: "VIP status" });
    await user.click(within(sheet).getByRole("combobox", { name: "On the way" }));
    await user.click(await screen.findByRole("option", { name: "Option map" }));
    expect(await within(sheet).findByText(/Without a counterpart: vip/)).toHaveTextContent(
      /of LoanArk’s contacts/,
    );
    await user.click(within(sheet).getByRole("combobox", { name: "HubSpot’s option for vip" }));
    await user.click(await screen.findByRole("option", { name: "Prime" }));
    expect(within(sheet).queryByText(/Without a counterpart/)).not.toBeInTheDocument();
    expect(within(sheet).getByText("In HubSpot only: Prime+, Standard.")).toBeVisible();
  });
});

describe("versions", () => {
  it("are listed, compared, and restored with an undo", async () => {
    const restored: unknown[] = [];
    server.use(
      http.post(`${API}/mapping/versions/:version/restore`, ({ params }) => {
        restored.push(params.version);
        return HttpResponse.json({ ...mapping, version: 6 });
      }),
    );
    const { user, router, container } = renderApp(`${MAPPING}?view=versions`);
    expect(await screen.findByText("HubSpot wins")).toBeVisible();
    expect(await accessibilityFaults(container)).toEqual([]);
    await user.click(screen.getByRole("button", { name: "What version 3 changed" }));
    await waitFor(() =>
      expect(screen.getByRole("combobox", { name: "From" })).toHaveTextContent("Version 2"),
    );
    expect(router.state.location.href).toContain("from=2&to=3");
    await user.click(screen.getByRole("button", { name: "Restore version 2" }));
    const told = await screen.findByText("Version 2 is in force again, as version 6");
    await user.click(within(told.closest("li") as HTMLElement).getByRole("button", { name: "Undo" }));
    await waitFor(() => expect(restored).toEqual(["2", "4"]));
  });
});

describe("a mapping as YAML", () => {
  it("is shown with what it changes before it is applied", async () => {
    const sent: unknown[] = [];
    server.use(
      http.post(`${API}/mapping/import`, async ({ request }) => {
        sent.push(await request.json());
        return HttpResponse.json({ ...mapping, version: 5 });
      }),
    );
    const { user } = renderApp(MAPPING);
    await user.click(await screen.findByRole("button", { name: "The mapping as a file" }));
    await user.click(await screen.findByRole("menuitem", { name: /Import/ }));
    const dialog = await screen.findByRole("dialog", { name: "Import a mapping" });
    await user.click(within(dialog).getByLabelText("YAML"));
    await user.paste("rules: []");
    await user.click(within(dialog).getByRole("button", { name: "Show what it changes" }));
    expect(await within(dialog).findByText("a person decides")).toBeVisible();
    expect(sent).toEqual([]);
    await user.click(within(dialog).getByRole("button", { name: "Apply as version 5" }));
    await waitFor(() => expect(sent).toEqual([{ yaml: "rules: []", version: 4 }]));
  });

  it("is refused with the line and the field of each fault", async () => {
    const body = { detail: "The mapping cannot be so.", errors: { "city.policy": "Take another policy." } };
    server.use(http.post(`${API}/mapping/preview`, () => HttpResponse.json(body, { status: 422 })));
    const { user } = renderApp(MAPPING);
    await user.click(await screen.findByRole("button", { name: "The mapping as a file" }));
    await user.click(await screen.findByRole("menuitem", { name: /Import/ }));
    const dialog = await screen.findByRole("dialog", { name: "Import a mapping" });
    await user.click(within(dialog).getByLabelText("YAML"));
    await user.paste("rules:\n- field: state\n- field: city\n  policy: union\n");
    await user.click(within(dialog).getByRole("button", { name: "Show what it changes" }));
    expect(await within(dialog).findByRole("alert")).toHaveTextContent(
      "Line 3, city.policy: Take another policy.",
    );
  });
});

describe("fields of one's own", () => {
  it("are defined with a name made of the label, archived with an undo, and brought back", async () => {
    const sent: unknown[] = [];
    const hear = async (request: Request) => {
      const text = await request.text();
      sent.push([
        request.method,
        new URL(request.url).pathname.split("/").at(-1),
        text ? JSON.parse(text) : null,
      ]);
    };
    server.use(
      http.post(`${API}/fields`, async ({ request }) => {
        await hear(request);
        return HttpResponse.json({}, { status: 201 });
      }),
      http.patch(`${API}/fields/:name`, async ({ request }) => {
        await hear(request);
        return HttpResponse.json({});
      }),
      http.delete(`${API}/fields/:name`, async ({ request }) => {
        await hear(request);
        return new HttpResponse(null, { status: 204 });
      }),
    );
    const { user, container } = renderApp(`${MAPPING}?view=custom-fields`);
    await user.click(await screen.findByRole("button", { name: "Define a field" }));
    const dialog = await screen.findByRole("dialog", { name: "A field of your own" });
    await user.type(within(dialog).getByLabelText("Label"), "Branch manager");
    await user.click(within(dialog).getByRole("button", { name: "Define the field" }));
    await waitFor(() => expect(dialog).not.toBeInTheDocument());
    expect(await accessibilityFaults(container)).toEqual([]);
    await user.click(screen.getByRole("button", { name: "Archive FICO" }));
    const told = (await screen.findByText("FICO is archived")).closest("li") as HTMLElement;
    await user.click(within(told).getByRole("button", { name: "Undo" }));
    await user.click(screen.getByRole("button", { name: "Bring back Old code" }));
    await waitFor(() =>
      expect(sent).toEqual([
        ["POST", "fields", { name: "branch_manager", label: "Branch manager", kind: "text", options: [] }],
        ["DELETE", "fico", null],
        ["PATCH", "fico", { archived: false }],
        ["PATCH", "old_code", { archived: false }],
      ]),
    );
  });
});
