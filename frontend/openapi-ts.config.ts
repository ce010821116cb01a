import { readFileSync } from "node:fs";
import { defineConfig } from "@hey-api/openapi-ts";

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
}

/** A parameter that the path names is a path parameter, whatever the document says (django-ninja lists a mount's as query). */
function withPathParameters(document: {
  paths: Record<string, Record<string, { parameters?: Parameter[] }>>;
}) {
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const { parameters = [] } of Object.values(operations)) {
      for (const parameter of parameters) {
        if (path.includes(`{${parameter.name}}`)) Object.assign(parameter, { in: "path", required: true });
      }
    }
  }
  return document;
}

export default defineConfig({
  input: withPathParameters(JSON.parse(readFileSync("./api/openapi.json", "utf8"))),
  output: { path: "src/client" },
  plugins: ["@hey-api/client-fetch", "@tanstack/react-query"],
});
