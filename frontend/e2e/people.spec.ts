import { createHmac } from "node:crypto";
import { expect, test } from "@playwright/test";
import { theDemo } from "./demo";
import { address, expectAccessible, signIn, title } from "./person";

const PASSWORD = "violet harbour lantern";

test("somebody is invited, joins, protects their account, and signs in with a second factor", async ({
  page,
  browser,
}, info) => {
  test.setTimeout(150_000); // the app's next code may be half a minute away, twice
  const guest = `guest-${info.project.name}-${Date.now()}@invited.example`;
  await signIn(page);
  await page.goto(address("/access"));
  await expect(title(page)).toHaveText("Access");
  await page.getByLabel("E-mail", { exact: true }).fill(guest);
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  await expect(page.getByRole("list", { name: "Open invitations" })).toContainText(guest);
  await expectAccessible(page);

  const context = await browser.newContext({ viewport: page.viewportSize() });
  const their = await context.newPage();
  await their.goto(new URL("/mailbox", theDemo().url).href);
  await expectAccessible(their);
  await their.getByRole("article").filter({ hasText: guest }).getByRole("link", { name: /join/ }).click();
  await expect(title(their)).toHaveText(/^Join /);
  await their.getByLabel("Your name").fill("Gwen Guest");
  await their.getByLabel("Password").fill(PASSWORD);
  await expectAccessible(their);
  await their.getByRole("button", { name: /^Join / }).click();
  await their.waitForURL(`**/${theDemo().tenant}`);

  await their.goto(new URL("/account", theDemo().url).href);
  await their.getByRole("button", { name: "Set up an app" }).click();
  await expect(their.getByAltText("Key for your authenticator app")).toBeVisible();
  const secret = (await their.locator("code").innerText()).replaceAll(" ", "");
  const first = await freshCode(secret);
  await their.getByLabel("Code that the app shows now").fill(first);
  await their.getByRole("button", { name: "Switch it on" }).click();
  const dialog = their.getByRole("dialog", { name: "Is it you?" });
  await dialog.getByLabel("Password").fill(PASSWORD);
  await dialog.getByRole("button", { name: "Go on" }).click();
  await expect(their.getByRole("region", { name: "Authenticator app" })).toContainText("On");
  await their.getByRole("button", { name: "Show the codes" }).click();
  await expect(their.getByRole("list", { name: "Your recovery codes" }).getByRole("listitem")).toHaveCount(
    10,
  );
  await expectAccessible(their);

  await context.clearCookies();
  await their.goto(new URL("/sign-in", theDemo().url).href);
  await their.getByLabel("E-mail").fill(guest);
  await their.getByLabel("Password").fill(PASSWORD);
  await their.getByRole("button", { name: "Sign in", exact: true }).click();
  await their.getByLabel("Code from your authenticator").fill(await freshCode(secret, first));
  await their.getByRole("button", { name: "Confirm" }).click();
  await their.waitForURL(`**/${theDemo().tenant}`);
  await context.close();
});

/** A code that was not used yet, with time left to be typed: one waits for the app to show the next, as people do. */
async function freshCode(secret: string, used = ""): Promise<string> {
  for (;;) {
    const left = 30_000 - (Date.now() % 30_000);
    const code = codeOf(secret);
    if (left > 12_000 && code !== used) return code;
    await new Promise((resolve) => setTimeout(resolve, left + 100));
  }
}

/** RFC 6238: what an authenticator app shows now. */
function codeOf(secret: string): string {
  const bits = [...secret].map((letter) =>
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0"),
  );
  const key = Buffer.from((bits.join("").match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const digest = createHmac("sha1", key).update(counter).digest();
  const at = (digest[19] ?? 0) & 15;
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}
