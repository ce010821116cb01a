import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { afterEach, describe, expect, it, vi } from "vitest";
import { deviceOf } from "@/app/offline/device";
import { setPanel } from "@/app/offline/panel-state";
import { setWhoIsHere } from "@/offline/person";
import { contactOf } from "@/test/fixtures";
import { person } from "@/test/people";
import { accessibilityFaults, renderApp } from "@/test/render-app";
import { server } from "@/test/server";

const ANNA = person(1);
const AT = `/loanark/contacts/${ANNA.id}`;
const CONTACT = "*/api/tenants/:tenant/contacts/:id";

function goes(isOnline: boolean) {
  vi.spyOn(navigator, "onLine", "get").mockReturnValue(isOnline);
  window.dispatchEvent(new Event(isOnline ? "online" : "offline"));
}

afterEach(() => {
  vi.restoreAllMocks();
  goes(true);
  setWhoIsHere(undefined);
  setPanel("closed");
});

/** The app on a device that keeps, at a contact, after its city was changed without a network. */
async function editedOffline() {
  const app = renderApp(AT);
  deviceOf(app.queryClient);
  await app.user.click(await screen.findByRole("button", { name: "Edit" }));
  goes(false);
  const city = await screen.findByLabelText("City");
  await app.user.clear(city);
  await app.user.type(city, "Ketchikan");
  await app.user.click(screen.getByRole("button", { name: "Save" }));
  await screen.findByRole("article", { name: /Your change/ });
  return app;
}

describe("without a network", () => {
  it("says so once, and of when the page is, and covers nothing", async () => {
    const { container } = renderApp(AT);
    await screen.findByRole("button", { name: "Edit" });
    goes(false);
    const notice = await screen.findAllByRole("button", { name: /You are offline.*Loaded at \d+:\d\d/ });
    expect(notice[0]).toBeInTheDocument();
    await waitFor(() =>
      expect(
        screen.getAllByRole("status").some((one) => one.textContent?.startsWith("You are offline. You see")),
      ).toBe(true),
    );
    expect(await accessibilityFaults(container)).toEqual([]);
    goes(true);
    await waitFor(() => expect(screen.queryByRole("button", { name: /You are offline/ })).toBeNull());
  });

  it("says so too when the server only fails, though what it said before is shown", async () => {
    const { queryClient } = renderApp(AT);
    await screen.findByRole("button", { name: "Edit" });
    server.use(http.get(CONTACT, () => HttpResponse.json({ title: "It broke" }, { status: 500 })));
    void queryClient.invalidateQueries();
    expect(await screen.findAllByRole("button", { name: /LoanArk does not answer.*Loaded at/ })).not.toEqual(
      [],
    );
    expect(screen.getByRole("button", { name: "Edit" })).toBeVisible();
    server.resetHandlers();
    void queryClient.invalidateQueries();
    await waitFor(() => expect(screen.queryByRole("button", { name: /does not answer/ })).toBeNull());
  });

  it("keeps an edit, shows it as made and as waiting, and sends it when the network is back", async () => {
    const sent: unknown[] = [];
    server.use(
      http.patch(CONTACT, async ({ request }) => {
        sent.push(await request.json());
        return HttpResponse.json(contactOf(1));
      }),
    );
    const { container } = await editedOffline();
    expect(screen.getByRole("table")).toHaveTextContent("Ketchikan");
    expect(screen.getAllByRole("button", { name: /1 change waits/ })[0]).toBeInTheDocument();
    expect(await accessibilityFaults(container)).toEqual([]);
    expect(sent).toEqual([]);
    goes(true);
    await waitFor(() => expect(sent).toHaveLength(1));
    expect(sent[0]).toMatchObject({ values: { city: "Ketchikan" } });
    await waitFor(() => expect(screen.queryByRole("article", { name: /Your change/ })).toBeNull());
  });

  it("asks when somebody else changed the same, and sends yours only when told", async () => {
    const versions: number[] = [];
    const { user, container } = await editedOffline();
    const theirs = contactOf(1);
    const moved = {
      ...theirs,
      version: 99,
      fields: theirs.fields.map((field) => (field.name === "city" ? { ...field, loanark: "Sitka" } : field)),
    };
    server.use(
      http.get(CONTACT, () => HttpResponse.json(moved)),
      http.patch(CONTACT, async ({ request }) => {
        const { version } = (await request.json()) as { version: number };
        versions.push(version);
        return version === 99
          ? HttpResponse.json({ ...moved, version: 100 })
          : HttpResponse.json({ code: "stale" }, { status: 409 });
      }),
    );
    goes(true);
    const question = await screen.findByText("Theirs or yours?", { selector: "main *" });
    const card = question.closest("article") as HTMLElement;
    expect(card).toHaveTextContent("Theirs: Sitka");
    expect(card).toHaveTextContent("Yours: Ketchikan");
    expect(await accessibilityFaults(container)).toEqual([]);
    expect(versions).toHaveLength(1);
    await user.click(within(card).getByRole("button", { name: "Use yours" }));
    await waitFor(() => expect(versions.at(-1)).toBe(99));
    await waitFor(() => expect(screen.queryByText("Theirs or yours?")).toBeNull());
  });

  it("lists in the panel what waits; a discarded one comes back by undo", async () => {
    const { user } = await editedOffline();
    await user.click(screen.getAllByRole("button", { name: /1 change waits/ })[0] as HTMLElement);
    const panel = await screen.findByRole("dialog", { name: "You are offline" });
    await user.click(within(panel).getByRole("button", { name: "Discard" }));
    expect(await within(panel).findByText(/Nothing waits to be sent/)).toBeVisible();
    expect(await accessibilityFaults(panel)).toEqual([]);
    await user.click(within(panel).getByRole("button", { name: "Undo" }));
    expect(await within(panel).findByRole("article")).toBeVisible();
  });

  it("does not sign out over an edit that is not sent, unasked", async () => {
    let isSignedOut = false;
    server.use(
      http.patch(CONTACT, () => HttpResponse.error()),
      http.delete("*/auth/session", () => {
        isSignedOut = true;
        return HttpResponse.json({}, { status: 401 });
      }),
    );
    const { user, router } = await editedOffline();
    await user.click(screen.getAllByRole("button", { name: /Dana/ })[0] as HTMLElement);
    await user.click(await screen.findByRole("menuitem", { name: "Sign out" }));
    const panel = await screen.findByRole("dialog");
    expect(panel).toHaveTextContent("Signing out discards them.");
    expect(isSignedOut).toBe(false);
    await user.click(within(panel).getByRole("button", { name: "Discard and sign out" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/sign-in"));
    expect(isSignedOut).toBe(true);
  });
});
