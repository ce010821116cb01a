import { expect, type Locator, type Page, type Route, test } from "@playwright/test";
import { address, expectAccessible, openContact, signIn, title } from "./person";

/**
 * Every screen in every state it can be in: on its way, refused, empty, stale, without a network, before the first run,
 * and with each layer open. Each is accessible in light and dark, and no wider than a phone of 360 px or a desk at
 * 200 %; every screen in high contrast, too.
 */

// Answers are held back and replaced here: not by a worker that has its own.
test.use({ serviceWorkers: "block" });
test.describe.configure({ timeout: 300_000 });

const SCREENS = {
  Dashboard: "",
  Contacts: "/contacts",
  "Needs you": "/needs-you",
  Duplicates: "/duplicates",
  Sync: "/runs",
  Requests: "/runs/requests",
  Connection: "/connection",
  Mapping: "/mapping",
  Access: "/access",
  "Audit log": "/audit",
  Settings: "/settings",
};
const ANSWERS = /\/api\/tenants\/[^/]+\/(?!live)/;
const DESK = { width: 1280, height: 720 };
const NARROW = [
  { width: 640, height: 360 }, // A desk at 200 %.
  { width: 360, height: 740 },
];

const dress = (page: Page, look: { theme: string; contrast?: string }) =>
  page.evaluate(({ theme, contrast }) => {
    const { dataset } = document.documentElement;
    dataset.theme = theme;
    if (contrast) dataset.contrast = contrast;
    else delete dataset.contrast;
  }, look);

const LIGHT = { theme: "light" };
const DARK = { theme: "dark" };

/** Accessible in light; and in dark as far as a theme changes it. */
async function expectFine(page: Page, name: string, within?: string): Promise<void> {
  await test.step(name, async () => {
    await dress(page, LIGHT);
    await expectAccessible(page, undefined, within);
    await dress(page, DARK);
    await expectAccessible(page, ["color-contrast"], within);
    await dress(page, LIGHT);
  });
}

async function expectToFit(page: Page, name: string): Promise<void> {
  for (const size of NARROW) {
    await page.setViewportSize(size);
    const wide = () => page.evaluate(() => document.documentElement.scrollWidth);
    await expect.poll(wide, `${name} at ${size.width} px`).toBeLessThanOrEqual(size.width);
  }
  await page.setViewportSize(DESK);
}

const fulfil = (page: Page, address: RegExp, change: (json: never) => unknown) =>
  page.route(address, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: change((await response.json()) as never) });
  });

/** How far down the page's title stands, where it is seen: the dashboard's is its answer, and comes with it. */
async function headOf(page: Page): Promise<number | undefined> {
  const box = await title(page).boundingBox();
  return box && box.width > 1 ? box.y : undefined;
}

const skeletons = (page: Page): Locator => page.locator(".skeleton").filter({ visible: true });

test.beforeEach(async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.setViewportSize(DESK);
  await signIn(page);
  // A new device each time: nothing that was seen is at hand.
  await page.addInitScript(() => void indexedDB.deleteDatabase("loanark"));
});

test("while answers are on their way each page keeps its place, and then nothing jumps", async ({ page }) => {
  for (const [name, path] of Object.entries(SCREENS)) {
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const wait = async (route: Route) => {
      await held;
      await route.fallback();
    };
    await page.route(ANSWERS, wait);
    await page.goto(address(path));
    await expect(skeletons(page).first()).toBeVisible();
    const head = await headOf(page);
    await expectFine(page, `${name}, on its way`);
    await expectToFit(page, `${name}, on its way`);
    letGo();
    await page.unrouteAll({ behavior: "wait" }); // those who waited are on their way by then
    await expect(skeletons(page)).toHaveCount(0);
    await expect(title(page)).toBeVisible();
    if (head !== undefined) expect(await headOf(page), `${name} jumps`).toBeCloseTo(head, 0);
    await expectToFit(page, name);
  }
});

test("what the server cannot do is told on every page, in its place, with a way to try again", async ({
  page,
}) => {
  const json = {
    type: "about:blank",
    title: "The server could not do this",
    status: 500,
    code: "internal",
    detail: "Something on our side went wrong.",
  };
  const refuse = (route: Route) =>
    route.fulfill({ status: 500, contentType: "application/problem+json", json });
  for (const [name, path] of Object.entries(SCREENS)) {
    await page.route(ANSWERS, refuse);
    await page.goto(address(path));
    await expect(page.getByRole("alert").first()).toContainText(json.title);
    await expectFine(page, `${name}, refused`);
    await expectToFit(page, `${name}, refused`);
    const again = page.getByRole("button", { name: "Try again" });
    await expect(again.first(), name).toBeVisible();
    await page.unroute(ANSWERS, refuse);
    // Each part of a page has its own; one that asks again by itself, or at an event, may be quicker than the click.
    await expect(async () => {
      if ((await again.count()) > 0) await again.first().click({ timeout: 1000 });
      expect(await again.count()).toBe(0);
    }, name).toPass({ timeout: 30_000 });
  }
});

test("high contrast is as clear on every page", async ({ page }) => {
  for (const [name, path] of [...Object.entries(SCREENS), ["Help", "/help"], ["A run", "/runs/1"]] as const) {
    await page.goto(address(path));
    await expect(title(page)).toBeVisible();
    await expect(skeletons(page)).toHaveCount(0);
    await test.step(name, async () => {
      for (const look of [LIGHT, DARK]) {
        await dress(page, { ...look, contrast: "more" });
        await expectAccessible(page, ["color-contrast"]);
      }
    });
  }
});

test("what is empty, not found, stale, without a network or at its beginning is told so", async ({
  page,
  context,
}) => {
  await page.goto(address("/contacts?search=zzzzqq"));
  await expect(page.getByText("No contact matches")).toBeVisible();
  await expectFine(page, "Contacts, nobody found");
  await expectToFit(page, "Contacts, nobody found");
  await page.goto(address("/audit?text=zzzzqq"));
  await expect(page.getByText(/^Nothing|^No entr/).first()).toBeVisible();
  await expectFine(page, "Audit log, nothing found");
  await page.goto(address("/runs?ask=zzzzqq"));
  await expect(page.getByText("No such record is known")).toBeVisible();
  await expectFine(page, "Sync, no such record");

  await fulfil(page, /\/api\/.*\/contacts\?/, () => ({
    items: [],
    next_cursor: null,
    total: 0,
    total_is_estimate: false,
  }));
  await page.goto(address("/contacts"));
  await expect(page.getByText("No contacts yet")).toBeVisible();
  await expectFine(page, "Contacts, none yet");
  await expectToFit(page, "Contacts, none yet");
  await page.unrouteAll();

  // Before the first run: nothing is connected, nothing counted, nothing came over.
  await fulfil(page, /\/api\/.*\/overview/, (overview: object) => ({
    ...overview,
    balance: null,
    recent: { hubspot: [], loanark: [] },
    needs_you: [],
    run: null,
  }));
  await fulfil(page, /\/api\/.*\/connection$/, (connection: object) => ({
    ...connection,
    status: "not_connected",
    portal_id: null,
  }));
  await fulfil(page, /\/api\/.*\/runs\?/, () => ({ items: [], next_cursor: null }));
  await page.goto(address(""));
  await expect(page.getByRole("region", { name: "Getting started" })).toBeVisible();
  await expectFine(page, "Dashboard, before the first run");
  await expectToFit(page, "Dashboard, before the first run");
  await page.goto(address("/connection"));
  await expect(page.getByText("Not connected").first()).toBeVisible();
  await expectFine(page, "Connection, not connected");
  await expectToFit(page, "Connection, not connected");
  await page.unrouteAll();

  await page.route(/\/api\/tenants\/[^/]+\/live/, (route) => route.abort());
  await page.goto(address(""));
  await expect(page.getByText("not live", { exact: true }).filter({ visible: true })).toBeVisible();
  await expectFine(page, "Dashboard, stale");
  await page.unrouteAll();

  for (const path of ["", "/contacts", "/runs"]) {
    await page.goto(address(path));
    await expect(title(page)).toBeVisible();
    await expect(skeletons(page)).toHaveCount(0);
    await context.setOffline(true);
    await expect(
      page
        .getByText(/You are offline/)
        .filter({ visible: true })
        .first(),
    ).toBeVisible();
    await expectFine(page, `${path || "Dashboard"}, without a network`);
    await expectToFit(page, `${path || "Dashboard"}, without a network`);
    await context.setOffline(false);
  }
});

/** Each layer: the page it lies on, the way to it, and what it is. */
const LAYERS: Record<
  string,
  [path: string, open: (page: Page) => Promise<unknown>, role?: "menu" | "dialog"]
> = {
  Palette: ["", (page) => page.keyboard.press("Control+k")],
  Shortcuts: ["", (page) => page.keyboard.press("?")],
  Tour: ["?tour=true", async () => undefined],
  "Person’s menu": [
    "",
    (page) => page.getByRole("complementary").getByRole("button", { name: /admin/i }).last().click(),
    "menu",
  ],
  Columns: ["/contacts", (page) => page.getByRole("button", { name: "Columns" }).click()],
  "A column": ["/contacts", (page) => page.locator('[data-field="email"]').press("Alt+ArrowDown"), "menu"],
  "A filter": ["/contacts", (page) => page.getByRole("button", { name: "State" }).click()],
  Export: ["/contacts", (page) => page.getByRole("button", { name: "Export" }).click(), "menu"],
  "Save view": ["/contacts", (page) => page.getByRole("button", { name: "Save view" }).click()],
  "New contact": ["/contacts", (page) => page.getByRole("button", { name: "New contact" }).click()],
  "Many contacts": [
    "/contacts",
    async (page) => {
      await page.getByRole("row").nth(2).getByRole("checkbox").check();
      await page.getByRole("button", { name: "Edit field…" }).click();
    },
  ],
  Pause: ["/runs", (page) => page.getByRole("button", { name: "Pause" }).click()],
  Disconnect: ["/connection", (page) => page.getByRole("button", { name: "Disconnect" }).click()],
  "A field’s rules": ["/mapping", (page) => page.getByRole("button", { name: "City", exact: true }).click()],
  "New token": ["/settings", (page) => page.getByRole("button", { name: "New token" }).click()],
  "A member": [
    "/settings",
    (page) =>
      page
        .getByRole("button", { name: /^Change / })
        .first()
        .click(),
  ],
};

test("every layer over a page is accessible, and gives the focus back", async ({ page }) => {
  for (const [name, [path, open, role = "dialog"]] of Object.entries(LAYERS)) {
    await page.goto(address(path));
    await expect(title(page)).toBeVisible();
    await expect(skeletons(page)).toHaveCount(0);
    await open(page);
    await expect(page.getByRole(role).first(), name).toBeVisible();
    // A menu holds the focus, and all else is hidden meanwhile: it is looked at alone.
    await expectFine(page, name, role === "menu" ? "[role=menu]" : undefined);
    await page.keyboard.press("Escape");
    await expect(page.getByRole(role), name).toHaveCount(0);
    // Closed, the focus is on what opened it, not lost on the body.
    if (path !== "" && !path.startsWith("?"))
      await expect.poll(() => page.evaluate(() => document.activeElement !== document.body), name).toBe(true);
  }
});

test("a contact, its form and its explanations are as clear, and fit", async ({ page }) => {
  await page.goto(address("/contacts?sort=lastname"));
  await openContact(page, 2);
  await expect(page.getByRole("region", { name: "History" })).toBeVisible();
  await expect(skeletons(page)).toHaveCount(0);
  await expectFine(page, "A contact");
  await expectToFit(page, "A contact");
  await page.getByRole("button", { name: "Edit", exact: true }).click();
  await page.evaluate(() => scrollTo(0, 0));
  await expectFine(page, "A contact, edited");
  await expectToFit(page, "A contact, edited");
});
