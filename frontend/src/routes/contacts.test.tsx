import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { bulkRun, forgetEdits, forgetViews, rowOf } from "@/test/contact-list";
import { contactOf, runs } from "@/test/fixtures";
import { openList } from "@/test/open-list";
import { PEOPLE, person } from "@/test/people";
import { server } from "@/test/server";

// jsdom lacks it; the message with "Undo" asks for it.
HTMLElement.prototype.setPointerCapture = () => undefined;

const API = "*/api/tenants/:tenant";

beforeEach(() => {
  forgetEdits();
  forgetViews();
});

const headings = () =>
  screen
    .getAllByRole("columnheader")
    .map((one) => one.querySelector("[data-field]")?.getAttribute("data-field"));

function cell(row: number, field: string): HTMLElement {
  const at = headings().indexOf(field);
  return document.querySelector(`[data-row="${row}"] [data-column="${at}"]`) as HTMLElement;
}

describe("columns", () => {
  it("are moved and sized by keys at the heading", async () => {
    const { user } = await openList();
    const email = screen.getByRole("button", { name: "E-mail" });
    email.focus();
    await user.keyboard("{Control>}{ArrowLeft}{/Control}");
    await waitFor(() => expect(headings().slice(1, 4)).toEqual(["name", "email", "sync"]));
    await user.keyboard("{Shift>}{ArrowRight}{/Shift}");
    await waitFor(() =>
      expect(localStorage.getItem("loanark.columns.loanark.all")).toMatch(/"email","width":\d+/),
    );
  });
});

it("rows are compact once that is chosen beside the columns, here and on every page", async () => {
  document.documentElement.style.setProperty("--row", "32px");
  const { user } = await openList();
  const heightOf = () => {
    const [first, second] = [0, 1].map((row) => document.querySelector<HTMLElement>(`[data-row="${row}"]`));
    const top = (one: HTMLElement | null | undefined) =>
      Number(/\((\d+)px/.exec(one?.style.transform ?? "")?.[1]);
    return top(second) - top(first);
  };
  expect(heightOf()).toBe(32);
  await user.click(screen.getByRole("button", { name: "Columns" }));
  document.documentElement.style.setProperty("--row", "24px"); // As the style sheet does it.
  await user.click(await screen.findByRole("radio", { name: "Compact" }));
  await waitFor(() => expect(heightOf()).toBe(24));
  expect(document.documentElement.dataset.density).toBe("compact");
  await user.click(screen.getByRole("radio", { name: "Comfortable" }));
  document.documentElement.style.removeProperty("--row");
});

describe("a cell", () => {
  it("is edited where it stands, and shows the new value at once", async () => {
    const sent: unknown[] = [];
    server.use(
      http.patch(`${API}/contacts/:id`, async ({ request }) => {
        sent.push(await request.clone().json());
      }),
    );
    const { user } = await openList();
    cell(0, "company").focus();
    await user.keyboard("Acme{Enter}");
    await waitFor(() => expect(cell(0, "company")).toHaveTextContent("Acme"));
    await waitFor(() => expect(sent).toEqual([{ values: { company: "Acme" }, version: 5 }]));
    await waitFor(() => expect(cell(0, "company")).toHaveFocus());
  });

  it("that is opened again while its value is on its way shows what was given", async () => {
    let answer: () => void = () => undefined;
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    server.use(http.patch(`${API}/contacts/:id`, () => answered));
    const { user, queryClient } = await openList();
    cell(0, "company").focus();
    await user.keyboard("Acme{Enter}");
    await waitFor(() => expect(cell(0, "company")).toHaveFocus());
    await user.keyboard("{F2}");
    expect(await screen.findByRole("textbox", { name: "Company" })).toHaveValue("Acme");
    answer();
    await waitFor(() => expect(queryClient.isMutating()).toBe(0));
  });

  it("keeps its new value where an answer asked for before it was saved comes after", async () => {
    const { user, queryClient } = await openList();
    let answer: () => void = () => undefined;
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    let asked = 0;
    server.use(
      http.get(`${API}/contacts`, async ({ request }) => {
        asked += 1;
        if (asked > 1) return undefined; // as it is by now
        const fields = new URL(request.url).searchParams.getAll("fields");
        const items = PEOPLE.slice(0, 5).map((row) => rowOf(row, fields));
        await answered;
        return HttpResponse.json({ items, next_cursor: null, total: 5, total_is_estimate: false });
      }),
    );
    void queryClient.invalidateQueries();
    await waitFor(() => expect(asked).toBe(1));
    cell(0, "company").focus();
    await user.keyboard("Acme{Enter}");
    await waitFor(() => expect(queryClient.isMutating()).toBe(0));
    answer();
    await waitFor(() => expect(queryClient.isFetching()).toBe(0));
    expect(cell(0, "company")).toHaveTextContent("Acme");
    expect(asked).toBe(2);
  });

  it("is left as it was by Escape", async () => {
    const { user } = await openList();
    cell(0, "company").focus();
    await user.keyboard("{F2}");
    await user.type(await screen.findByRole("textbox", { name: "Company" }), "nothing{Escape}");
    await waitFor(() => expect(cell(0, "company")).toHaveFocus());
    expect(cell(0, "company")).toHaveTextContent("Brightwater Homes");
  });

  it("has its old value again where it is refused, and says why", async () => {
    const { user } = await openList();
    cell(0, "phone").focus();
    await user.keyboard("123{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent("This is not a phone number of the US.");
    expect(cell(0, "phone")).toHaveTextContent("+1 512 555 1000");
    expect(cell(0, "phone")).toHaveAttribute("aria-invalid", "true");
    await user.click(screen.getByRole("button", { name: "Leave it" }));
    await waitFor(() => expect(cell(0, "phone")).not.toHaveAttribute("aria-invalid"));
  });

  it("shows theirs and yours where somebody saved first", async () => {
    const sent: unknown[] = [];
    const contact = contactOf(0);
    const fields = contact.fields.map((one) =>
      one.name === "company" ? { ...one, loanark: "Theirs Ltd" } : one,
    );
    server.use(
      http.get(`${API}/contacts/${contact.id}`, () => HttpResponse.json({ ...contact, fields, version: 9 })),
      http.patch(`${API}/contacts/:id`, async ({ request }) => {
        const body = (await request.json()) as { version: number };
        sent.push(body);
        return body.version === 9
          ? HttpResponse.json({ ...contact, version: 10 })
          : HttpResponse.json({ code: "stale", title: "Someone saved first" }, { status: 409 });
      }),
    );
    const { user } = await openList();
    cell(0, "company").focus();
    await user.keyboard("Mine{Enter}");
    const note = await screen.findByRole("alert");
    expect(note).toHaveTextContent("Theirs Ltd");
    await user.click(within(note).getByRole("button", { name: "Save mine" }));
    await waitFor(() => expect(sent.at(-1)).toEqual({ values: { company: "Mine" }, version: 9 }));
  });
});

describe("many contacts", () => {
  it("are chosen in a range, planned, and changed only on Apply", async () => {
    const asked: unknown[] = [];
    const approved: string[] = [];
    server.use(
      http.post(`${API}/contacts/bulk`, async ({ request }) => {
        asked.push(await request.json());
        return HttpResponse.json(bulkRun, { status: 201 });
      }),
      http.post(`${API}/runs/:id/approve`, ({ params }) => {
        approved.push(String(params.id));
        return HttpResponse.json({ ...bulkRun, status: "succeeded" });
      }),
      http.get(`${API}/runs/77`, () =>
        HttpResponse.json({ ...bulkRun, status: approved.length > 0 ? "succeeded" : "waiting" }),
      ),
      http.post(`${API}/runs/:id/undo`, ({ params }) => {
        approved.push(`undo ${params.id}`);
        return HttpResponse.json(runs[0], { status: 201 });
      }),
    );
    const { user } = await openList();
    fireEvent.click(cell(0, "name").parentElement?.querySelector("input") as HTMLElement);
    fireEvent.click(cell(2, "email"), { shiftKey: true });
    expect(await screen.findByText("3 chosen")).toBeVisible();
    await user.click(screen.getByRole("button", { name: /Edit field/ }));
    const dialog = await screen.findByRole("dialog");
    await user.click(within(dialog).getByRole("combobox", { name: "Field" }));
    await user.click(await screen.findByRole("option", { name: "City" }));
    await user.type(within(dialog).getByRole("textbox", { name: "New value" }), "Reno");
    await user.click(within(dialog).getByRole("button", { name: "Preview" }));
    await user.click(await within(dialog).findByRole("button", { name: "Apply to 2" }));
    expect(asked).toEqual([
      {
        selection: { ids: [0, 1, 2].map((index) => person(index).id) },
        act: "edit",
        values: { city: "Reno" },
      },
    ]);
    await user.click(await screen.findByRole("button", { name: "Undo" }));
    await waitFor(() => expect(approved).toEqual(["77", "undo 77"]));
  });

  it("are all that match, more than are loaded", async () => {
    const { user } = await openList();
    await user.click(screen.getByRole("checkbox", { name: /Choose all rows/ }));
    await user.click(await screen.findByRole("button", { name: "Choose all 41,341 that match" }));
    expect(await screen.findByText("41,341 chosen")).toBeVisible();
  });
});

describe("a file of those chosen", () => {
  const made = vi.fn((_: Blob) => "blob:file");
  afterEach(() => vi.restoreAllMocks());
  beforeEach(() => {
    made.mockClear();
    Object.assign(URL, { createObjectURL: made, revokeObjectURL: () => undefined });
  });

  it("holds them alone, with the columns as shown", async () => {
    const asked: unknown[] = [];
    server.use(
      http.post(`${API}/contacts/export`, async ({ request }) => {
        asked.push(await request.json());
        return new HttpResponse("id\n1\n", {
          headers: {
            "Content-Type": "text/csv",
            "Content-Disposition": 'attachment; filename="contacts-loanark-2026-11-22.csv"',
          },
        });
      }),
    );
    const saved: string[] = [];
    vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
      saved.push(this.download);
    });
    const { user } = await openList();
    await user.click(cell(0, "name").parentElement?.querySelector("input") as HTMLElement);
    const bar = await screen.findByRole("region", { name: "Chosen contacts" });
    await user.click(within(bar).getByRole("button", { name: "Export" }));
    await user.click(await screen.findByRole("menuitem", { name: /CSV/ }));
    await waitFor(() => expect(saved).toEqual(["contacts-loanark-2026-11-22.csv"]));
    expect(await made.mock.calls[0]?.[0].text()).toBe("id\n1\n");
    expect(asked).toEqual([
      {
        selection: { ids: [person(0).id] },
        fields: expect.arrayContaining(["company", "email", "phone"]),
        side: "loanark",
        format: "csv",
      },
    ]);
    expect(screen.getByText("1 chosen")).toBeVisible();
  });

  it("is not there where it was refused, and that is said", async () => {
    const detail = "None of these contacts is in this organisation. No file was made.";
    server.use(
      http.post(`${API}/contacts/export`, () =>
        HttpResponse.json({ code: "not-found", title: "It is not there", detail }, { status: 404 }),
      ),
    );
    const { user } = await openList();
    await user.click(cell(0, "name").parentElement?.querySelector("input") as HTMLElement);
    const bar = await screen.findByRole("region", { name: "Chosen contacts" });
    await user.click(within(bar).getByRole("button", { name: "Export" }));
    await user.click(await screen.findByRole("menuitem", { name: /JSON/ }));
    await waitFor(() => expect(screen.getByText(detail)).toBeVisible());
    expect(made).not.toHaveBeenCalled();
  });
});

describe("the two sides", () => {
  it("are switched in the address, and differences are marked in words", async () => {
    const { user, router } = await openList();
    await user.click(screen.getByRole("radio", { name: "HubSpot" }));
    await waitFor(() => expect(router.state.location.href).toContain("side=hubspot"));
    await waitFor(() => expect(cell(3, "phone")).toHaveTextContent(/Differs. LoanArk:/));
  });
});

describe("news", () => {
  it("waits behind a pill while somebody is at the list", async () => {
    let isNew = false;
    server.use(
      http.get(`${API}/contacts`, ({ request }) => {
        const fields = new URL(request.url).searchParams.getAll("fields");
        const rows = PEOPLE.slice(0, 5).map((row) => rowOf(row, fields));
        const changed = { ...rows[4], values: { ...rows[4]?.values, company: "Changed Ltd" } };
        const items = isNew ? [changed, ...rows.slice(0, 4)] : rows;
        return HttpResponse.json({ items, next_cursor: null, total: 5, total_is_estimate: false });
      }),
    );
    const { user, queryClient } = await openList();
    cell(1, "email").focus();
    isNew = true;
    await queryClient.invalidateQueries();
    const pill = await screen.findByRole("button", { name: /1 new or moved/ });
    expect(cell(0, "name")).toHaveTextContent("Anna Alvarez");
    expect(cell(4, "company")).toHaveTextContent("Changed Ltd");
    await user.click(pill);
    await waitFor(() => expect(cell(0, "company")).toHaveTextContent("Changed Ltd"));
  });
});

describe("a file of the list", () => {
  it("is asked for with the filters and columns as shown", async () => {
    const { user } = await openList("/loanark/contacts?changed=7d&state=TX");
    await user.click(screen.getByRole("button", { name: "Export" }));
    const link = await screen.findByRole("menuitem", { name: /CSV/ });
    const asked = new URL(link.getAttribute("href") ?? "", "http://loanark.test");
    expect(asked.pathname).toBe("/api/tenants/loanark/contacts/export");
    expect(asked.searchParams.getAll("state")).toEqual(["TX"]);
    expect(asked.searchParams.get("changed")).toBe("7d");
    expect(asked.searchParams.getAll("fields")).toContain("phone");
  });
});
