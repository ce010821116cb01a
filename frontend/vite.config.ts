import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { compressed } from "./build/compressed";
import { fontAhead } from "./build/font-ahead";
import { offlineShell } from "./build/offline";
import { mockApi } from "./mock/vite-plugin";

/** Everything the web process answers itself; the rest is this single page. */
const BACKEND_PATHS = ["/api", "/webhooks", "/oauth", "/health"];
const BACKEND = process.env.LOANARK_DEV_BACKEND ?? "http://127.0.0.1:8000";

/** The shape of the API's answers: what a device kept of another shape is of no use. */
const API_SHAPE = createHash("sha256")
  .update(readFileSync(new URL("./api/openapi.json", import.meta.url)))
  .digest("hex")
  .slice(0, 16);

/**
 * What many pages share comes in a few files: a request for each icon costs more on a slow network than all of them
 * weigh. What everything is made of is a file of its own, which most new versions leave as it was.
 */
const CHUNKS = [
  {
    name: "base",
    test: /node_modules[\\/](react|react-dom|scheduler|@tanstack\/(react-)?(router|query|store|history)[\w-]*)[\\/]/,
    priority: 3,
  },
  { name: "shared", minShareCount: 4, priority: 1 },
];

export default defineConfig(({ mode }) => ({
  plugins: [react(), tailwindcss(), fontAhead(), offlineShell(), compressed(), mode === "mock" && mockApi()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: {
    fs: { allow: [".."] }, // docs/ has the words of the problems and the glossary.
    // As objects, which keep the Host header: Django compares it with where a form came from.
    proxy:
      mode === "mock" ? {} : Object.fromEntries(BACKEND_PATHS.map((path) => [path, { target: BACKEND }])),
  },
  define: { __API_SHAPE__: JSON.stringify(API_SHAPE) },
  build: {
    target: "es2023",
    // Every file in assets/ carries its hash: the server may answer them "immutable".
    assetsDir: "assets",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0, // data: fonts would break the content security policy
    rolldownOptions: { output: { codeSplitting: { groups: CHUNKS } } },
  },
  test: {
    environment: "jsdom",
    setupFiles: ["src/test/setup.ts"],
    include: ["src/**/*.test.{ts,tsx}"],
    testTimeout: 60_000,
    maxWorkers: 2,
  },
}));
