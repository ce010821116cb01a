import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** What a test needs to know of the LoanArk it runs against; `./run demo --json` prints it as one line when ready. */
export interface Demo {
  url: string;
  email: string;
  password: string;
  tenant: string;
  /** The simulated HubSpot: its pages and its control API. */
  hubspot_url: string;
}

const READY_WITHIN_MS = 10 * 60_000;
const GONE_WITHIN_MS = 30_000;
const ARGUMENTS = ["demo", "--no-browser", "--port", "0", "--contacts", "400", "--json"];

export function theDemo(): Demo {
  return JSON.parse(process.env.LOANARK_E2E_DEMO ?? "{}") as Demo;
}

/** Uses the LoanArk named by the environment, or starts a demo of its own and stops it afterwards. */
export default async function setUp(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.LOANARK_E2E_URL) {
    process.env.LOANARK_E2E_DEMO = JSON.stringify({
      url: process.env.LOANARK_E2E_URL,
      email: process.env.LOANARK_E2E_EMAIL,
      password: process.env.LOANARK_E2E_PASSWORD,
      tenant: process.env.LOANARK_E2E_TENANT,
      hubspot_url: process.env.LOANARK_E2E_HUBSPOT_URL,
    });
    return undefined;
  }
  const home = mkdtempSync(join(tmpdir(), "loanark-e2e-"));
  chmodSync(home, 0o755); // The embedded database gives up root, and must still find its way there.
  const child = spawn("../run", ARGUMENTS, {
    stdio: ["ignore", "pipe", "inherit"],
    detached: true, // A group of its own: what the demo starts ends with it, whatever happens.
    env: { ...process.env, LOANARK_DATA_DIR: home },
  });
  const stop = () => stopDemo(child, home);
  process.once("exit", () => killGroup(child, "SIGINT"));
  const timer = setTimeout(stop, READY_WITHIN_MS);
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith("{")) continue;
    clearTimeout(timer);
    process.env.LOANARK_E2E_DEMO = line;
    child.stdout.resume();
    return stop;
  }
  clearTimeout(timer);
  await stop();
  throw new Error("The demo ended before it was ready: its reason is above.");
}

async function stopDemo(child: ChildProcess, home: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGINT");
    const timer = setTimeout(() => killGroup(child, "SIGKILL"), GONE_WITHIN_MS);
    await gone;
    clearTimeout(timer);
  }
  rmSync(home, { recursive: true, force: true });
}

function killGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // It is gone already.
  }
}
