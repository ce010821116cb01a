import {
  ArrowLeft,
  ArrowRight,
  CircleX,
  Equal,
  Info,
  type LucideIcon,
  Minus,
  Pencil,
  Split,
} from "lucide-react";
import { Panel } from "@/components/ui/card";
import { cn } from "@/lib/cn";
import type { PreviewOut, RunSample } from "./queries";
import { RunCounts } from "./run-counts";

const ACTIONS: Record<RunSample["action"], { label: string; icon: LucideIcon; colour: string }> = {
  create_in_loanark: { label: "Create in LoanArk", icon: ArrowRight, colour: "text-loanark-ink" },
  create_in_hubspot: { label: "Create in HubSpot", icon: ArrowLeft, colour: "text-hubspot-ink" },
  match: { label: "Match", icon: Equal, colour: "text-ink-2" },
  update: { label: "Update", icon: Pencil, colour: "text-ink-2" },
  delete: { label: "Delete", icon: Minus, colour: "text-bad-ink" },
  conflict: { label: "Conflict", icon: Split, colour: "text-ask-ink" },
  reject: { label: "Refused", icon: CircleX, colour: "text-bad-ink" },
};

/** What the run would do, before it does anything: both sides before and after, all counts, what to know, and people one can check. */
export function Preview({ preview }: { preview: PreviewOut }) {
  return (
    <div className="grid gap-4">
      <Panel title="What it would do">
        <RunCounts
          counts={preview.counts}
          totals={{ hubspot: preview.hubspot_total, loanark: preview.loanark_total }}
        />
      </Panel>
      {preview.notices.length > 0 && (
        <Panel title="Good to know" bodyClassName="p-0">
          <ul className="divide-y">
            {preview.notices.map((notice) => (
              <li key={notice} className="flex gap-2.5 px-4 py-3 text-sm">
                <Info className="mt-0.5 size-4 shrink-0 text-muted" aria-hidden />
                {notice}
              </li>
            ))}
          </ul>
        </Panel>
      )}
      <Panel title="Some of them" bodyClassName="p-0">
        <ul className="divide-y">
          {preview.samples.map((sample) => (
            <Sample key={`${sample.action} ${sample.name} ${sample.email}`} sample={sample} />
          ))}
        </ul>
      </Panel>
    </div>
  );
}

function Sample({ sample }: { sample: RunSample }) {
  const { label, icon: Icon, colour } = ACTIONS[sample.action];
  return (
    <li className="grid gap-x-4 gap-y-0.5 px-4 py-2 text-sm sm:grid-cols-[9rem_1.6fr_1fr] sm:items-baseline">
      <span className={cn("flex items-baseline gap-1.5 font-medium text-xs", colour)}>
        <Icon className="size-3.5 self-center" aria-hidden /> {label}
      </span>
      <span className="min-w-0 truncate">
        <span className="font-medium">{sample.name}</span>{" "}
        <span className="text-muted text-xs">{sample.email}</span>
      </span>
      <span className="text-ink-2 text-xs">{sample.detail}</span>
    </li>
  );
}
