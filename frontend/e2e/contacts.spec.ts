import { type Download, expect, type Locator, type Page, test } from "@playwright/test";
import { inHubSpot } from "./hubspot";
import { address, expectAccessible, signIn, visitContact } from "./person";

const BY_NAME = "/contacts?sort=lastname";
const mark = () => Date.now() % 1_000_000;

/** Fields in the order of their columns. */
const fields = (page: Page): Promise<(string | null)[]> =>
  page
    .getByRole("columnheader")
    .locator("[data-field]")
    .evaluateAll((all) => all.map((one) => one.getAttribute("data-field")));

async function cell(page: Page, row: number, field: string): Promise<Locator> {
  await expect(page.locator(`[data-field="${field}"]`)).toBeVisible();
  const column = (await fields(page)).indexOf(field) + 1;
  return page.locator(`[data-row="${row}"] [data-column="${column}"]`);
}

const total = (page: Page): Locator => page.locator("h1 + p");

async function lines(download: Promise<Download>): Promise<string[]> {
  let text = "";
  for await (const part of await (await download).createReadStream()) text += String(part);
  return text.trim().split(/\r?\n/);
}

test("people are found while one types, narrowed by a filter, kept as a view, and taken along as a file", async ({
  page,
}) => {
  await signIn(page);
  await page.goto(address(BY_NAME));
  await expect(total(page)).toHaveText("400");
  const written = page.getByRole("row").getByText("@");
  const email = (await written.first().textContent()) ?? "";
  const search = page.getByRole("searchbox", { name: "Search contacts" });
  await search.pressSequentially(email.slice(0, 6), { delay: 30 });
  await expect(total(page)).not.toHaveText("400");
  await expect(page.getByRole("row").filter({ hasText: email })).toBeVisible();
  await search.clear();
  await expect(total(page)).toHaveText("400");

  await page.getByRole("button", { name: "State" }).click();
  const choice = page.getByRole("dialog", { name: "Filter by State" }).locator("label").first();
  const count = ((await choice.locator("span").last().textContent()) ?? "").trim();
  const state = await choice.locator("span").first().innerText();
  await choice.click();
  await page.keyboard.press("Escape");
  await expect(total(page)).toHaveText(count);
  await expect(page.getByRole("button", { name: `State ${state}` })).toBeVisible();

  const name = `Near ${mark()}`;
  await page.getByRole("button", { name: "Save view" }).click();
  const dialog = page.getByRole("dialog", { name: "Save this view" });
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByRole("button", { name: "Save" }).click();
  const views = page.getByRole("navigation", { name: "Views" });
  const view = views.getByRole("button", { name });
  await expect(view).toHaveAttribute("aria-current", "page");
  await views.getByRole("button", { name: "All contacts" }).click();
  await expect(total(page)).toHaveText("400");
  await view.click();
  await expect(total(page)).toHaveText(count);
  await page.reload();
  await expect(view).toHaveAttribute("aria-current", "page");
  await expect(total(page)).toHaveText(count);

  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export" }).click();
  await expect(page.getByText("What the filters leave, columns as shown")).toBeVisible();
  await page.getByRole("menuitem", { name: /CSV/ }).click();
  expect(await lines(download)).toHaveLength(Number(count) + 1);

  await page.getByRole("button", { name: `View ${name}` }).click();
  await page.getByRole("menuitem", { name: "Delete view" }).click();
  await expect(view).toHaveCount(0);
  await expect(total(page)).toHaveText("400");
});

test("columns are shown, moved, pinned and put away, and stay as they were left", async ({ page }) => {
  await signIn(page);
  await page.goto(address(BY_NAME));
  await expect(page.getByRole("row").nth(3)).toBeVisible();
  const before = await fields(page);
  expect(before).not.toContain("city");
  await page.getByRole("button", { name: "Columns" }).click();
  const popover = page.getByRole("dialog", { name: "Columns" });
  await popover.getByRole("searchbox", { name: "Find a field" }).fill("city");
  await popover.getByRole("checkbox", { name: /^City/ }).click(); // It is not among those to be shown any more.
  await popover.getByRole("searchbox", { name: "Find a field" }).clear();
  await expect.poll(() => fields(page)).toEqual([...before, "city"]);

  const box = popover.getByRole("checkbox", { name: "City" });
  await box.focus();
  await page.keyboard.press("Alt+ArrowUp");
  await expect.poll(async () => (await fields(page)).indexOf("city")).toBe(before.length - 1);
  await popover.getByRole("button", { name: "Pin City to the left" }).press("Enter");
  await expect.poll(async () => (await fields(page)).indexOf("city")).toBe(1);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "Columns" })).toBeFocused();

  await page.reload();
  await expect.poll(async () => (await fields(page)).indexOf("city")).toBe(1);
  // Pinned: it stands beside the name, however far the others are pulled aside.
  const grid = page.getByRole("grid", { name: "Contacts" });
  const place = async () => (await (await cell(page, 0, "city")).boundingBox())?.x;
  const stood = await place();
  await grid.evaluate((one) => {
    one.scrollLeft = 300;
  });
  expect(await place()).toBe(stood);
  await grid.evaluate((one) => {
    one.scrollLeft = 0;
  });

  const heading = page.locator('[data-field="city"]');
  await heading.focus();
  await page.keyboard.press("Alt+ArrowDown");
  await page.getByRole("menuitem", { name: "Hide column" }).click();
  await expect.poll(() => fields(page)).toEqual(before);
});

test("a cell is edited by keys and reaches HubSpot; where somebody saved first, one is asked", async ({
  page,
}) => {
  await signIn(page);
  const contact = await visitContact(page, 12);
  const person = page.url();
  await page.goto(address(BY_NAME));
  const company = await cell(page, 11, "company");
  await company.focus();
  const mine = `Quay ${mark()}`;
  await page.keyboard.type(mine);
  await page.keyboard.press("Enter");
  await expect(company).toHaveText(mine);
  await expect(company).toBeFocused();
  await expect.poll(inHubSpot(contact, "company")).toBe(mine);

  // Somebody else saves the same while the cell is open here.
  await page.keyboard.press("F2");
  const editor = page.getByRole("textbox", { name: "Company" });
  await expect(editor).toHaveValue(mine);
  const other = await page.context().newPage();
  await other.goto(person);
  const theirs = `Theirs ${mark()}`;
  await other.getByRole("button", { name: "Edit" }).click();
  await other.getByLabel("Company").fill(theirs);
  await other.getByRole("button", { name: "Save" }).click();
  await expect(other.getByRole("button", { name: "Edit" })).toBeFocused();
  await expect.poll(inHubSpot(contact, "company")).toBe(theirs);
  await other.close();
  const again = `Quay ${mark()} again`;
  await editor.fill(again);
  await editor.press("Enter");
  const question = page.getByRole("dialog", { name: "Somebody saved first" });
  await expect(question).toContainText(theirs);
  await expect(question).toContainText(again);
  expect(await inHubSpot(contact, "company")()).toBe(theirs);
  await expectAccessible(page);
  await question.getByRole("button", { name: "Save mine" }).click();
  await expect(company).toHaveText(again);
  await expect.poll(inHubSpot(contact, "company")).toBe(again);
  await expect(company).toBeFocused();
});

test("many are changed after a preview, in HubSpot too, and put back by Undo", async ({ page }) => {
  await signIn(page);
  const contact = await visitContact(page, 14);
  const was = await inHubSpot(contact, "company")();
  await page.goto(address(BY_NAME));
  await page.getByRole("row").nth(14).getByRole("checkbox").check();
  await (await cell(page, 15, "email")).click({ modifiers: ["Shift"] });
  const bar = page.getByRole("region", { name: "Chosen contacts" });
  await expect(bar).toContainText("3 chosen");
  await bar.getByRole("button", { name: "Edit field…" }).click();
  const dialog = page.getByRole("dialog", { name: "Edit a field of 3 contacts" });
  await dialog.getByRole("combobox", { name: "Field" }).click();
  await page.getByRole("option", { name: "Company", exact: true }).click();
  const company = `Fleet ${mark()}`;
  await dialog.getByRole("textbox", { name: "New value" }).fill(company);
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(
    dialog.getByRole("list", { name: "First contacts of the plan" }).getByText(company),
  ).toHaveCount(3);
  expect(await inHubSpot(contact, "company")()).toBe(was);
  await dialog.getByRole("button", { name: "Apply to 3" }).click();
  await expect(page.getByText("3 contacts changed")).toBeVisible();
  await expect(page.getByRole("gridcell", { name: company })).toHaveCount(3);
  await expect.poll(inHubSpot(contact, "company")).toBe(company);

  await page.getByRole("button", { name: "Undo", exact: true }).click();
  await expect(page.getByRole("gridcell", { name: company })).toHaveCount(0);
  await expect.poll(inHubSpot(contact, "company")).toBe(was);
});
