import { Readable } from "node:stream";
import type { RequestHandler } from "msw";
import { getResponse } from "msw";
import type { Plugin, ViteDevServer } from "vite";

/** `npm run dev:mock`: the UI without a back end, on the same handlers the tests use. */
export function mockApi(): Plugin {
  return { name: "loanark-mock-api", configureServer };
}

function configureServer(server: ViteDevServer): void {
  server.middlewares.use(async (incoming, outgoing, next) => {
    if (!incoming.url?.startsWith("/api/")) return next();
    if (incoming.url.endsWith("/live")) {
      outgoing.writeHead(200, { "Content-Type": "text/event-stream" });
      outgoing.write(": open\n\n");
      return;
    }
    const { handlers } = (await server.ssrLoadModule("/src/test/handlers.ts")) as {
      handlers: RequestHandler[];
    };
    const hasBody = incoming.method !== "GET" && incoming.method !== "HEAD";
    const request = new Request(new URL(incoming.url, "http://127.0.0.1"), {
      method: incoming.method ?? "GET",
      headers: incoming.headers as Record<string, string>,
      ...(hasBody && { body: Readable.toWeb(incoming) as ReadableStream, duplex: "half" }),
    } as RequestInit);
    const response = (await getResponse(handlers, request)) ?? new Response(null, { status: 404 });
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.end(Buffer.from(await response.arrayBuffer()));
  });
}
