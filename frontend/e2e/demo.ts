import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** What a test needs to know of the LoanArk it runs against; `./run demo --json` prints it as one line when ready. */
export interface Demo {
  url: string;
  email: string;
  password: string;
  tenant: string;
}

const READY_WITHIN_MS = 10 * 60_000;
const ARGUMENTS = ["demo", "--no-browser", "--port", "0", "--contacts", "400", "--json"];

export function theDemo(): Demo {
  return JSON.parse(process.env.LOANARK_E2E_DEMO ?? "{}") as Demo;
}

/** Uses the LoanArk named by the environment, or starts the demo and stops it afterwards. */
export default async function setUp(): Promise<(() => void) | undefined> {
  if (process.env.LOANARK_E2E_URL) {
    process.env.LOANARK_E2E_DEMO = JSON.stringify({
      url: process.env.LOANARK_E2E_URL,
      email: process.env.LOANARK_E2E_EMAIL,
      password: process.env.LOANARK_E2E_PASSWORD,
      tenant: process.env.LOANARK_E2E_TENANT,
    });
    return undefined;
  }
  const child = spawn("../run", ARGUMENTS, { stdio: ["ignore", "pipe", "inherit"] });
  const stop = () => void child.kill("SIGINT");
  const lines = createInterface({ input: child.stdout });
  const timer = setTimeout(stop, READY_WITHIN_MS);
  for await (const line of lines) {
    if (!line.startsWith("{")) continue;
    process.env.LOANARK_E2E_DEMO = line;
    clearTimeout(timer);
    return stop;
  }
  throw new Error("The demo ended before it was ready.");
}
