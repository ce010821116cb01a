import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Plugin } from "vite";

const TEXT = /\.(js|css|svg|json|webmanifest)$/;
/** Below that a header weighs more than what is saved. */
const LEAST_BYTES = 1_024;

/** Writes each text beside itself in its small forms, `.br` and `.gz`: the server sends the one a browser takes. */
export function compressed(): Plugin {
  return {
    name: "loanark-compressed",
    apply: "build",
    async writeBundle({ dir = "dist" }, bundle) {
      const texts = Object.keys(bundle).filter((name) => TEXT.test(name));
      await Promise.all(
        texts.map(async (name) => {
          const path = join(dir, name);
          const content = readFileSync(path);
          if (content.length < LEAST_BYTES) return;
          const params = { [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
          writeFileSync(`${path}.br`, await promisify(brotliCompress)(content, { params }));
          writeFileSync(`${path}.gz`, await promisify(gzip)(content, { level: 9 }));
        }),
      );
    },
  };
}
