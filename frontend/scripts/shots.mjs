// Pictures of pages, to look at: node scripts/shots.mjs ORIGIN OUT [name=path ...]. Light and dark, desk and phone.
import { mkdirSync } from "node:fs";
import { chromium } from "@playwright/test";

const [origin, out, ...pages] = process.argv.slice(2);
const only = process.env.ONLY?.split(",");
const LOOKS = [
  ["desk-light", { width: 1440, height: 900 }, "light"],
  ["desk-dark", { width: 1440, height: 900 }, "dark"],
  ["phone-light", { width: 360, height: 740 }, "light"],
  ["phone-dark", { width: 360, height: 740 }, "dark"],
].filter(([name]) => !only || only.includes(name));

mkdirSync(out, { recursive: true });
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
for (const [look, viewport, colorScheme] of LOOKS) {
  const context = await browser.newContext({
    viewport,
    colorScheme,
    hasTouch: viewport.width < 500,
    isMobile: viewport.width < 500,
  });
  await context.clock.setFixedTime?.(new Date("2026-11-22T15:04:00Z"));
  const page = await context.newPage();
  page.on("pageerror", (error) => console.error(look, error.message));
  page.on("console", (message) => message.type() === "error" && console.error(look, message.text()));
  for (const entry of pages) {
    const [name, path] = entry.split(/=(.*)/s);
    await page.goto(origin + path);
    await page.waitForTimeout(Number(process.env.WAIT ?? 1200));
    const wide = (await page.evaluate(() => document.documentElement.scrollWidth)) - viewport.width;
    if (wide > 0) console.error(`${look} ${name}: ${wide} px too wide`);
    await page.screenshot({ path: `${out}/${name}-${look}.png` });
  }
  await context.close();
}
await browser.close();
