import { expect, type Page, test } from "@playwright/test";
import { theDemo } from "./demo";
import { address, expectAccessible, openContact, signIn } from "./person";

const PAGES = [
  "",
  "/contacts",
  "/needs-you",
  "/runs",
  "/runs/1",
  "/runs/2",
  "/connection",
  "/mapping",
  "/access",
  "/audit",
  "/help",
  "/help?part=codes",
];
const DOORS = [
  "/sign-in",
  "/password/reset",
  "/password/reset/not-a-key",
  "/verify-email/not-a-key",
  "/sign-up",
  "/join/not-a-link",
];
const NOWHERE = ["/nowhere", "/contacts/00000000-0000-4000-8000-000000000000"];

async function expectFine(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page).toHaveTitle(/ · LoanArk CRM Sync$/);
  await expect(page.locator(".skeleton")).toHaveCount(0);
  // A form takes the focus and scrolls: what is half under the page's head then is no smaller for that.
  await page.evaluate(() => scrollTo(0, 0));
  await expectAccessible(page);
  await setTheme(page, "dark");
  await expectAccessible(page, ["color-contrast"]); // All that the theme changes.
  await setTheme(page, "light");
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide, `${page.url()} is wider than the screen`).toBeLessThanOrEqual(page.viewportSize()?.width ?? 0);
}

const setTheme = (page: Page, theme: string) =>
  page.evaluate((name) => {
    document.documentElement.dataset.theme = name;
  }, theme);

test.beforeEach(({ page }) => page.emulateMedia({ reducedMotion: "reduce" }));

test("every door is accessible in light and dark, and fits the screen", async ({ page }) => {
  for (const path of DOORS) {
    await page.goto(new URL(path, theDemo().url).href);
    await expectFine(page);
  }
});

test("every page is accessible in light and dark, and fits the screen", async ({ page }) => {
  test.setTimeout(300_000); // many pages, each looked at twice
  await signIn(page);
  await page.goto(new URL("/account", theDemo().url).href);
  await expectFine(page);
  for (const path of PAGES) {
    await page.goto(address(path));
    await expectFine(page);
  }
});

test("so are a contact, its form, and the pages of what is not there", async ({ page }) => {
  await signIn(page);
  for (const path of NOWHERE) {
    await page.goto(address(path));
    await expectFine(page);
  }
  await page.goto(address("/contacts"));
  await openContact(page, 2);
  await expectFine(page);
  await page.getByRole("button", { name: "Edit" }).click();
  await expectFine(page);
});
