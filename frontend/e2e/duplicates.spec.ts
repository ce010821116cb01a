import { expect, type Page, test } from "@playwright/test";
import { address, call, expectAccessible, signIn, title } from "./person";

/** Two contacts who are one person, made by these tests and taken away afterwards. */

const mark = Date.now() % 1_000_000;
const LASTNAME = `Quillfeather${[...String(mark)].map((digit) => "abcdefghij"[Number(digit)]).join("")}`;
const SHARED = {
  lastname: LASTNAME,
  phone: `+1512555${String(mark % 10_000).padStart(4, "0")}`,
  address: `${(mark % 900) + 100} Juniper Lane, Apt 3`,
  city: "Austin",
  state: "TX",
  zip: "78704",
};

interface Made {
  id: string;
}

let made: Made[] = [];

test.beforeEach(async ({ page }) => {
  await signIn(page);
});

test.afterEach(async ({ page }) => {
  for (const { id } of made) await call(page, "DELETE", `contacts/${id}`, {});
  made = [];
});

async function twoOfOne(page: Page, name: string): Promise<[first: Made, second: Made]> {
  const make = async (firstname: string, email: string) => {
    const values = { ...SHARED, firstname, email };
    const contact = await call<Made>(page, "POST", "contacts", { values });
    made.push(contact);
    return contact;
  };
  return [
    await make("Henrietta", `henrietta.${name}.${mark}@duplicates.example`),
    await make("Henrieta", `h.quillfeather.${name}.${mark}@duplicates.example`),
  ];
}

const pair = (page: Page) =>
  page.getByRole("article", { name: new RegExp(`^Perhaps one person: .*${LASTNAME}`) });

test("two contacts who are one person are found, merged into one, and made two again", async ({ page }) => {
  const [first, second] = await twoOfOne(page, "merged");

  // Found by itself, and told on the contact’s own page. It may have been opened before that.
  await expect(async () => {
    await page.goto(address(`/contacts/${second.id}`));
    await expect(page.getByText(`May be one person with Henrietta ${LASTNAME}`)).toBeVisible({
      timeout: 5_000,
    });
  }).toPass();
  await page.getByRole("link", { name: "Compare and decide" }).click();
  const card = pair(page);
  await expect(card).toContainText("likely one person");
  await page.keyboard.press("w");
  await expect(
    card
      .getByRole("list", { name: /^Reasons for/ })
      .getByRole("listitem")
      .last(),
  ).toContainText("Together");
  await expectAccessible(page);

  // One value is chosen by hand; the rest is as the rules say.
  const other = card.getByRole("radio", { name: /^First name of/, checked: false });
  const chosen = ((await other.getAttribute("aria-label")) ?? "").replace(/^.*: /, "");
  await card.getByRole("radio", { name: new RegExp(`^First name of .: ${chosen}$`) }).check();
  await expect(card.getByText("kept, chosen by you")).toBeVisible();
  await card.getByRole("button", { name: "Merge" }).click();
  await expect(page.getByText(/^2 contacts are one now: /)).toBeVisible();
  await expect(page.getByText("No proposal is like that")).toBeVisible();

  await page.goto(address("/duplicates?show=merged"));
  const row = page.getByRole("list", { name: "Merges" }).getByRole("listitem").filter({ hasText: LASTNAME });
  await expect(row).toContainText("Merged by");
  await expectAccessible(page);
  await row.getByRole("link").click();
  await expect(title(page)).toHaveText(`${chosen} ${LASTNAME}`);
  const here = page.getByRole("region", { name: "2 contacts are one here" });
  await here.getByRole("button", { name: /^Undo/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Undo the merge" }).click();
  await expect(here).toHaveCount(0);

  // Each is itself again, with its own first name.
  for (const [{ id }, firstname] of [
    [first, "Henrietta"],
    [second, "Henrieta"],
  ] as const) {
    await page.goto(address(`/contacts/${id}`));
    await expect(title(page)).toHaveText(`${firstname} ${LASTNAME}`);
    await expect(page.getByRole("button", { name: "Delete contact" })).toBeVisible();
  }
});

test("whoever is said to be two is not asked about again, until that is taken back", async ({ page }) => {
  const [first] = await twoOfOne(page, "rejected");
  await page.goto(address(`/duplicates?contact=${first.id}`));
  await expect(pair(page)).toBeVisible();
  await page.keyboard.press("n");
  await expect(page.getByText("No proposal is like that")).toBeVisible();
  await page.keyboard.press("u");
  await expect(pair(page)).toBeVisible();
  await page.keyboard.press("n");
  await expect(page.getByText("No proposal is like that")).toBeVisible();
  await page.reload();
  await expect(page.getByText("No proposal is like that")).toBeVisible();
});
