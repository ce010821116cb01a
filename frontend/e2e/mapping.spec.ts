import { expect, test } from "@playwright/test";
import { address, expectAccessible, signIn } from "./person";

test("a policy is changed, tried on real contacts, saved as a version, and taken back", async ({ page }) => {
  await signIn(page);
  await page.goto(address("/mapping"));
  await page.getByRole("button", { name: "City", exact: true }).click();
  const sheet = page.getByRole("dialog", { name: "City" });
  const samples = sheet.getByRole("region", { name: "On real contacts" });
  await expect(samples.getByRole("listitem").first()).toBeVisible();
  await sheet.getByRole("radio", { name: "A person decides" }).check();
  await expect(samples).toHaveAttribute("aria-busy", "false");
  await expectAccessible(page);
  await sheet.getByRole("button", { name: "Done" }).click();
  await expect(page.getByRole("row", { name: /City.*a person decides/ })).toBeVisible();

  await page.getByRole("button", { name: "Review and save" }).click();
  const review = page.getByRole("dialog", { name: /^Save 1 change as version/ });
  await expect(review.getByText("a person decides")).toBeVisible();
  await review.getByRole("button", { name: /^Save version/ }).click();
  await expect(page.getByText(/^Version \d+ is saved$/)).toBeVisible();

  await page.getByRole("tab", { name: "Versions" }).click();
  await expect(page.getByText("City changed", { exact: true }).first()).toBeVisible();
  await page
    .getByRole("button", { name: /^Restore version/ })
    .first()
    .click();
  await expect(page.getByText(/is in force again/).first()).toBeVisible();
  await page.getByRole("tab", { name: "Fields", exact: true }).click();
  await expect(page.getByRole("row", { name: /City.*HubSpot wins/ })).toBeVisible();
});
