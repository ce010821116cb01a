import { type Browser, expect, type Page, test } from "@playwright/test";
import { theDemo } from "./demo";
import { hubspot, inHubSpot } from "./hubspot";
import { address, call, changeField, type Person, signIn, title, visitContact } from "./person";

/**
 * One day of each role: the administrator invites the others, and each does what they are here for, and finds no door
 * to what they may not. On a phone everybody has chosen the dark theme.
 */

test.describe.configure({ mode: "serial" });

const PASSWORD = "violet harbour lantern";
const mark = Date.now() % 1_000_000;
const person = (name: string): Person => ({
  email: `${name}-${test.info().project.name}-${mark}@roles.example`,
  password: PASSWORD,
});

test.beforeEach(async ({ page }, { project }) => {
  if (project.name === "phone") await page.addInitScript(() => localStorage.setItem("loanark.theme", "dark"));
});

test.afterAll(async ({ browser }) => {
  const page = await browser.newPage();
  await signIn(page);
  await call(page, "POST", "sync/resume", {}); // Whatever became of it: others need a sync that runs.
  await call(page, "PATCH", "mapping/fields/company", { policy: "hubspot" });
  await page.close();
});

async function join(browser: Browser, { email, password }: Person, name: string): Promise<void> {
  const page = await browser.newPage();
  await page.goto(new URL("/mailbox", theDemo().url).href);
  await page.getByRole("article").filter({ hasText: email }).getByRole("link", { name: /join/ }).click();
  await page.getByLabel("Your name").fill(name);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: /^Join / }).click();
  await page.waitForURL(`**/${theDemo().tenant}`);
  await page.close();
}

/** The house offers the way to the audit log, or it does not: on a phone it is behind "More". */
async function expectAuditLog(page: Page, isOffered: boolean): Promise<void> {
  if ((page.viewportSize()?.width ?? 0) < 768)
    await page.getByRole("button", { name: "More", exact: true }).click();
  await expect(page.getByRole("link", { name: "Mapping" }).filter({ visible: true })).toBeVisible();
  await expect(page.getByRole("link", { name: "Audit log" }).filter({ visible: true })).toHaveCount(
    isOffered ? 1 : 0,
  );
  await page.goto(address("/audit"));
  if (isOffered) await expect(page.locator("[data-entry]").first()).toBeVisible();
  else await expect(page.getByRole("alert")).toContainText("Your role does not allow this");
}

const noButton = (page: Page, name: string | RegExp) =>
  expect(page.getByRole("button", { name })).toHaveCount(0);

test("an administrator invites an officer, a manager and an auditor, and sees them come", async ({
  page,
  browser,
}) => {
  await signIn(page);
  await page.goto(address("/access"));
  for (const [name, role] of [
    ["officer", "Loan officer"],
    ["manager", "Sales manager"],
    ["auditor", "Auditor"],
  ] as const) {
    const { email } = person(name);
    await page.getByLabel("E-mail", { exact: true }).fill(email);
    await page.getByRole("combobox", { name: "Role" }).click();
    await page.getByRole("option", { name: role }).click();
    await page.getByRole("button", { name: "Invite", exact: true }).click();
    const open = page.getByRole("list", { name: "Open invitations" });
    await expect(open.getByRole("listitem").filter({ hasText: email })).toContainText(role);
    await join(browser, person(name), `${role} ${mark}`);
  }
  await page.goto(address("/settings"));
  await expect(page.getByRole("button", { name: `Change Sales manager ${mark}` })).toBeVisible();
  await page.goto(address("/connection"));
  await expect(page.getByRole("button", { name: "Disconnect" })).toBeVisible();
  await page.goto(address(""));
  await expectAuditLog(page, true);
  await call(page, "PATCH", "mapping/fields/company", { policy: "ask" }); // For the manager to decide.
});

test("a loan officer asks whether their record was synced, corrects it, and sees it arrive", async ({
  page,
}) => {
  await signIn(page, person("officer"));
  await expectAuditLog(page, false);
  const contact = await visitContact(page, 11);
  const city = `Port ${Date.now() % 1_000_000}`;
  await changeField(page, "City", city);
  await expect.poll(inHubSpot(contact, "city")).toBe(city);

  await page.goto(address("/runs"));
  await page.getByRole("searchbox", { name: /^Was my record synced/ }).fill(contact);
  const answer = page.getByRole("article").filter({ has: page.getByRole("button", { name: /^Evidence/ }) });
  await expect(answer).toContainText("In sync");
  await expect(answer.getByRole("button", { name: /^Look now/ })).toBeVisible();

  await noButton(page, "Pause");
  await noButton(page, "Compare everything");
  await page.goto(address("/connection"));
  await expect(page.getByRole("region", { name: "Status" })).toContainText("Connected");
  await noButton(page, "Disconnect");
  await page.goto(address("/access"));
  await expect(title(page)).toHaveText("Access");
  await noButton(page, "Invite");
});

test("a sales manager pauses the sync, lets it go on, decides what both sides changed, and looks at a preview", async ({
  page,
}) => {
  await signIn(page, person("manager"));
  await page.goto(address("/runs"));
  await page.getByRole("button", { name: "Pause" }).click();
  const dialog = page.getByRole("dialog", { name: "Pause the sync?" });
  await dialog.getByLabel("Reason").fill("The offices move");
  await dialog.getByRole("button", { name: "Pause" }).click();
  await expect(page.getByText("“The offices move”")).toBeVisible();

  const contact = await visitContact(page, 13);
  const [theirs, ours] = [`Nampa ${Date.now() % 1_000_000}`, `Eagle ${Date.now() % 1_000_000}`];
  await hubspot.edit(contact, { company: theirs });
  await changeField(page, "Company", ours);
  await page.goto(address("/runs"));
  await page.getByRole("button", { name: "Resume" }).click();
  await expect(page.getByRole("button", { name: "Pause" })).toBeVisible();

  await page.goto(address("/needs-you?show=conflicts&field=company"));
  const conflict = page.getByRole("article", { name: /^Conflict: Company of/ });
  await expect(conflict.getByRole("region", { name: "HubSpot’s value" })).toContainText(theirs);
  await conflict
    .getByRole("region", { name: "LoanArk’s value" })
    .getByRole("button", { name: /^Use LoanArk’s/ })
    .click();
  await expect.poll(inHubSpot(contact, "company")).toBe(ours);

  await page.goto(address("/runs"));
  await page.getByRole("button", { name: "Preview" }).click();
  await page.waitForURL("**/runs/*");
  await expect(page.getByText("Nothing has been changed yet", { exact: true })).toBeVisible();
  await page.goto(address("/connection"));
  await expect(page.getByRole("region", { name: "Status" })).toContainText("Connected");
  await noButton(page, "Disconnect");
  await expectAuditLog(page, false);
});

test("an auditor reads everything, proves the log, and can change nothing", async ({ page }) => {
  await signIn(page, person("auditor"));
  await visitContact(page, 11);
  await expect(page.getByRole("region", { name: "History" })).toBeVisible();
  await noButton(page, "Edit");
  await noButton(page, "Delete contact");
  await page.goto(address("/contacts"));
  await expect(page.getByRole("searchbox", { name: "Search contacts" })).toBeVisible();
  await noButton(page, "New contact");
  await page.goto(address("/runs"));
  await expect(page.getByRole("searchbox", { name: /^Was my record synced/ })).toBeVisible();
  await noButton(page, "Pause");
  await page.goto(address(""));
  await expectAuditLog(page, true);
  await page.getByRole("button", { name: "Verify now" }).click();
  await expect(page.getByText("Everything is as it was written")).toBeVisible();
});
