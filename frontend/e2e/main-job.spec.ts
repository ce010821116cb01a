import { expect, test } from "@playwright/test";
import { hubspot, inHubSpot } from "./hubspot";
import { address, signIn, title, visitContact } from "./person";

test("an edit in LoanArk reaches HubSpot", async ({ page }) => {
  await signIn(page);
  const contact = await visitContact(page, 3);
  const city = `Port ${Date.now() % 100_000}`;
  await page.keyboard.press("e");
  await expect(page.getByLabel("First name")).toBeFocused();
  await page.getByLabel("City").fill(city);
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("button", { name: "Edit" })).toBeFocused();
  await expect(page.getByRole("region", { name: "History" }).getByText(city)).toBeVisible();
  await expect.poll(inHubSpot(contact, "city")).toBe(city);
  await expect(page.locator("main header").getByText("In sync")).toBeVisible();
});

test("an edit in HubSpot reaches the open page, and the list, without a reload", async ({
  page,
  context,
}) => {
  await signIn(page);
  const contact = await visitContact(page, 5);
  const list = await context.newPage();
  await list.goto(address("/contacts"));
  const company = `Harbour ${Date.now() % 100_000}`;
  await hubspot.edit(contact, { company });
  await expect(page.getByRole("table").getByText(company)).toHaveCount(2);
  await expect(list.getByRole("row").nth(1)).toContainText(company);
});

test("a deletion is undone from its message", async ({ page }) => {
  await signIn(page);
  await visitContact(page, 7);
  await page.getByRole("button", { name: "Delete contact" }).click();
  await expect(page.getByText(/^Deleted/).first()).toBeVisible();
  await page.getByRole("button", { name: "Undo", exact: true }).click();
  await expect(page.getByRole("button", { name: "Delete contact" })).toBeVisible();
});

test("the list is searched, walked, opened and left by keys alone, and keeps its place", async ({ page }) => {
  await signIn(page);
  await page.goto(address("/contacts"));
  await expect(page.getByRole("row").nth(4)).toBeVisible();
  await page.keyboard.press("/");
  await expect(page.getByRole("searchbox")).toBeFocused();
  await page.keyboard.type("example");
  await expect(page).toHaveURL(/search=example/);
  await page.getByRole("searchbox").blur();
  for (const key of ["j", "j", "j"]) await page.keyboard.press(key);
  const row = page.locator('[data-row="3"] [data-column="1"]');
  await expect(row).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/contacts\/[0-9a-f-]{36}/);
  await page.getByRole("main").getByRole("link", { name: "Contacts" }).click();
  await expect(page).toHaveURL(/search=example/);
  await expect(row).toBeFocused();
});

test("without a network the house stands, and goes on when it is back", async ({ page, context }) => {
  await signIn(page);
  await page.goto(address("/contacts"));
  await expect(page.getByRole("row").nth(4)).toBeVisible();
  await context.setOffline(true);
  await page.getByRole("link", { name: "Mapping" }).click();
  await expect(page.getByText("You are offline.")).toBeVisible();
  await expect(page.getByText("The server cannot be reached")).toBeVisible();
  await context.setOffline(false);
  await expect(page.getByRole("columnheader", { name: "If both change it" })).toBeVisible();
});

test("HubSpot is disconnected, refused, and connected again through its own page", async ({ page }) => {
  await signIn(page);
  await page.goto(address("/connection"));
  await page.getByRole("button", { name: "Disconnect" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Disconnect" }).click();
  await expect(page.getByText("Not connected").first()).toBeVisible();

  await page.getByRole("button", { name: "Use a token" }).click();
  await page.getByRole("textbox", { name: "Token" }).fill("pat-na1-wrong");
  await page.getByRole("button", { name: "Check and connect" }).click();
  await expect(page.getByRole("dialog").getByRole("alert")).toBeVisible();
  await page.keyboard.press("Escape");

  await page.getByRole("button", { name: "Connect HubSpot" }).click();
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByText("HubSpot was not connected")).toBeVisible();

  await page.getByRole("button", { name: "Connect HubSpot" }).click();
  await page.getByRole("button", { name: "Connect app" }).click();
  await expect(page.getByText("HubSpot is connected")).toBeVisible();
  await page.goto(address(""));
  await expect(title(page)).toHaveText(/in sync|on the way/);
});
