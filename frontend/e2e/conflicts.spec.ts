import { expect, test } from "@playwright/test";
import { inHubSpot } from "./hubspot";
import { address, call, quarrel, signIn } from "./person";

// Whatever became of it: the stories that follow need a sync that runs.
test.afterEach(async ({ page }) => {
  await call(page, "POST", "sync/resume", {});
  await call(page, "PATCH", "mapping/fields/city", { policy: "hubspot" });
});

test("conflicts are decided by keys, taken back, and decided together", async ({ page }) => {
  await signIn(page);
  await call(page, "PATCH", "mapping/fields/city", { policy: "ask" });
  // While the sync rests neither side hears of the other's edit.
  await call(page, "POST", "sync/pause", { reason: "Both sides are edited" });
  const mark = Date.now() % 100_000;
  const [theirs, ours] = [`Nampa ${mark}`, `Eagle ${mark}`];
  const contacts = [await quarrel(page, 9, theirs, ours), await quarrel(page, 10, theirs, ours)];
  await call(page, "POST", "sync/resume", {});
  await page.goto(address("/needs-you?show=conflicts&field=city"));
  const list = page.getByRole("list", { name: "Conflicts" });
  await expect(list.getByText(theirs)).toHaveCount(2);

  await page.keyboard.press("1");
  await expect(list.getByText(theirs)).toHaveCount(1);
  await expect(page.getByText(/ is as in HubSpot$/)).toBeVisible();
  await page.keyboard.press("u");
  await expect(list.getByText(theirs)).toHaveCount(2);

  await page.keyboard.press("a");
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("radio", { name: /Only with these two values/ }).click();
  await dialog.getByRole("button", { name: "Use LoanArk’s for 2" }).click();
  await expect(list.getByText(theirs)).toHaveCount(0);
  for (const contact of contacts) await expect.poll(inHubSpot(contact, "city")).toBe(ours);
});
