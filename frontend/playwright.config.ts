import { defineConfig, devices } from "@playwright/test";

/**
 * Against a running LoanArk: LOANARK_E2E_URL, or the demo that e2e/demo.ts starts for the length of the run.
 * Browsers are the distribution's: nothing is downloaded.
 */
const chromium = { executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] };

export default defineConfig({
  testDir: "e2e",
  workers: 1,
  timeout: 90_000,
  expect: { timeout: 20_000 },
  globalSetup: "./e2e/demo.ts",
  use: { trace: "retain-on-failure", launchOptions: chromium },
  projects: [
    { name: "desk", use: { ...devices["Desktop Chrome"], launchOptions: chromium } },
    { name: "phone", use: { ...devices["Pixel 7"], launchOptions: chromium }, testMatch: /looks/ },
  ],
});
