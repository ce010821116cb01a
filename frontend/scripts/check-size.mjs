// The weight of a first visit, gated: exact, needs no tool. Sums the gzip of every script and style index.html names.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const KIB = 1024;
const BUDGET = { firstJs: 170 * KIB, firstCss: 18 * KIB, lazyChunk: 60 * KIB };

const html = readFileSync("dist/index.html", "utf8");
const weigh = (file) => gzipSync(readFileSync(`dist/${file}`)).length;
const named = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.(?:js|css))"/g)].map((match) => match[1]);
const sum = (files) => files.reduce((total, file) => total + weigh(file), 0);

const firstJs = sum(named.filter((file) => file.endsWith(".js")));
const firstCss = sum(named.filter((file) => file.endsWith(".css")));
const lazy = readdirSync("dist/assets")
  .filter((file) => file.endsWith(".js") && !named.includes(`assets/${file}`))
  .map((file) => [file, weigh(`assets/${file}`)])
  .sort((a, b) => b[1] - a[1]);

const kib = (bytes) => `${(bytes / KIB).toFixed(1)} KiB`;
console.log(
  `first load: ${kib(firstJs)} JS, ${kib(firstCss)} CSS (gzip); largest lazy chunk ${lazy[0]?.[0]} ${kib(lazy[0]?.[1] ?? 0)}`,
);

const over = [
  firstJs > BUDGET.firstJs && "first-load JS",
  firstCss > BUDGET.firstCss && "CSS",
  (lazy[0]?.[1] ?? 0) > BUDGET.lazyChunk && "a lazy chunk",
].filter(Boolean);
if (over.length > 0) {
  console.error(`over budget: ${over.join(", ")}`);
  process.exit(1);
}
