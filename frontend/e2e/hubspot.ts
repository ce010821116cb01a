import { theDemo } from "./demo";

/** The simulated HubSpot as its own user, by the control API. */
async function control<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(new URL(`/_control/${path}`, theDemo().hubspot_url), {
    method,
    ...(body !== undefined && {
      body: JSON.stringify(body),
      headers: { "Content-Type": "application/json" },
    }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

interface HubSpotContact {
  properties: Record<string, string | null>;
}

export const hubspot = {
  answerAfter: (latencyMs: number) => control("PUT", "settings", { latency_ms: latencyMs }),
  edit: (contact: string, properties: Record<string, string>) =>
    control("PATCH", `contacts/${contact}`, { properties }),
  read: (contact: string) => control<HubSpotContact>("GET", `contacts/${contact}`),
};

/** What HubSpot has, asked anew each time: for `expect.poll`. */
export const inHubSpot = (contact: string, property: string) => async () =>
  (await hubspot.read(contact)).properties[property];
