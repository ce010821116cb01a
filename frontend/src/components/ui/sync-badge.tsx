import { CircleCheck, CircleSlash, Clock, type LucideIcon, Split, Trash2, TriangleAlert } from "lucide-react";
import { cn } from "@/lib/cn";
import { Badge, type Tone } from "./badge";
import { Explain } from "./explain";

export type SyncState = "in_sync" | "pending" | "conflict" | "failing" | "not_linked" | "deleted";

export const SYNC_STATES: Record<SyncState, { label: string; icon: LucideIcon; tone: Tone }> = {
  in_sync: { label: "In sync", icon: CircleCheck, tone: "ok" },
  pending: { label: "Pending", icon: Clock, tone: "plain" },
  conflict: { label: "Conflict", icon: Split, tone: "ask" },
  failing: { label: "Failing", icon: TriangleAlert, tone: "bad" },
  not_linked: { label: "Not in HubSpot", icon: CircleSlash, tone: "plain" },
  deleted: { label: "Deleted", icon: Trash2, tone: "plain" },
};

interface SyncBadgeProps {
  state: SyncState;
  reason?: string | null | undefined;
  /** Where there is room the whole reason is shown, and the badge explains itself; in a row it is cut, and whole in its
   * title. */
  isWhole?: boolean;
  className?: string;
}

/** A record's state, with the reason beside it whenever there is one. In sync is quiet: it is what one expects. */
export function SyncBadge({ state, reason, isWhole = false, className }: SyncBadgeProps) {
  const { label, icon, tone } = SYNC_STATES[state];
  const badge = (
    <Badge
      tone={tone}
      icon={icon}
      className={cn(
        "shrink-0",
        state === "in_sync" && "bg-transparent px-0",
        state === "not_linked" && "hatched",
      )}
    >
      {label}
    </Badge>
  );
  return (
    <span className={cn("flex min-w-0 items-center gap-2", isWhole && "flex-wrap gap-y-1", className)}>
      {isWhole ? <Explain code={`sync.${state}`}>{badge}</Explain> : badge}
      {reason && (
        <span className={cn("text-muted text-xs", !isWhole && "truncate")} title={reason}>
          {reason}
        </span>
      )}
    </span>
  );
}
