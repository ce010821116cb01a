import { readFileSync } from "node:fs";
import { defineConfig } from "@hey-api/openapi-ts";

interface Operation {
  parameters?: { name: string; in: string; required?: boolean }[];
  responses: Record<string, unknown>;
}

/** The document as this app needs it.
 *
 * A parameter that the path names is a path parameter, whatever the document says (django-ninja lists a mount's as query).
 * Refusals are left out: whatever is thrown here is the Problem of src/lib/problem.ts, whoever refused.
 */
function forThisApp(document: { paths: Record<string, Record<string, Operation>> }) {
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const operation of Object.values(operations)) {
      for (const parameter of operation.parameters ?? []) {
        if (path.includes(`{${parameter.name}}`)) Object.assign(parameter, { in: "path", required: true });
      }
      operation.responses = Object.fromEntries(
        Object.entries(operation.responses).filter(([status]) => status < "400"),
      );
    }
  }
  return document;
}

export default defineConfig({
  input: forThisApp(JSON.parse(readFileSync("./api/openapi.json", "utf8"))),
  output: { path: "src/client" },
  plugins: ["@hey-api/client-fetch", "@tanstack/react-query"],
});
