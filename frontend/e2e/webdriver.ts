import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";

/**
 * WebKit as the distribution builds it, by the WebDriver protocol: Playwright drives only a build of its own.
 * As much of the protocol as a smoke test needs.
 */

const DRIVER = process.env.LOANARK_WEBKIT || "/usr/bin/WebKitWebDriver";
/** Gives a display where there is none. */
const DISPLAY = "/usr/bin/xvfb-run";
const hasDisplay = Boolean(process.env.DISPLAY);
const LIBRARIES = "/usr/lib";
const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
const READY_WITHIN_MS = 20_000;
const FOUND_WITHIN_MS = 30_000;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The browser that comes with the library the driver is of. */
function miniBrowser(): string | undefined {
  for (const place of readdirSync(LIBRARIES))
    for (const version of ["webkit2gtk-4.1", "webkitgtk-6.0", "webkit2gtk-4.0"]) {
      const program = join(LIBRARIES, place, version, "MiniBrowser");
      if (existsSync(program)) return program;
    }
  return undefined;
}

export const hasWebKit = (): boolean =>
  existsSync(DRIVER) && miniBrowser() !== undefined && (hasDisplay || existsSync(DISPLAY));

export interface WebKit {
  goTo: (url: string) => Promise<void>;
  /** What a script gives back, asked until it gives something. */
  until: <T>(what: string, script: string) => Promise<T>;
  run: <T>(script: string) => Promise<T>;
  type: (selector: string, text: string) => Promise<void>;
  click: (selector: string) => Promise<void>;
  /** Rules of WCAG 2.2 AA that the page breaks. */
  violations: () => Promise<string[]>;
  quit: () => Promise<void>;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export async function startWebKit(): Promise<WebKit> {
  const port = await freePort();
  const words = hasDisplay ? [DRIVER] : [DISPLAY, "-a", DRIVER];
  const driver = spawn("/usr/bin/env", [...words, `--port=${port}`], { stdio: "ignore", detached: true });
  const root = `http://127.0.0.1:${port}`;

  async function send<T>(method: string, path: string, body?: object): Promise<T> {
    const answer = await fetch(`${root}${path}`, { method, ...(body && { body: JSON.stringify(body) }) });
    const { value } = (await answer.json()) as { value: T & { error?: string; message?: string } };
    if (!answer.ok) throw new Error(`${path}: ${value.error} ${value.message}`);
    return value;
  }

  await answering(root, driver);
  const { sessionId } = await send<{ sessionId: string }>("POST", "/session", {
    capabilities: {
      alwaysMatch: {
        "webkitgtk:browserOptions": { binary: miniBrowser(), args: ["--automation"] },
      },
    },
  });
  const at = `/session/${sessionId}`;
  await send("POST", `${at}/timeouts`, { implicit: FOUND_WITHIN_MS, script: FOUND_WITHIN_MS });

  const run = <T>(script: string, args: unknown[] = []) =>
    send<T>("POST", `${at}/execute/sync`, { script, args });
  const find = async (selector: string) =>
    (await send<Record<string, string>>("POST", `${at}/element`, { using: "css selector", value: selector }))[
      ELEMENT
    ];
  return {
    goTo: (url) => send("POST", `${at}/url`, { url }),
    run,
    until: async <T>(what: string, script: string) => {
      const end = Date.now() + FOUND_WITHIN_MS;
      while (Date.now() < end) {
        const found = await run<T | null | false>(script);
        if (found) return found;
        await pause(100);
      }
      throw new Error(`In WebKit there never was: ${what}`);
    },
    type: async (selector, text) => send("POST", `${at}/element/${await find(selector)}/value`, { text }),
    click: async (selector) => send("POST", `${at}/element/${await find(selector)}/click`, {}),
    violations: async () => {
      await run(axe);
      return send("POST", `${at}/execute/async`, {
        script: `axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] })
          .then(({ violations }) => arguments[0](violations.map(({ id, nodes }) => id + ": " + nodes[0].html)))`,
        args: [],
      });
    },
    quit: async () => {
      await send("DELETE", at).catch(() => undefined);
      if (driver.pid !== undefined) process.kill(-driver.pid, "SIGTERM");
    },
  };
}

async function answering(root: string, driver: ChildProcess): Promise<void> {
  const end = Date.now() + READY_WITHIN_MS;
  while (Date.now() < end && driver.exitCode === null) {
    if (
      await fetch(`${root}/status`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return;
    await pause(100);
  }
  throw new Error("The driver of WebKit did not start.");
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
