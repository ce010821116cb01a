import {
  Ban,
  CircleCheck,
  CircleX,
  Eye,
  Hand,
  LoaderCircle,
  type LucideIcon,
  TriangleAlert,
} from "lucide-react";
import { Badge, type Tone } from "@/components/ui/badge";
import { humanise } from "@/lib/format";
import type { RunOut } from "./queries";

const LOOKS: Record<RunOut["status"], { label: string; icon: LucideIcon; tone: Tone }> = {
  running: { label: "Running", icon: LoaderCircle, tone: "plain" },
  waiting: { label: "Waits for approval", icon: Eye, tone: "ask" },
  succeeded: { label: "Succeeded", icon: CircleCheck, tone: "ok" },
  partial: { label: "Partial: some were not carried over", icon: TriangleAlert, tone: "warn" },
  failed: { label: "Failed", icon: CircleX, tone: "bad" },
  cancelled: { label: "Cancelled", icon: Ban, tone: "plain" },
  held: { label: "Held for approval", icon: Hand, tone: "warn" },
};

export const KIND_NAMES: Record<RunOut["kind"], string> = {
  preview: "Preview",
  backfill: "First load",
  sweep: "Full comparison",
  undo: "Undo",
  edit: "Bulk edit",
};

/** What or who started it: a person by their address, everything else in words. */
export function triggerOf({ trigger }: RunOut): string {
  return trigger.includes("@") ? trigger : humanise(trigger);
}

export function RunStatus({ status, short = false }: { status: RunOut["status"]; short?: boolean }) {
  const { label, icon, tone } = LOOKS[status];
  return (
    <Badge tone={tone} icon={icon} className={status === "running" ? "[&_svg]:animate-spin" : ""}>
      {short ? label.split(":")[0] : label}
    </Badge>
  );
}
