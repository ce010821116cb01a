import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleAlert } from "lucide-react";
import { Explain } from "@/components/ui/explain";
import { SideGlyph } from "@/components/ui/side";
import { Skeleton } from "@/components/ui/skeleton";
import { connectionQuery } from "@/features/connection/queries";
import { cn } from "@/lib/cn";
import { useOnline } from "@/lib/use-online";
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
export function ConnectionPill({ tenant, compact = false }: { tenant: string; compact?: boolean }) {
  const { data: connection } = useQuery(connectionQuery(tenant));
  const state = useLiveState();
  const live = useOnline() ? state : "lost";
  if (!connection) return <Skeleton className={cn("my-2.5 h-4", compact ? "mx-auto w-4" : "mx-2.5 w-36")} />;
  const isWell = connection.status === "connected";
  const pill = (
    <Link
      to="/$tenant/connection"
      params={{ tenant }}
      title={compact ? `HubSpot: ${SAYINGS[connection.status]}` : undefined}
      className={cn(
        "flex items-center rounded-md text-sm hover:bg-hover",
        compact
          ? "h-11 flex-col justify-center gap-1"
          : "h-8.5 pointer-coarse:h-11 min-w-0 flex-1 gap-2.5 px-2.5",
      )}
    >
      <SideGlyph side="hubspot" />
      <span
        className={cn(
          compact ? "sr-only" : "flex-1 truncate",
          isWell ? "text-ink-2" : "font-medium text-bad-ink",
        )}
      >
        <span className="sr-only">HubSpot: </span>
        {SAYINGS[connection.status]}
      </span>
      {compact && !isWell && <CircleAlert className="size-3.5 text-bad-ink" aria-hidden />}
      <span
        className={cn("flex items-center gap-1.5 text-2xs text-muted", compact && !isWell && "sr-only")}
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
        {live === "open" ? "live" : live === "lost" ? "not live" : "connecting"}
      </span>
    </Link>
  );
  if (compact) return pill;
  return (
    <div className="flex items-center">
      {pill}
      <Explain code={`connection.${connection.status}`} />
    </div>
  );
}
