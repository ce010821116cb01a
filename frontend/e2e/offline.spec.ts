import { type BrowserContext, expect, type Page, test } from "@playwright/test";
import { inHubSpot } from "./hubspot";
import { address, changeField, expectAccessible, signIn, visitContact } from "./person";

// Each story installs the whole house on a new device first.
test.describe.configure({ timeout: 180_000 });

/** Signs in, looks at the list and at its nth contact, and waits until the house is on the device. */
async function visit(page: Page, nth: number): Promise<{ contact: string; name: string }> {
  await signIn(page);
  const contact = await visitContact(page, nth);
  await expect(page.getByRole("region", { name: "History" })).toBeVisible();
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await page.waitForTimeout(1_500); // What was seen is written within a second.
  const name = (await page.getByRole("heading", { level: 1 }).textContent()) ?? "";
  return { contact, name };
}

const waits = (page: Page, words: RegExp) =>
  page.getByRole("button", { name: words }).filter({ visible: true });

/** The browser takes a moment to believe in the network again. */
async function back(context: BrowserContext): Promise<void> {
  await context.setOffline(false);
}

test("without a network the page is there with its age; an edit waits over reloads, and arrives", async ({
  page,
  context,
}) => {
  const { contact, name } = await visit(page, 8);
  await context.setOffline(true);
  await page.reload();
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
  await expect(waits(page, /You are offline.*Loaded at \d/)).toBeVisible();
  await expectAccessible(page);

  const city = `Fjord ${Date.now() % 100_000}`;
  await changeField(page, "City", city);
  await expect(waits(page, /1 change waits/)).toBeVisible();
  await expect(page.getByRole("article", { name: /Your change/ })).toContainText(city);
  await page.reload();
  await expect(page.getByRole("table")).toContainText(city);
  await waits(page, /1 change waits/).click();
  const panel = page.getByRole("dialog", { name: "You are offline" });
  await expect(panel).toContainText(city);
  await expectAccessible(page);
  await page.keyboard.press("Escape");

  await page.goto(address("/contacts?sort=lastname"));
  const entry = page.getByRole("row").or(page.getByRole("listitem")).filter({ hasText: name });
  await expect(entry.first()).toContainText("Waits to be sent");

  await back(context);
  await expect(page.getByText("1 change was sent")).toBeVisible({ timeout: 60_000 });
  await expect.poll(inHubSpot(contact, "city")).toBe(city);
  await expect(page.getByText("Waits to be sent")).toHaveCount(0);
});

test("where somebody else changed the same meanwhile, it is a question, and nothing is covered", async ({
  page,
  context,
  browser,
}) => {
  const { contact } = await visit(page, 10);
  const theirs = `Theirs ${Date.now() % 100_000}`;
  const mine = `Mine ${Date.now() % 100_000}`;
  await context.setOffline(true);
  await changeField(page, "City", mine);
  await expect(waits(page, /1 change waits/)).toBeVisible();

  const other = await (await browser.newContext()).newPage();
  await signIn(other);
  await other.goto(page.url());
  await changeField(other, "City", theirs);
  await expect.poll(inHubSpot(contact, "city")).toBe(theirs);

  await back(context);
  const card = page.getByRole("article", { name: /Your change/ });
  await expect(card).toContainText("Theirs or yours?", { timeout: 60_000 });
  await expect(card).toContainText(theirs);
  expect(await inHubSpot(contact, "city")()).toBe(theirs);
  await expectAccessible(page);
  await card.getByRole("button", { name: "Use yours" }).click();
  await expect.poll(inHubSpot(contact, "city")).toBe(mine);
  await expect(card).toHaveCount(0);
  await other.context().close();
});

test("nothing stays on the device after signing out", async ({ page, context }, { project }) => {
  await visit(page, 3);
  const kept = () =>
    page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          const opening = indexedDB.open("loanark");
          opening.onsuccess = () => {
            const database = opening.result;
            const count = database.transaction("answers").objectStore("answers").count();
            count.onsuccess = () => {
              database.close();
              resolve(count.result);
            };
          };
        }),
    );
  expect(await kept()).toBeGreaterThan(2);
  const menu = project.name === "phone" ? page.getByRole("banner") : page.getByRole("complementary");
  await menu.getByRole("button", { name: /admin/i }).last().click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByLabel("Password")).toBeVisible();
  expect(await kept()).toBe(0);
  await context.setOffline(true);
  await page.goto(address("/contacts")).catch(() => undefined);
  await expect(page.getByRole("row").or(page.getByRole("list", { name: "Contacts" }))).toHaveCount(0);
});

test("it can be installed", async ({ page }) => {
  await page.goto(address(""));
  const session = await page.context().newCDPSession(page);
  const { errors, data } = (await session.send("Page.getAppManifest")) as {
    errors: unknown[];
    data?: string;
  };
  expect(errors).toEqual([]);
  expect(JSON.parse(data ?? "{}")).toMatchObject({ display: "standalone", short_name: "LoanArk" });
  const { installabilityErrors } = (await session.send("Page.getInstallabilityErrors")) as {
    installabilityErrors: { errorId: string }[];
  };
  // A window of a test is a private one, in which nothing is installed.
  expect(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== "in-incognito")).toEqual(
    [],
  );
});
