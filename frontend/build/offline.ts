import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

const WORKER = "src/offline/worker.js";
/** Letters of other alphabets come with the first name that has them; until then they are fetched as ever. */
const LEFT_OUT = /inter-(cyrillic|greek|vietnamese)|\.map$/;

/** Writes `sw.js`: the service worker, told which files make this version of the house. */
export function offlineShell(): Plugin {
  let root = "";
  let publicDir = "";
  return {
    name: "loanark-offline-shell",
    apply: "build",
    enforce: "post",
    configResolved(config) {
      root = config.root;
      publicDir = config.publicDir;
    },
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const built = Object.keys(bundle).filter((name) => name !== "index.html" && !LEFT_OUT.test(name));
        const files = [...built, ...readdirSync(publicDir)].map((name) => `/${name}`).sort();
        const worker = readFileSync(join(root, WORKER), "utf8");
        const version = createHash("sha256").update(worker).update(files.join("\n"));
        for (const name of readdirSync(publicDir)) version.update(readFileSync(join(publicDir, name)));
        const index = bundle["index.html"];
        if (index?.type === "asset") version.update(index.source);
        const constants = `const VERSION = "${version.digest("hex").slice(0, 16)}";\nconst FILES = ${JSON.stringify(files, null, 1)};\n`;
        this.emitFile({ type: "asset", fileName: "sw.js", source: constants + worker });
      },
    },
  };
}
