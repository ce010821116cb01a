import { CircleCheck, CircleMinus, Hand, type LucideIcon, Timer } from "lucide-react";
import { Badge, type Tone } from "./badge";

/** Whether something is well, heals by itself, waits for a person, or is as it should be without being in sync. */
export type Level = "in_sync" | "heals" | "needs_you" | "none";

const LOOKS: Record<Level, { label: string; icon: LucideIcon; tone: Tone }> = {
  in_sync: { label: "In sync", icon: CircleCheck, tone: "ok" },
  heals: { label: "Heals by itself", icon: Timer, tone: "plain" },
  needs_you: { label: "Needs you", icon: Hand, tone: "warn" },
  none: { label: "Nothing to do", icon: CircleMinus, tone: "plain" },
};

/** The two kinds of trouble, told apart in the same words wherever a failure shows. */
export function LevelBadge({ level, className }: { level: Level; className?: string }) {
  const { label, icon, tone } = LOOKS[level];
  return (
    <Badge tone={tone} icon={icon} {...(className && { className })}>
      {label}
    </Badge>
  );
}
