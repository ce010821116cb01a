import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { type Browser, expect, type Page, test } from "@playwright/test";
import { theDemo } from "./demo";
import { address, call, openContact, quarrel, signIn, visitContact } from "./person";

/** `./run screenshots`: every screen in every look, to leaf through: frontend/screenshots/index.html. */

const OUT = "screenshots";

interface Look {
  width: number;
  height: number;
  colorScheme: "light" | "dark";
  contrast?: "more";
}

const LOOKS: Record<string, Look> = {
  "desk-light": { width: 1440, height: 900, colorScheme: "light" },
  "desk-dark": { width: 1440, height: 900, colorScheme: "dark" },
  "desk-contrast": { width: 1440, height: 900, colorScheme: "light", contrast: "more" },
  "phone-light": { width: 360, height: 740, colorScheme: "light" },
  "phone-dark": { width: 360, height: 740, colorScheme: "dark" },
};

const go = (path: string) => (page: Page) => page.goto(address(path));

/** Each screen or state, and the way there. */
const SCREENS: Record<string, (page: Page) => Promise<unknown>> = {
  Dashboard: go(""),
  Contacts: go("/contacts"),
  "Contacts, nobody found": go("/contacts?search=zzzzqq"),
  "Contacts, a filter": go("/contacts?sync=conflict&sync=failing&sync=pending"),
  Contact: async (page) => {
    await page.goto(address("/contacts"));
    await openContact(page, 2);
  },
  "Contact, edited": async (page) => {
    await page.goto(address("/contacts"));
    await openContact(page, 2);
    await page.getByRole("button", { name: "Edit" }).click();
  },
  "Contact, in conflict": (page) => visitContact(page, 12),
  Conflicts: go("/needs-you"),
  "Refused values": go("/needs-you?show=values"),
  Duplicates: go("/duplicates"),
  "Merged duplicates": go("/duplicates?show=merged"),
  Sync: go("/runs"),
  "Was it synced?": go("/runs?ask=example"),
  "A preview": go("/runs/1"),
  "A run": go("/runs/2"),
  "Requests to HubSpot": go("/runs/requests"),
  Connection: go("/connection"),
  Mapping: go("/mapping"),
  Access: go("/access"),
  "Audit log": go("/audit"),
  Settings: go("/settings"),
  Help: go("/help"),
  Account: (page) => page.goto(new URL("/account", theDemo().url).href),
  Palette: async (page) => {
    await page.goto(address(""));
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog").waitFor();
  },
  Shortcuts: async (page) => {
    await page.goto(address(""));
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.keyboard.press("?");
    await page.getByRole("dialog").waitFor();
  },
  "Not there": go("/nowhere"),
  Offline: async (page) => {
    await page.goto(address("/contacts"));
    await page.context().setOffline(true);
  },
};

test("every screen is taken in every look", async ({ browser }) => {
  test.setTimeout(30 * 60_000);
  mkdirSync(OUT, { recursive: true });
  await conflicts(browser);
  for (const [name, look] of Object.entries(LOOKS)) await take(browser, name, look);
  writeFileSync(`${OUT}/index.html`, index(readdirSync(OUT).filter((file) => file.endsWith(".png"))));
});

const fileOf = (screen: string, look: string) =>
  `${screen
    .toLowerCase()
    .replaceAll(/[^a-z]+/g, "-")
    .replace(/-$/, "")}-${look}.png`;

async function take(browser: Browser, name: string, { width, height, colorScheme, contrast }: Look) {
  const isPhone = width < 500;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme,
    reducedMotion: "reduce",
    isMobile: isPhone,
    hasTouch: isPhone,
    ...(contrast && { contrast }),
  });
  const page = await context.newPage();
  await page.goto(new URL("/", theDemo().url).href);
  await page.getByLabel("Password").waitFor();
  await page.screenshot({ path: `${OUT}/${fileOf("Sign in", name)}` });
  await signIn(page);
  for (const [screen, open] of Object.entries(SCREENS)) {
    await open(page);
    await page.waitForFunction(() => document.querySelector(".skeleton") === null, undefined, {
      timeout: 20_000,
    });
    await page.waitForTimeout(400); // Pictures of a layer that comes softly are of its end.
    await page.screenshot({ path: `${OUT}/${fileOf(screen, name)}` });
    await context.setOffline(false);
  }
  await context.close();
}

/** Some contacts are changed on both sides, so that there is something to decide about. */
async function conflicts(browser: Browser) {
  const page = await (await browser.newContext()).newPage();
  await signIn(page);
  await call(page, "PATCH", "mapping/fields/city", { policy: "ask" });
  await call(page, "POST", "sync/pause", { reason: "Both sides are edited" });
  await quarrel(page, 9, "Nampa", "Eagle");
  await quarrel(page, 10, "Nampa", "Eagle");
  await quarrel(page, 12, "Meridian", "Kuna");
  await call(page, "POST", "sync/resume", {});
  await page.goto(address("/needs-you?show=conflicts"));
  await expect(page.getByRole("list", { name: "Conflicts" }).getByText("Meridian")).toBeVisible();
  await page.context().close();
}

function index(files: string[]): string {
  const screens = ["Sign in", ...Object.keys(SCREENS)];
  const picture = (screen: string, look: string) => {
    const file = fileOf(screen, look);
    if (!files.includes(file)) return "";
    return `<a href="${file}"><img loading="lazy" src="${file}" alt="${screen}, ${look}"><span>${look}</span></a>`;
  };
  const sections = screens.map(
    (screen) =>
      `<h2>${screen}</h2><div>${Object.keys(LOOKS)
        .map((look) => picture(screen, look))
        .join("")}</div>`,
  );
  const style =
    "body{font:15px/1.5 system-ui;margin:2rem;color-scheme:light dark}div{display:flex;gap:1rem;overflow-x:auto}" +
    "a{display:grid;gap:.25rem;color:inherit;text-decoration:none}img{height:18rem;border:1px solid #8884}span{opacity:.7}";
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Every screen</title><style>${style}</style><h1>Every screen, in every look</h1>${sections.join("")}</html>`;
}
