import { asProblem, problemFromBody } from "./problem";

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

function csrfToken(): string {
  return /(?:^|;\s*)(?:__Host-)?csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";
}

/** `fetch` as this app speaks it: same origin, with Django's CSRF header on whatever changes something. */
export async function appFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const request = new Request(input, { credentials: "same-origin", ...init });
  request.headers.set("Accept", "application/json");
  if (!SAFE_METHODS.has(request.method)) request.headers.set("X-CSRFToken", csrfToken());
  return fetch(request);
}

/** The parsed body whatever its kind: JSON if it says so, else text. */
export async function bodyOf(response: Response): Promise<unknown> {
  const raw = await response.text();
  if (raw === "") return undefined;
  if (!response.headers.get("content-type")?.includes("json")) return raw;
  return JSON.parse(raw) as unknown;
}

/** For the few addresses outside the OpenAPI document. Throws a Problem on any status that is not in `accept`. */
export async function requestJson<T>(
  method: string,
  path: string,
  {
    body,
    accept = [],
    headers,
  }: { body?: unknown; accept?: number[]; headers?: Record<string, string> } = {},
): Promise<{ status: number; data: T }> {
  try {
    const response = await appFetch(new URL(path, window.location.origin), {
      method,
      headers: { ...headers, ...(body !== undefined && { "Content-Type": "application/json" }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const data = await bodyOf(response);
    if (!response.ok && !accept.includes(response.status)) throw problemFromBody(response.status, data);
    return { status: response.status, data: data as T };
  } catch (error) {
    throw asProblem(error);
  }
}
