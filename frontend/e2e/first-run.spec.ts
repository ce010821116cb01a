import { expect, test } from "@playwright/test";
import { hubspot } from "./hubspot";
import { address, signIn, title } from "./person";

test("the first run is previewed, approved, watched, and then both sides are the same", async ({ page }) => {
  await signIn(page);
  await expect(title(page)).toHaveText(/preview is ready|in sync|on the way|need/i);
  const isNew = await page.getByRole("link", { name: "Review it" }).isVisible();
  test.skip(!isNew, "This LoanArk has had its first run already.");
  await page.getByRole("link", { name: "Review it" }).click();
  await expect(page.getByText("Nothing has been changed yet", { exact: true })).toBeVisible();
  await expect(page.getByRole("row", { name: /Afterwards/ })).toContainText("400400");

  await hubspot.answerAfter(2_500); // Slow enough to be watched.
  await page.getByRole("button", { name: "Approve and start" }).click();
  await expect(page.getByRole("progressbar", { name: /^First load/ })).toBeVisible();
  await expect(page.getByRole("button", { name: "Stop this run" })).toBeVisible();
  await page.goto(address(""));
  await expect(title(page)).toHaveText(/Bringing over contacts: \d+ of 400/);
  await hubspot.answerAfter(0);

  await expect(title(page)).toHaveText(/in sync/);
  await expect(page.getByLabel("Balance of both sides")).toContainText("HubSpot400=LoanArk400");
  await expect(page.getByRole("progressbar", { name: /First load/ })).toHaveCount(0);
});
