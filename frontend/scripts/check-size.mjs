// The weight of a first visit, gated: exact, needs no tool. Sums what a browser fetches for a page, as it is sent.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";

const KB = 1000;
/** Scripts of a first visit to a page, all styles, and any one piece that comes later; compressed. */
const BUDGET = { dashboard: 200 * KB, contacts: 225 * KB, css: 17 * KB, later: 60 * KB };

const ASSETS = "dist/assets";
const files = readdirSync(ASSETS);
const scripts = files.filter((file) => file.endsWith(".js"));
const weigh = (file) =>
  statSync(existsSync(`${ASSETS}/${file}.br`) ? `${ASSETS}/${file}.br` : `${ASSETS}/${file}`).size;
const sum = (some) => [...some].reduce((total, file) => total + weigh(file), 0);

const imports = Object.fromEntries(
  scripts.map((file) => {
    const found = readFileSync(`${ASSETS}/${file}`, "utf8").matchAll(/(?:from|import)"\.\/([^"]+\.js)"/g);
    return [file, [...found].map((match) => match[1])];
  }),
);

/** These and all that they cannot do without. */
function withImports(names, seen = new Set()) {
  for (const name of names)
    if (!seen.has(name)) {
      seen.add(name);
      withImports(imports[name] ?? [], seen);
    }
  return seen;
}

const entry = [
  ...readFileSync("dist/index.html", "utf8").matchAll(/(?:src|href)="\/assets\/([^"]+\.js)"/g),
].map((match) => match[1]);
const page = (name) =>
  withImports([
    ...entry,
    ...scripts.filter((file) => file.startsWith(`${name}-`) || file.startsWith("app-shell-")),
  ]);

const first = page("dashboard");
const weights = {
  dashboard: sum(first),
  contacts: sum(page("contacts")),
  css: sum(files.filter((file) => file.endsWith(".css"))),
  later: Math.max(...scripts.filter((file) => !first.has(file)).map(weigh)),
};

const kb = (bytes) => `${(bytes / KB).toFixed(1)} kB`;
const rows = Object.entries(weights).map(([name, bytes]) => `${name} ${kb(bytes)} of ${kb(BUDGET[name])}`);
console.log(`compressed: ${rows.join(", ")}; scripts of a first visit: ${first.size}`);

const over = Object.keys(weights).filter((name) => weights[name] > BUDGET[name]);
if (over.length > 0) {
  console.error(`over budget: ${over.join(", ")}`);
  process.exit(1);
}
