import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Role } from "@/client";
import { stepsOf } from "@/features/duplicates/waterfall-steps";
import { factorOf, formatLikelihood } from "@/features/duplicates/words";
import { duplicateHandlersOf, MockDuplicates } from "@/test/duplicates";
import { contactOf, organisationAs, rejection } from "@/test/fixtures";
import { person } from "@/test/people";
import { accessibilityFaults, renderApp } from "@/test/render-app";
import { server } from "@/test/server";

const API = "*/api/tenants/:tenant";
const PAGE = "/loanark/duplicates";
const STALE = {
  code: "stale",
  title: "It has changed meanwhile",
  detail: "Annie Holmberg was edited a moment ago.",
};

let book: MockDuplicates;
beforeEach(() => {
  book = new MockDuplicates();
  server.use(...duplicateHandlersOf(book));
});

const card = (names: string | RegExp = /^Perhaps one person/) =>
  screen.findByRole("article", { name: typeof names === "string" ? `Perhaps one person: ${names}` : names });
/** The focus comes with the card, a moment after it is there. */
const cardInFocus = async (names: string | RegExp) => {
  const shown = await card(names);
  await waitFor(() => expect(shown).toHaveFocus());
};
const ANNA = "Anna Holmberg and Annie Holmberg";
const waiting = () => book.groups.map(({ id }) => id);

function signInAs(role: Role) {
  server.use(
    http.get("*/api/session", () =>
      HttpResponse.json({
        user: { id: 2, email: "a@b.c", name: "A" },
        organisations: [organisationAs(role)],
      }),
    ),
  );
}

describe("what may be one person", () => {
  it("stands side by side, says how likely it is, where they differ, and whose value is kept", async () => {
    renderApp(PAGE);
    const shown = await card(ANNA);
    expect(shown).toHaveTextContent("over 99.9% likely one person");
    expect(within(shown).getByText("Certain")).toBeVisible();
    const phone = within(shown).getByRole("row", { name: /^Phone, differs/ });
    expect(within(phone).getByRole("radio", { name: "Phone of A: +1 512 555 1201" })).toBeChecked();
    expect(within(phone).getByText("1207").tagName).toBe("MARK");
    expect(within(shown).getByRole("row", { name: /^City, the same/ })).toBeVisible();
    expect(shown).toHaveTextContent("Both stay in HubSpot for 24 hours");
    expect(await screen.findByText("4 proposals wait")).toBeVisible();
    expect(screen.getByText("; 37 decided today")).toBeVisible();
    expect(screen.getByText(/12 new or changed contacts are not compared yet/)).toBeVisible();
    expect(await accessibilityFaults(document.body)).toEqual([]);
  });

  it("is counted beside the page’s name in the sidebar", async () => {
    renderApp("/loanark/contacts");
    expect(await screen.findByRole("link", { name: /^Duplicates\s*4\s*waiting/ })).toBeVisible();
  });

  it("is told why, reason by reason, up to the whole", async () => {
    const { user } = renderApp(PAGE);
    const shown = await card(ANNA);
    await user.keyboard("w");
    const reasons = await within(shown).findByRole("list", { name: "Reasons for A and B" });
    const all = within(reasons).getAllByRole("listitem");
    expect(all[0]).toHaveTextContent(
      /^Size of the book.*Speaks against one person: 397.3K times less likely$/,
    );
    expect(all[1]).toHaveTextContent(/^E-mail the same.*Speaks for one person: 262.1K times as likely$/);
    expect(all.at(-1)).toHaveTextContent("Togetherover 99.9% likely one person");
    expect(await accessibilityFaults(shown)).toEqual([]);
    await user.click(within(shown).getByRole("button", { name: "Hide why" }));
    expect(reasons).not.toBeInTheDocument();
  });

  it("stays in sight when something likelier comes in before it: a key meets what was looked at", async () => {
    const [likeliest] = book.groups;
    book.groups = book.groups.slice(1);
    const { user, queryClient } = renderApp(PAGE);
    await card("Luis Patel");
    if (likeliest) book.groups = [likeliest, ...book.groups];
    await queryClient.invalidateQueries();
    expect(await screen.findByRole("button", { name: /^Anna Holmberg/ })).toBeVisible();
    expect(await card("Luis Patel")).toBeVisible();
    await user.keyboard("n");
    await waitFor(() => expect(waiting()).toEqual([401, 403]));
  });

  it("is walked with j, k and s, the address says where one is, and the focus follows", async () => {
    const { user, router } = renderApp(PAGE);
    await card(ANNA);
    await user.keyboard("js");
    await cardInFocus(/Renée Nguyen, Renee Nguyen and 1 more/);
    expect(router.state.location.search).toMatchObject({ at: "903" });
    await user.keyboard("k");
    await cardInFocus("Luis Patel");
  });
});

describe("merging", () => {
  it("takes the values and the one to live on that a person chose, and the next one is there", async () => {
    const { user } = renderApp(PAGE);
    const shown = await card(ANNA);
    await user.click(within(shown).getByRole("radio", { name: "B, Annie Holmberg, lives on" }));
    await waitFor(() =>
      expect(within(shown).getByRole("radio", { name: "Phone of B: +1 512 555 1207" })).toBeChecked(),
    );
    await user.click(within(shown).getByRole("radio", { name: "First name of A: Anna" }));
    expect(await within(shown).findByText("kept, chosen by you")).toBeVisible();
    await user.keyboard("m");
    await cardInFocus("Luis Patel");
    const [anna, annie] = [person(40).id, person(57).id];
    expect(book.asked).toEqual([{ members: [anna, annie], survivor: annie, chosen: { firstname: anna } }]);
    expect(await screen.findByText("2 contacts are one now: Annie Holmberg")).toBeInTheDocument();
    expect(await screen.findByText("; 38 decided today")).toBeVisible();
  });

  it("is taken back with u, and from the message", async () => {
    const { user } = renderApp(PAGE);
    await card(ANNA);
    await user.keyboard("m");
    await card("Luis Patel");
    await user.keyboard("u");
    expect(await card(ANNA)).toBeVisible();
    expect(book.merges.find(({ id }) => id === 4010)?.state).toBe("undone");
    expect(await screen.findByText("They wait for a decision again")).toBeInTheDocument();
  });

  it("of several takes only those that are chosen", async () => {
    const { user } = renderApp(`${PAGE}?at=903`);
    const shown = await card(/Renée/);
    expect(within(shown).getByText("Two of them have loans under different numbers.")).toBeVisible();
    await user.click(within(shown).getByRole("checkbox", { name: "C, R. Nguyen, is one of them" }));
    const merge = await within(shown).findByRole("button", { name: "Merge 2 into one" });
    await waitFor(() => expect(within(shown).queryByText("Before you merge")).not.toBeInTheDocument());
    await user.click(within(shown).getByRole("checkbox", { name: "B, Renee Nguyen, is one of them" }));
    expect(within(shown).getByRole("button", { name: "Merge 1 into one" })).toBeDisabled();
    await user.click(within(shown).getByRole("checkbox", { name: "B, Renee Nguyen, is one of them" }));
    await user.click(merge);
    await waitFor(() => expect(book.asked[0]?.members).toEqual([person(70).id, person(71).id]));
  });

  it("that cannot be is told on the card, which stays as it was", async () => {
    const { user } = renderApp(PAGE);
    await card(ANNA);
    server.use(http.post(`${API}/duplicates/merge`, () => HttpResponse.json(STALE, { status: 409 })));
    await user.keyboard("m");
    const alert = await within(await card(ANNA)).findByRole("alert");
    expect(alert).toHaveTextContent(STALE.detail);
    expect(alert).toHaveTextContent("Nothing was merged.");
    expect(waiting()).toContain(401);
    await user.keyboard("jk");
    expect(within(await card(ANNA)).queryByRole("alert")).not.toBeInTheDocument();
  });

  it("of what somebody else decided meanwhile is told where it stood", async () => {
    const { user } = renderApp(PAGE);
    await card(ANNA);
    book.groups = book.groups.slice(1);
    await user.keyboard("m");
    expect(await screen.findByText(/not among those that wait any more/)).toBeVisible();
    expect(await card("Luis Patel")).toBeVisible();
  });

  it("fixes who lives on where one is in HubSpot only, says why, and lets it in", async () => {
    const { user } = renderApp(`${PAGE}?at=902`);
    const shown = await card("Luis Patel");
    expect(within(shown).getByText("In HubSpot only, waits for this")).toBeVisible();
    expect(within(shown).getByText(/it joins the one that is here/)).toBeVisible();
    expect(within(shown).queryByRole("radio", { name: /lives on/ })).not.toBeInTheDocument();
    await user.keyboard("m");
    expect(await screen.findByText("Luis Patel: one person")).toBeInTheDocument();
    expect(await card(/Renée/)).toBeVisible();
  });
});

describe("not the same person", () => {
  it("is said with n, and taken back from the message", async () => {
    const { user } = renderApp(PAGE);
    await card(ANNA);
    await user.keyboard("n");
    await cardInFocus("Luis Patel");
    expect(waiting()).toEqual([402, 403]);
    const told = (await screen.findByText(`${ANNA}: not the same person`)).closest("li") as HTMLElement;
    await user.click(within(told).getByRole("button", { name: "Undo" }));
    await waitFor(() => expect(waiting()).toEqual([401, 402, 403]));
    expect(await card(ANNA)).toBeVisible();
  });

  it("of the last one leaves the focus in its place", async () => {
    book.groups = book.groups.slice(0, 1);
    const { user } = renderApp(PAGE);
    await card(ANNA);
    await user.keyboard("n");
    const nothing = await screen.findByText("Nobody is here twice, as far as is known");
    await waitFor(() => expect(document.activeElement).not.toBe(document.body));
    expect(document.activeElement).toContainElement(nothing);
  });
});

describe("all certain ones", () => {
  it("are merged at once, after it is said how many and what that does", async () => {
    const { user } = renderApp(PAGE);
    await user.click(await screen.findByRole("button", { name: "Merge the certain one" }));
    const dialog = await screen.findByRole("dialog", { name: "Merge 1 certain pair" });
    expect(dialog).toHaveTextContent("No more are merged than the brake lets through");
    server.use(
      http.post(
        `${API}/duplicates/merge-many`,
        async ({ request }) => {
          expect(await request.json()).toEqual({ least: 0, certain: true, expected: 1 });
          return HttpResponse.json({
            merged: [1],
            refused: [{ pair: 7, reason: "Both have a loan under way." }],
            left: 3,
          });
        },
        { once: true },
      ),
    );
    await user.click(within(dialog).getByRole("button", { name: "Merge 1" }));
    expect(await screen.findByText("1 pair merged")).toBeVisible();
    expect(screen.getByText(/3 pairs are beyond the brake/)).toBeVisible();
    expect(screen.getByText("Both have a loan under way.")).toBeVisible();
    expect(await accessibilityFaults(document.body)).toEqual([]);
  });

  it("are all taken back at once, and wait again", async () => {
    const { user } = renderApp(PAGE);
    await user.click(await screen.findByRole("button", { name: "Merge the certain one" }));
    await user.click(await screen.findByRole("button", { name: "Merge 1" }));
    expect(await screen.findByText("1 pair merged")).toBeVisible();
    expect(waiting()).toEqual([402, 403]);
    await user.click(screen.getByRole("button", { name: "Undo it" }));
    expect(await screen.findByText("1 merge taken back")).toBeVisible();
    expect(waiting()).toEqual([401, 402, 403]);
    expect(screen.queryByRole("button", { name: "Undo it" })).not.toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Done" }));
    await user.click(await screen.findByRole("button", { name: /^Anna Holmberg/ }));
    expect(await card(ANNA)).toBeVisible();
  });

  it("are not, when their number has moved; the new one is shown", async () => {
    const { user } = renderApp(PAGE);
    await user.click(await screen.findByRole("button", { name: "Merge the certain one" }));
    book.groups = [];
    await user.click(await screen.findByRole("button", { name: "Merge 1" }));
    expect(await screen.findByText(/There are 0 of them now\. Nothing was merged\./)).toBeVisible();
    await waitFor(() => expect(screen.getByRole("button", { name: "Merge 0" })).toBeDisabled());
    await user.click(screen.getByRole("button", { name: "Cancel" }));
    await waitFor(() => expect(document.activeElement).not.toBe(document.body));
  });
});

describe("filters", () => {
  it("are in the address, reach the server, and can all be taken off", async () => {
    const { user, router } = renderApp(PAGE);
    await card(ANNA);
    await user.click(screen.getByRole("button", { name: "How likely" }));
    await user.click(await screen.findByRole("button", { name: /^Possible/ }));
    expect(await card("Luis Patel")).toBeVisible();
    expect(router.state.location.search).toMatchObject({ likely: "possible" });
    await user.click(screen.getByRole("button", { name: /^Found by/ }));
    await user.click(await screen.findByRole("button", { name: /^Same phone\s*2$/ }));
    await user.click(screen.getByRole("button", { name: /^Holds a new contact back\s*1$/ }));
    await waitFor(() => expect(screen.getByText("1 of 1")).toBeInTheDocument());
  });

  it("of one contact that is nobody’s double lead back to all", async () => {
    const { user } = renderApp(`${PAGE}?contact=${person(9).id}`);
    expect(await screen.findByText("No proposal is like that")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Show all" }));
    expect(await card(ANNA)).toBeVisible();
  });
});

describe("the search of the whole book", () => {
  it("says how far it is, and can be stopped and begun anew", async () => {
    const { user } = renderApp(PAGE);
    const search = await screen.findByRole("region", { name: "Search of the whole book" });
    expect(search).toHaveTextContent("18,400 of 41,338 contacts");
    await user.click(within(search).getByRole("button", { name: "Stop the search" }));
    await user.click(await screen.findByRole("button", { name: "Search the whole book" }));
    expect(await screen.findByText("Reading contacts")).toBeVisible();
  });
});

describe("whoever may not decide", () => {
  it("sees everything, is told who may, and finds no button and no key that does", async () => {
    signInAs("loan_officer");
    const { user } = renderApp(PAGE);
    const shown = await card(ANNA);
    expect(shown).toHaveTextContent("Sales managers and administrators decide");
    expect(within(shown).queryByRole("radio")).not.toBeInTheDocument();
    for (const name of [/^Merge/, /^Not the same/, /Search the whole/, /Stop/])
      expect(screen.queryByRole("button", { name })).not.toBeInTheDocument();
    await user.keyboard("mn");
    expect(waiting()).toEqual([401, 402, 403]);
    expect(book.asked).toEqual([]);
  });
});

describe("on a phone", () => {
  beforeEach(() => {
    vi.spyOn(window, "matchMedia").mockImplementation(
      (media) =>
        ({
          matches: false,
          media,
          addEventListener: () => undefined,
          removeEventListener: () => undefined,
        }) as never,
    );
  });
  afterEach(() => vi.restoreAllMocks());

  it("they stand one under the other, field by field, and the way here is behind More", async () => {
    const { user } = renderApp("/loanark/needs-you");
    await user.click(await screen.findByRole("button", { name: "More" }));
    await user.click(await screen.findByRole("link", { name: /^Duplicates\s*4\s*waiting/ }));
    const shown = await card(ANNA);
    expect(within(shown).queryByRole("table")).not.toBeInTheDocument();
    expect(
      within(within(shown).getByRole("list", { name: "Contacts" })).getAllByRole("listitem"),
    ).toHaveLength(2);
    await user.click(within(shown).getByRole("radio", { name: "Address of B: 114 Juniper Ln, Apt 3" }));
    expect(await within(shown).findByText("kept, chosen by you")).toBeVisible();
    await waitFor(() => expect(document.querySelector("[role=dialog]")).toBeNull());
    expect(await accessibilityFaults(document.body)).toEqual([]);
  });
});

describe("what was merged", () => {
  it("says who, how, and how it stands in HubSpot, and how good it was", async () => {
    const { user } = renderApp(`${PAGE}?show=merged`);
    const merges = await screen.findByRole("list", { name: "Merges" });
    expect(merges).toHaveTextContent("Priya Sullivan is one with P. Sullivan");
    expect(merges).toHaveTextContent("Merged by the strict rules, without a person,");
    expect(merges).toHaveTextContent("HubSpot refused to merge them: one was merged too often.");
    const report = screen.getByRole("region", { name: "How good the merges were, in 30 days" });
    expect(report).toHaveTextContent("0.5% of all; 1 of them automatic");
    expect(within(report).getByRole("row", { name: "Maya Stern 140 52 3" })).toBeVisible();
    expect(await accessibilityFaults(document.body)).toEqual([]);
    await user.click(screen.getByRole("button", { name: "Undone" }));
    await waitFor(() => expect(merges).not.toHaveTextContent("Tom Becker"));
    expect(merges).toHaveTextContent("undone by Dana Fields");
  });

  it("goes to HubSpot at once by a person’s word", async () => {
    const { user } = renderApp(`${PAGE}?show=merged`);
    await user.click(await screen.findByRole("button", { name: "Merge in HubSpot now: Priya Sullivan" }));
    expect((await screen.findAllByText("They are merged in HubSpot next.")).length).toBeGreaterThan(0);
    await waitFor(() => expect(book.merges[0]?.hubspot).toBe("approved"));
  });

  it("is undone after it is said what does not come back", async () => {
    const { user } = renderApp(`${PAGE}?show=merged`);
    await user.click(await screen.findByRole("button", { name: "Undo…: Tom Becker" }));
    const dialog = await screen.findByRole("dialog", { name: "Undo this merge" });
    expect(dialog).toHaveTextContent("The other contact gets a new id in HubSpot.");
    await user.click(within(dialog).getByRole("button", { name: "Undo the merge" }));
    await waitFor(() => expect(book.merges.find(({ id }) => id === 70)?.state).toBe("undone"));
    expect(
      await screen.findByText("Tom Becker and Thomas Becker are two contacts again"),
    ).toBeInTheDocument();
    expect(await screen.findByText(/^Did not come back:/)).toBeVisible();
  });

  it("that cannot be undone says so in the dialog", async () => {
    const { user } = renderApp(`${PAGE}?show=merged`);
    server.use(
      http.post(`${API}/duplicates/merges/:id/undo`, () => HttpResponse.json(STALE, { status: 409 })),
    );
    await user.click(await screen.findByRole("button", { name: "Undo…: Tom Becker" }));
    await user.click(await screen.findByRole("button", { name: "Undo the merge" }));
    expect(await screen.findByText(STALE.detail)).toBeVisible();
  });
});

describe("a contact’s own page", () => {
  it("says that it may be here twice, and with whom it is one", async () => {
    book.merges = book.merges.map((one) => ({ ...one, contact_id: person(40).id }));
    const { user } = renderApp(`/loanark/contacts/${person(40).id}`);
    expect(await screen.findByText("May be one person with Annie Holmberg")).toBeVisible();
    const here = await screen.findByRole("region", { name: "4 contacts are one here" });
    expect(here).toHaveTextContent("Thomas Becker");
    await user.click(within(here).getByRole("button", { name: "Undo…: Thomas Becker" }));
    await user.click(await screen.findByRole("button", { name: "Undo the merge" }));
    expect(await screen.findByRole("region", { name: "3 contacts are one here" })).toBeVisible();
    await user.click(screen.getByRole("link", { name: "Compare and decide" }));
    expect(await card(ANNA)).toBeVisible();
    expect(screen.getByRole("button", { name: "Remove Only one contact’s" })).toBeVisible();
  });

  it("of one that went into another leads there, and offers no restoring", async () => {
    const id = person(41).id;
    server.use(
      http.get(`${API}/contacts/:id`, () =>
        HttpResponse.json({ ...contactOf(41), deleted_at: new Date().toISOString() }),
      ),
    );
    renderApp(`/loanark/contacts/${id}`);
    expect(await screen.findByRole("link", { name: "Priya Sullivan" })).toHaveAttribute(
      "href",
      `/loanark/contacts/${person(40).id}`,
    );
    expect(screen.getByRole("button", { name: "Undo the merge…" })).toBeVisible();
    expect(screen.queryByRole("button", { name: "Restore" })).not.toBeInTheDocument();
    expect(screen.queryByText(/Restoring brings it back/)).not.toBeInTheDocument();
  });

  it("leads from a contact that is held back to where that is decided", async () => {
    server.use(
      http.get(`${API}/contacts/:id`, () =>
        HttpResponse.json({
          ...contactOf(5),
          rejections: [{ ...rejection, code: "possible-duplicate", contact_id: person(5).id, label: null }],
        }),
      ),
    );
    renderApp(`/loanark/contacts/${person(5).id}`);
    const link = await screen.findByRole("link", { name: "Decide on Duplicates" });
    expect(link).toHaveAttribute("href", `/loanark/duplicates?contact=${person(5).id}`);
    expect(screen.queryByRole("button", { name: "Retry" })).not.toBeInTheDocument();
  });
});

describe("the words", () => {
  it.each([
    [0.973, "97%"],
    [0.11, "11%"],
    [0.9999, "over 99.9%"],
  ])("of %s are %s: nobody is wholly sure", (likelihood, words) => {
    expect(formatLikelihood(likelihood)).toBe(words);
  });

  it.each([
    [1, "2"],
    [-2.5, "5.7"],
    [18, "262.1K"],
  ])("of %s bits are %s times", (bits, words) => {
    expect(factorOf(bits)).toBe(words);
  });

  it("begin with the book, and end where the bits together lead", () => {
    const of = (what: string, bits: number) => ({
      what,
      label: what,
      bits,
      one: null,
      other: null,
      words: "",
    });
    const { steps, low, high } = stepsOf({ reasons: [of("email", 18), of("book", -15), of("phone", -2)] });
    expect(steps.map(({ from, to }) => [from, to])).toEqual([
      [0, -15],
      [-15, 3],
      [3, 1],
    ]);
    expect([low, high]).toEqual([-15, 3]);
  });
});
