import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { SideGlyph } from "@/components/ui/side";
import { Skeleton } from "@/components/ui/skeleton";
import { connectionQuery } from "@/features/connection/queries";
import { cn } from "@/lib/cn";
import { useLiveState } from "@/live/stream";

const SAYINGS = {
  connected: "Connected",
  not_connected: "Not connected",
  reconnect_needed: "Reconnect needed",
  paused: "Paused",
} as const;

const LIVE_SAYINGS = {
  open: "live",
  connecting: "connecting",
  lost: "not live, refreshing by itself",
} as const;

/** HubSpot's state in two words, and by the dot whether this page hears of changes as they happen. */
export function ConnectionPill({ tenant }: { tenant: string }) {
  const { data: connection } = useQuery(connectionQuery(tenant));
  const live = useLiveState();
  if (!connection) return <Skeleton className="mx-2.5 my-2.5 h-4 w-36" />;
  const isWell = connection.status === "connected";
  return (
    <Link
      to="/$tenant/connection"
      params={{ tenant }}
      className="flex h-8.5 items-center gap-2.5 rounded-md px-2.5 text-sm hover:bg-hover"
    >
      <SideGlyph side="hubspot" />
      <span className={cn("flex-1 truncate", isWell ? "text-ink-2" : "font-medium text-bad-ink")}>
        <span className="sr-only">HubSpot: </span>
        {SAYINGS[connection.status]}
      </span>
      <span
        className="flex items-center gap-1.5 text-2xs text-muted"
        title={`This page is ${LIVE_SAYINGS[live]}`}
      >
        <span
          aria-hidden
          className={cn(
            "size-1.5 rounded-full",
            live === "open" && "bg-ok",
            live === "connecting" && "animate-pulse bg-muted",
            live === "lost" && "ring-1 ring-muted",
          )}
        />
        {live === "open" ? "live" : live === "lost" ? "not live" : "…"}
      </span>
    </Link>
  );
}
