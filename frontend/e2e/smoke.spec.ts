import { expect, test } from "@playwright/test";
import { address, openContact, signIn, title } from "./person";

test("signing in, the dashboard, the list and a contact work", async ({ page }) => {
  await signIn(page);
  await expect(title(page)).toHaveText(/in sync|on the way|need/);
  await page.goto(address("/contacts"));
  await openContact(page, 2);
  await expect(page.getByRole("region", { name: "History" })).toBeVisible();
  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByLabel("City").fill("Foxborough");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("table").getByText("Foxborough").first()).toBeVisible();
});
