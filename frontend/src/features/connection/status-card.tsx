import { CircleAlert, CircleCheck, CirclePause, type LucideIcon, Unplug } from "lucide-react";
import type { ReactNode } from "react";
import { Card } from "@/components/ui/card";
import { SideGlyph } from "@/components/ui/side";
import { cn } from "@/lib/cn";
import { formatAgo, formatDate } from "@/lib/format";
import type { ConnectionOut } from "./queries";

const LOOKS: Record<ConnectionOut["status"], { title: string; icon: LucideIcon; colour: string }> = {
  connected: { title: "Connected", icon: CircleCheck, colour: "text-ok-ink" },
  not_connected: { title: "Not connected", icon: Unplug, colour: "text-muted" },
  reconnect_needed: { title: "Reconnect needed", icon: CircleAlert, colour: "text-bad-ink" },
  paused: { title: "Paused", icon: CirclePause, colour: "text-warn-ink" },
};

/** How HubSpot stands, at a glance, and the one button that fits. */
export function StatusCard({ connection, action }: { connection: ConnectionOut; action: ReactNode }) {
  const { title, icon: Icon, colour } = LOOKS[connection.status];
  return (
    <Card aria-label="Status" className="flex flex-wrap items-center gap-x-4 gap-y-3 p-5">
      <SideGlyph side="hubspot" className="size-11 rounded-lg" />
      <div className="min-w-52 flex-1">
        <p className={cn("flex items-center gap-1.5 font-semibold text-lg", colour)}>
          <Icon className="size-5" aria-hidden /> {title}
        </p>
        <p className="text-muted text-sm">{sentence(connection)}</p>
      </div>
      <div className="flex flex-wrap gap-2">{action}</div>
    </Card>
  );
}

function sentence({ status, portal_id, connected_by, connected_at, last_request_at }: ConnectionOut): string {
  if (status === "not_connected") return "Nothing is read from HubSpot and nothing is written to it.";
  const by = connected_by ? ` by ${connected_by}` : "";
  const since = connected_at ? ` on ${formatDate(connected_at)}` : "";
  const asked = last_request_at ? ` Last asked ${formatAgo(last_request_at)}.` : "";
  return `Account ${portal_id ?? "unknown"}, connected${by}${since}.${asked}`;
}
