import AxeBuilder from "@axe-core/playwright";
import { expect, type Locator, type Page } from "@playwright/test";
import { theDemo } from "./demo";

/** Signs in through the page, as people do, and ends on the dashboard. */
export async function signIn(page: Page): Promise<void> {
  const { url, email, password, tenant } = theDemo();
  await page.goto(new URL("/", url).href);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL(`**/${tenant}`);
}

export const title = (page: Page): Locator => page.getByRole("heading", { level: 1 });

export function address(path: string): string {
  const { url, tenant } = theDemo();
  return new URL(`/${tenant}${path}`, url).href;
}

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** WCAG 2.2 AA as far as a machine can tell, or some of its rules. */
export async function expectAccessible(page: Page, rules?: string[]): Promise<void> {
  const axe = new AxeBuilder({ page });
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
