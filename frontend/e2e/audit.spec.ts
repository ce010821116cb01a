import { expect, type Page, test } from "@playwright/test";
import { theDemo } from "./demo";
import { address, expectAccessible, openContact, signIn, title } from "./person";

const entry = (page: Page, text: string | RegExp) =>
  page.locator("[data-entry]").filter({ hasText: text }).first();

const setTheme = (page: Page, theme: string) =>
  page.evaluate((name) => {
    document.documentElement.dataset.theme = name;
  }, theme);

/** Accessible in both themes, and not wider than the screen. */
async function expectFine(page: Page): Promise<void> {
  await expect(page.locator(".skeleton")).toHaveCount(0);
  await expectAccessible(page);
  await setTheme(page, "dark");
  await expectAccessible(page, ["color-contrast"]);
  await setTheme(page, "light");
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide).toBeLessThanOrEqual(page.viewportSize()?.width ?? 0);
}

test.beforeEach(({ page }) => page.emulateMedia({ reducedMotion: "reduce" }));

test("what somebody does is in the log at once: found, opened, verified and taken along", async ({
  page,
  context,
}, info) => {
  test.setTimeout(150_000); // it is looked at for accessibility at length, twice
  await signIn(page);
  await page.goto(address("/audit"));
  await expect(title(page)).toHaveText("Audit log");
  await expect(entry(page, /signed in/)).toBeVisible();

  // Somebody edits a contact meanwhile: the open log offers it, and moves nothing.
  const city = `Port ${info.project.name} ${Date.now() % 100_000}`;
  const other = await context.newPage();
  await other.goto(address("/contacts?sort=lastname"));
  await openContact(other, 9);
  await other.getByRole("button", { name: "Edit" }).click();
  await other.getByLabel("City").fill(city);
  await other.getByRole("button", { name: "Save" }).click();
  await expect(other.getByRole("region", { name: "History" }).getByText(city)).toBeVisible();
  const offer = page.getByRole("button", { name: /new entr/ });
  await expect(offer).toBeVisible();
  await expect(page.getByText(city)).toHaveCount(0);
  await offer.click();
  await expect(entry(page, city)).toBeVisible();

  // From the contact's own page, and back to it.
  await other.getByRole("link", { name: "In the audit log" }).click();
  await expect(other).toHaveURL(/audit\?thing=contact/);
  await entry(other, city).click();
  await expect(other.getByRole("row", { name: new RegExp(`City.*${city}`) })).toBeVisible();
  await expectFine(other);
  await other.close();

  // By words, and only what the pages did.
  await page.getByRole("searchbox", { name: "Search the log" }).fill(city);
  await expect(page).toHaveURL(/text=Port/);
  await page.getByRole("button", { name: "How" }).click();
  await page.getByRole("dialog", { name: "Filter by How" }).getByRole("button", { name: /pages/ }).click();
  await expect(entry(page, city)).toContainText(theDemo().email);
  await page.getByRole("button", { name: "Export" }).click();
  const download = page.waitForEvent("download");
  await page.getByRole("menuitem", { name: /CSV/ }).click();
  const file = await (await download).createReadStream();
  let text = "";
  for await (const part of file) text += String(part);
  expect(text.split("\r\n")[0]).toMatch(/^seq,at,kind,actor/);
  expect(text).toContain(city);

  await page.getByRole("button", { name: "Verify now" }).click();
  await expect(page.getByText("Everything is as it was written")).toBeVisible();
  await expectFine(page);
});

test("the log is walked and opened by keys alone, and how long it is kept is asked twice", async ({
  page,
}) => {
  await signIn(page);
  await page.goto(address("/audit"));
  await expect(page.locator("[data-entry]").nth(3)).toBeVisible();
  for (const key of ["j", "j", "k"]) await page.keyboard.press(key);
  await expect(page.locator("[data-entry]").first()).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByText("In the chain")).toBeVisible();

  await page.getByRole("button", { name: "Change", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "How long the log is kept" });
  await dialog.getByRole("combobox", { name: "Keep it" }).click();
  await page.getByRole("option", { name: "7 years" }).click();
  await expect(dialog.getByRole("button", { name: "Keep it for 7 years" })).toBeDisabled();
  await expectFine(page);
  await page.keyboard.press("Escape");
  await expect(page.getByText("Kept for ever")).toBeVisible();
});
