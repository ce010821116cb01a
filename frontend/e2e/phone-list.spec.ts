import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { address, expectAccessible, signIn } from "./person";

test("on a phone filters, fields and a view are chosen in one sheet, and those chosen are taken along", async ({
  page,
}) => {
  await signIn(page);
  await page.goto(address("/contacts"));
  const opener = page.getByRole("button", { name: /Filters and view/ });
  await opener.click();
  const sheet = page.getByRole("dialog", { name: "Filters and view" });
  await sheet.getByRole("button", { name: /^State/ }).click();
  await sheet.getByRole("checkbox").first().check();
  await sheet.getByRole("button", { name: /^Fields on a card/ }).click();
  await sheet.getByRole("checkbox", { name: /^Company/ }).check();
  await expectAccessible(page);
  const view = `Phone ${Date.now()}`;
  await sheet.getByRole("button", { name: /^View/ }).click();
  await sheet.getByRole("button", { name: "Save as a new view…" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill(view);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(sheet.getByRole("radio", { name: view })).toBeChecked();
  await sheet.getByRole("button", { name: /^Show/ }).click();
  await expect(opener).toBeFocused();
  await expect(page.getByRole("button", { name: `Remove View: ${view}` })).toBeVisible();
  await expectAccessible(page);

  await page.getByRole("button", { name: "Select" }).click();
  const cards = page.getByRole("list", { name: "Contacts" }).getByRole("button");
  await cards.nth(0).click();
  await cards.nth(1).click();
  const bar = page.getByRole("region", { name: "Chosen contacts" });
  await bar.getByRole("button", { name: "Export" }).click();
  const download = page.waitForEvent("download");
  await page.getByRole("menuitem", { name: /CSV/ }).click();
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/^contacts-.*\.csv$/);
  const [head, ...rows] = readFileSync(await file.path(), "utf8")
    .trim()
    .split("\r\n");
  expect(head).toBe("id,hubspot_id,company,email,firstname,lastname");
  expect(rows).toHaveLength(2);

  await bar.getByRole("button", { name: "Choose none" }).click();
  await page.getByRole("button", { name: "Done" }).click();
  await opener.click();
  await sheet.getByRole("button", { name: /^View/ }).click();
  await sheet.getByRole("button", { name: "Delete view" }).click();
  await expect(sheet.getByRole("radio", { name: view })).toHaveCount(0);
});
