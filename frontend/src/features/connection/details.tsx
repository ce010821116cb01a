import { ExternalLink } from "lucide-react";
import type { ReactNode } from "react";
import { Panel } from "@/components/ui/card";
import { Stat } from "@/components/ui/stat";
import { formatAgo } from "@/lib/format";
import { Permissions } from "./permissions";
import type { ConnectionOut } from "./queries";
import { Requests } from "./requests";

const ago = (iso: string | null | undefined) => (iso ? formatAgo(iso) : "never");

interface DetailsProps {
  connection: ConnectionOut;
  daily: Parameters<typeof Requests>[0]["daily"];
  /** How fast HubSpot answers, for whom it is shown. */
  answers: ReactNode;
}

/** The account, how one hears from it, what is allowed and what is granted. */
export function Details({ connection, daily, answers }: DetailsProps) {
  return (
    <div className="grid items-start gap-4 md:grid-cols-2 md:[&>:last-child:nth-child(odd)]:col-span-2">
      <Panel title="Account">
        <dl className="grid grid-cols-2 gap-4 [&_dd:nth-child(2)]:text-sm">
          <Stat label="Number" value={<Account connection={connection} />} />
          <Stat label="Data centre" value={dataCentre(connection)} />
          <Stat label="Time zone" value={connection.time_zone?.replaceAll("_", " ") ?? "–"} />
          <Stat label="Connected with" value={connection.auth === "static" ? "A token" : "OAuth"} />
          <Stat
            label="Token"
            value={tokenAge(connection)}
            note={connection.auth === "oauth" ? "renewed by itself before that" : undefined}
          />
          <Stat
            label="Address"
            value={<span title={connection.api_url}>{connection.api_url.replace(/^https?:\/\//, "")}</span>}
          />
        </dl>
      </Panel>
      <Panel title="Heard from HubSpot">
        <dl className="grid grid-cols-2 gap-4 [&_dd:nth-child(2)]:text-sm">
          <Stat label="Last request" value={ago(connection.last_request_at)} />
          <Stat
            label="Last webhook"
            value={ago(connection.last_webhook_at)}
            note="tells of a change at once"
          />
          <Stat
            label="Last poll"
            value={ago(connection.last_poll_at)}
            note={
              connection.poll_every_seconds
                ? `every ${connection.poll_every_seconds} s, in case a webhook is lost`
                : undefined
            }
          />
          <Stat
            label="Looked at until"
            value={ago(connection.polled_until)}
            note="all that changed in HubSpot before"
          />
        </dl>
      </Panel>
      <Requests connection={connection} daily={daily} />
      {answers}
      <Permissions connection={connection} />
    </div>
  );
}

/** Where HubSpot keeps the account, told by the address of its pages: app-eu1.hubspot.com. */
function dataCentre({ portal_url }: ConnectionOut): string {
  if (!portal_url || !URL.canParse(portal_url)) return "–";
  const [app = ""] = new URL(portal_url).hostname.split(".");
  const code = app.split("-")[1] ?? "na1";
  const place = { na: "North America", eu: "Europe", ap: "Asia Pacific" }[code.slice(0, 2)];
  return place ? `${place} (${code})` : code;
}

function Account({ connection: { portal_id, portal_url } }: { connection: ConnectionOut }) {
  if (!portal_url) return portal_id ?? "–";
  return (
    <a
      href={portal_url}
      target="_blank"
      rel="noreferrer"
      className="inline-flex items-center gap-1 underline underline-offset-3"
    >
      {portal_id} <ExternalLink className="size-3.5" aria-label="opens HubSpot" />
    </a>
  );
}

function tokenAge({ auth, token_expires_at }: ConnectionOut): string {
  if (auth === "static") return "does not expire";
  if (!token_expires_at) return "–";
  const isPast = Date.parse(token_expires_at) < Date.now();
  return `${isPast ? "expired" : "expires"} ${formatAgo(token_expires_at)}`;
}
