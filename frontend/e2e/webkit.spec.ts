import { expect, test } from "@playwright/test";
import { theDemo } from "./demo";
import { startWebKit, type WebKit } from "./webdriver";

// Playwright starts no browser for it: nothing here asks for a page.
let webkit: WebKit;
test.beforeAll(async () => {
  webkit = await startWebKit();
});
test.afterAll(() => webkit?.quit());

const TITLE = "return document.querySelector('h1')?.textContent";

test("signing in, the dashboard, the list and a contact work in WebKit", async () => {
  const { url, email, password, tenant } = theDemo();
  await webkit.goTo(new URL("/", url).href);
  await webkit.type("[name=email]", email);
  await webkit.type("[name=password]", password);
  await webkit.click("[type=submit]");
  await webkit.until(
    "the dashboard",
    `return location.pathname === "/${tenant}" && document.querySelector("[aria-label='Balance of both sides']") && true`,
  );
  expect(await webkit.run<string>(TITLE)).toMatch(/in sync|on the way|need/);
  expect(await webkit.violations()).toEqual([]);

  // From here on it is one document: what goes wrong in it is heard.
  await webkit.run(`window.faults = [];
    addEventListener("error", ({ message }) => faults.push(message));
    addEventListener("unhandledrejection", ({ reason }) => faults.push(String(reason)));
    const tell = console.error;
    console.error = (...words) => { faults.push(words.join(" ")); tell(...words); };`);
  await webkit.click("nav a[href$='/contacts']");
  await webkit.click("[data-row='2'] [data-column='1'] a");
  const name = await webkit.until<string>(
    "a contact",
    `return /contacts\\/[0-9a-f-]{36}$/.test(location.pathname) && document.querySelector("main table") && document.querySelector("h1")?.textContent`,
  );
  expect(name).not.toBe("Contacts");
  expect(await webkit.violations()).toEqual([]);
  await webkit.run("history.back()");
  await webkit.until("the list", "return document.querySelector('[role=grid] [data-row=\"2\"]') && true");
  expect(await webkit.violations()).toEqual([]);
  expect(await webkit.run("return faults")).toEqual([]);
});
