import { client } from "@/client/client.gen";
import { appFetch } from "@/lib/http";
import { asProblem, problemFromBody } from "@/lib/problem";

/** The generated client as this app uses it: same origin, CSRF, and every failure a Problem. Called once, at the start. */
export function setUpClient(): void {
  client.setConfig({ baseUrl: window.location.origin, fetch: appFetch });
  client.interceptors.error.use((error, response) => {
    if (!response) return asProblem(error);
    return problemFromBody(response.status, error);
  });
}
