import { expect, test } from "@playwright/test";
import { address, expectAccessible, signIn } from "./person";

const PAGES = ["", "/contacts", "/needs-you", "/runs", "/connection", "/mapping"];

for (const colorScheme of ["light", "dark"] as const) {
  test(`every page is accessible and fits the screen, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await signIn(page);
    for (const path of PAGES) {
      await page.goto(address(path));
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await expect(page.locator(".skeleton")).toHaveCount(0);
      await expectAccessible(page);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(wide, `${path} is wider than the screen`).toBeLessThanOrEqual(page.viewportSize()?.width ?? 0);
    }
  });
}
