import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, expect, type LaunchOptions, test } from "@playwright/test";
import lighthouse, { desktopConfig } from "lighthouse";
import { address, signIn } from "./person";

/** `./run lighthouse`, and part of the browser tests: what Lighthouse says of the pages people have open all day. */

const PAGES = { Dashboard: "", Contacts: "/contacts" };
const CATEGORIES = ["performance", "accessibility", "best-practices"] as const;
/** Of performance no test can judge: the machine may be busy with something else. It is printed. */
const JUDGED = ["accessibility", "best-practices"] as const;
const AT_LEAST = 95;
/** What performance is made of, as Lighthouse names it. */
const METRICS = {
  "first-contentful-paint": "FCP",
  "largest-contentful-paint": "LCP",
  "speed-index": "SI",
  "total-blocking-time": "TBT",
  "cumulative-layout-shift": "CLS",
};

test("Lighthouse finds the dashboard and the list accessible and well made", async ({
  launchOptions,
}, info) => {
  test.setTimeout(300_000);
  const told: string[] = [];
  await withChromium(launchOptions, async (port) => {
    for (const [name, path] of Object.entries(PAGES)) {
      for (const form of ["desktop", "mobile"] as const) {
        const { scores, metrics } = await judge(address(path), port, form);
        const row = CATEGORIES.map((category) => String(scores[category]).padStart(16));
        told.push(`${name.padEnd(12)}${form.padEnd(9)}${row.join("")}   ${metrics}`);
        for (const category of JUDGED)
          expect.soft(scores[category], `${name}, ${form}: ${category}`).toBeGreaterThanOrEqual(AT_LEAST);
      }
    }
  });
  const head = `${"page".padEnd(12)}${"form".padEnd(9)}${CATEGORIES.map((name) => name.padStart(16)).join("")}`;
  const table = [head, ...told].join("\n");
  process.stdout.write(`\n${table}\n\n`);
  await info.attach("scores", { body: table, contentType: "text/plain" });
});

/** Somebody signed in, in a browser whose tabs share it, as Lighthouse opens one of its own. */
async function withChromium(options: LaunchOptions, work: (port: number) => Promise<void>): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), "loanark-lighthouse-"));
  const port = await freePort();
  const context = await chromium.launchPersistentContext(home, {
    ...options,
    args: [...(options.args ?? []), `--remote-debugging-port=${port}`],
  });
  try {
    await signIn(context.pages()[0] ?? (await context.newPage()));
    await work(port);
  } finally {
    await context.close();
    rmSync(home, { recursive: true, force: true });
  }
}

async function judge(url: string, port: number, form: "desktop" | "mobile") {
  const result = await lighthouse(
    url,
    { port, disableStorageReset: true, onlyCategories: [...CATEGORIES], logLevel: "error" },
    form === "desktop" ? desktopConfig : undefined,
  );
  const { categories = {}, audits = {} } = result?.lhr ?? {};
  return {
    scores: Object.fromEntries(
      CATEGORIES.map((category) => [category, Math.round((categories[category]?.score ?? 0) * 100)]),
    ),
    metrics: Object.entries(METRICS)
      .map(([id, name]) => `${name} ${audits[id]?.displayValue ?? "not known"}`)
      .join(", "),
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const found = server.address();
      server.close(() => resolve(typeof found === "object" && found ? found.port : 0));
    });
  });
}
