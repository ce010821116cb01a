import { expect, test } from "@playwright/test";
import { address, signIn } from "./person";

test("a first run is previewed, approved, watched, and then everything is in sync", async ({ page }) => {
  await signIn(page);
  await page.goto(address("/runs"));
  await page
    .getByRole("link", { name: /Preview #/ })
    .first()
    .click();
  const approve = page.getByRole("button", { name: "Approve and start" });
  if (await approve.isVisible()) await approve.click();
  await page.goto(address(""));
  await expect(page.getByRole("heading", { level: 1 })).toContainText(/in sync|need/);
  await expect(page.getByLabel("Balance of both sides")).toBeVisible();
});

test("an edit in LoanArk shows as pending or in sync, and in the history at once", async ({ page }) => {
  await signIn(page);
  await page.goto(address("/contacts"));
  await page.getByRole("row").nth(3).click();
  await page.getByRole("button", { name: "Edit" }).click();
  const city = `Sync City ${Date.now() % 100_000}`;
  await page.getByLabel("City").fill(city);
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("table").getByText(city).first()).toBeVisible();
  await expect(page.getByRole("region", { name: "History" }).getByText(city)).toBeVisible();
});
