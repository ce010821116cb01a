import { existsSync } from "node:fs";
import { defineConfig, devices } from "@playwright/test";
import { hasWebKit } from "./e2e/webdriver";

/**
 * Against a running LoanArk: LOANARK_E2E_URL, or the demo that e2e/demo.ts starts for the length of the run.
 * Browsers are the distribution's: nothing is downloaded. LOANARK_CHROMIUM and LOANARK_FIREFOX say where they are.
 */
const chromium = {
  executablePath: process.env.LOANARK_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
};
const desk = { ...devices["Desktop Chrome"], launchOptions: chromium };
const firefoxPath = process.env.LOANARK_FIREFOX ?? "/usr/bin/firefox-esr";
const hasFirefox = existsSync(firefoxPath);
const isMainProcess = process.env.TEST_WORKER_INDEX === undefined;
// biome-ignore lint/suspicious/noConsole: whoever runs the tests should know what was left out.
if (!hasFirefox && isMainProcess) console.warn(`No Firefox at ${firefoxPath}: its smoke test is skipped.`);
// biome-ignore lint/suspicious/noConsole: the same.
if (!hasWebKit() && isMainProcess) console.warn("No driver of WebKit: its smoke test is skipped.");

export default defineConfig({
  testDir: "e2e",
  workers: 1,
  timeout: 90_000,
  expect: { timeout: 20_000 },
  globalSetup: "./e2e/demo.ts",
  use: { trace: "retain-on-failure" },
  projects: [
    ...(process.env.LOANARK_SCREENSHOTS
      ? [{ name: "screenshots", use: desk, testMatch: /screenshots/, dependencies: ["first-run"] }]
      : []),
    { name: "first-run", use: desk, testMatch: /first-run/ },
    { name: "lighthouse", use: desk, testMatch: /lighthouse/, dependencies: ["first-run"] },
    {
      name: "desk",
      use: desk,
      testMatch: /contacts|main-job|roles|states|looks|people|audit|offline|mapping|conflicts|duplicates/,
      dependencies: ["first-run"],
    },
    {
      name: "phone",
      use: { ...devices["Pixel 7"], viewport: { width: 360, height: 740 }, launchOptions: chromium },
      testMatch: /looks|roles|smoke|audit|offline|phone/,
      dependencies: ["first-run"],
    },
    ...(hasFirefox
      ? [
          {
            name: "firefox",
            use: {
              ...devices["Desktop Firefox"],
              // Stock Firefox by WebDriver BiDi; without the channel Playwright wants its own build.
              channel: "moz-firefox",
              launchOptions: { executablePath: firefoxPath },
            },
            testMatch: /roles|smoke/,
            dependencies: ["first-run"],
          },
        ]
      : []),
    ...(hasWebKit() ? [{ name: "webkit", testMatch: /webkit/, dependencies: ["first-run"] }] : []),
  ],
});
