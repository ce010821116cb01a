import AxeBuilder from "@axe-core/playwright";
import { expect, type Locator, type Page } from "@playwright/test";
import { theDemo } from "./demo";
import { hubspot } from "./hubspot";

export interface Person {
  email: string;
  password: string;
}

/** Signs in through the page, as people do, and ends on the dashboard. Nobody named: the administrator of the demo. */
export async function signIn(page: Page, { email, password }: Person = theDemo()): Promise<void> {
  const { url, tenant } = theDemo();
  await page.goto(new URL("/", url).href);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL(`**/${tenant}`);
  await expect(page.getByRole("link", { name: "Dashboard" }).filter({ visible: true })).toBeVisible();
}

export const title = (page: Page): Locator => page.getByRole("heading", { level: 1 });

export function address(path: string): string {
  const { url, tenant } = theDemo();
  return new URL(`/${tenant}${path}`, url).href;
}

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Colours and layers that change over a moment are looked at when they have. What moves for ever is not waited for. */
export const settled = (page: Page) =>
  page.evaluate(async () => {
    const ending = () =>
      document.getAnimations().filter(({ effect, playState }) => {
        const endless = effect?.getComputedTiming().iterations === Number.POSITIVE_INFINITY;
        return playState === "running" && !endless;
      });
    // What ends may begin another one: a colour that is inherited changes in the child when it has in the parent.
    do {
      await new Promise(requestAnimationFrame);
      await Promise.allSettled(ending().map(({ finished }) => finished));
    } while (ending().length > 0);
  });

/** WCAG 2.2 AA as far as a machine can tell, or some of its rules; of the page, or of a part of it. */
export async function expectAccessible(page: Page, rules?: string[], within?: string): Promise<void> {
  await settled(page);
  const axe = new AxeBuilder({ page });
  if (within) axe.include(within);
  const { violations } = await (rules ? axe.withRules(rules) : axe.withTags(TAGS)).analyze();
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`),
    page.url(),
  ).toEqual([]);
}

/** Opens a contact of the list in view: on a desk contacts are rows, on a phone cards. */
export const openContact = (page: Page, nth: number) =>
  page
    .getByRole("row")
    .nth(nth)
    .getByRole("link")
    .or(page.getByRole("list", { name: "Contacts" }).getByRole("button").nth(nth))
    .click();

/** Opens the nth contact by last name, and tells its number in HubSpot. */
export async function visitContact(page: Page, nth: number): Promise<string> {
  await page.goto(address("/contacts?sort=lastname"));
  await openContact(page, nth);
  const link = page.getByRole("link", { name: /opens in HubSpot/ });
  await expect(link).toBeVisible();
  return ((await link.textContent()) ?? "").trim();
}

/** The API as the signed-in person uses it, and what it answers. */
export async function call<T = void>(page: Page, method: string, path: string, data: object): Promise<T> {
  const { url, tenant } = theDemo();
  const token = (await page.context().cookies()).find(({ name }) => name.endsWith("csrftoken"))?.value ?? "";
  const answer = await page.request.fetch(new URL(`/api/tenants/${tenant}/${path}`, url).href, {
    method,
    data,
    headers: { "X-CSRFToken": token, Referer: page.url() },
  });
  const text = await answer.text();
  expect(answer.ok(), text).toBe(true);
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

/** Changes a field of the contact in view, and ends when the form is closed: it was saved, or is kept. */
export async function changeField(page: Page, label: string, value: string): Promise<void> {
  const edit = page.getByRole("button", { name: "Edit", exact: true });
  await edit.click();
  await page.getByLabel(label).fill(value);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(edit).toBeFocused();
}

/** The nth contact's number in HubSpot; both of its sides are given another city. */
export async function quarrel(page: Page, nth: number, theirs: string, ours: string): Promise<string> {
  const contact = await visitContact(page, nth);
  await hubspot.edit(contact, { city: theirs });
  await changeField(page, "City", ours);
  return contact;
}
