import { HttpResponse, http } from "msw";
import type { ConnectionOut, MemberOut, Overview, RunOut } from "@/client";
import { connection, members, overview, runs } from "./fixtures";

/** An organisation on its first day: nothing has come over, and one person is there. */

const API = "*/api/tenants/:tenant";

interface FirstDay {
  connection?: Partial<ConnectionOut>;
  run?: RunOut | null;
  runs?: RunOut[];
  members?: MemberOut[];
}

export const previewRun = runs[1] as RunOut;
export const firstLoad = runs[0] as RunOut;

export const notConnected: Partial<ConnectionOut> = { status: "not_connected", portal_id: null };

/** Handlers that make the mocked organisation this new. */
export function firstDay(day: FirstDay = {}) {
  const hubspot = { ...connection, ...day.connection };
  const empty: Overview = {
    ...overview,
    truth: { level: "attention", sentence: "Connect HubSpot to begin", detail: null },
    connection: hubspot,
    balance: null,
    run: day.run ?? null,
    needs_you: [],
    recent: { hubspot: [], loanark: [] },
    worker_seen_at: new Date().toISOString(),
  };
  return [
    http.get(`${API}/overview`, () => HttpResponse.json(empty)),
    http.get(`${API}/connection`, () => HttpResponse.json(hubspot)),
    http.get(`${API}/runs`, () => HttpResponse.json({ items: day.runs ?? [], next_cursor: null })),
    http.get(`${API}/members`, () => HttpResponse.json(day.members ?? members.slice(0, 1))),
    http.get(`${API}/invitations`, () => HttpResponse.json([])),
  ];
}
