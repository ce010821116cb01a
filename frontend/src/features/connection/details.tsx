import { Check, ExternalLink, X } from "lucide-react";
import { Panel } from "@/components/ui/card";
import { Stat } from "@/components/ui/stat";
import { formatAgo, formatCount } from "@/lib/format";
import type { ConnectionOut } from "./queries";

const ago = (iso: string | null | undefined) => (iso ? formatAgo(iso) : "never");

/** What is granted, what is allowed, and when each way of hearing from HubSpot was last heard. */
export function Details({ connection }: { connection: ConnectionOut }) {
  return (
    <div className="grid gap-4 md:grid-cols-2">
      <Panel title="Account">
        <dl className="grid grid-cols-2 gap-4 [&_dd:nth-child(2)]:text-sm">
          <Stat label="Number" value={<Account connection={connection} />} />
          <Stat label="Connected with" value={connection.auth === "static" ? "A token" : "OAuth"} />
          <Stat label="Time zone" value={connection.time_zone ?? "–"} />
          <Stat
            label="Token"
            value={tokenAge(connection)}
            note={connection.auth === "oauth" ? "renewed by itself" : undefined}
          />
          <Stat
            label="Allowed requests"
            value={connection.requests_per_10s ? `${formatCount(connection.requests_per_10s)} in 10 s` : "–"}
          />
          <Stat
            label="Address"
            value={<span title={connection.api_url}>{connection.api_url.replace(/^https?:\/\//, "")}</span>}
          />
        </dl>
      </Panel>
      <Panel title="Heard from HubSpot">
        <dl className="grid grid-cols-2 gap-4 lg:grid-cols-3 [&_dd:nth-child(2)]:text-sm">
          <Stat label="Last answer" value={ago(connection.last_request_at)} />
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
        </dl>
      </Panel>
      <Panel title="Permissions" className="md:col-span-2" bodyClassName="p-0">
        <ul className="grid gap-px py-1 sm:grid-cols-2 lg:grid-cols-3">
          {(connection.missing_scopes ?? []).map((scope) => (
            <Scope key={scope} scope={scope} isGranted={false} />
          ))}
          {(connection.scopes ?? []).map((scope) => (
            <Scope key={scope} scope={scope} isGranted />
          ))}
        </ul>
      </Panel>
    </div>
  );
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

function Scope({ scope, isGranted }: { scope: string; isGranted: boolean }) {
  return (
    <li className="flex items-center gap-2.5 px-4 py-1.5 text-sm">
      {isGranted ? (
        <Check className="size-4 text-ok-ink" aria-hidden />
      ) : (
        <X className="size-4 text-bad-ink" aria-hidden />
      )}
      <code className="min-w-0 break-all font-mono text-xs">{scope}</code>
      <span className={isGranted ? "text-muted text-xs" : "font-medium text-bad-ink text-xs"}>
        {isGranted ? "granted" : "missing"}
      </span>
    </li>
  );
}
