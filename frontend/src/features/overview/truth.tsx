import { CircleAlert, CircleCheck, CircleHelp, type LucideIcon, RefreshCw } from "lucide-react";
import { cn } from "@/lib/cn";
import type { Truth as TruthData } from "./queries";

const LOOKS: Record<TruthData["level"], { icon: LucideIcon; colour: string }> = {
  ok: { icon: CircleCheck, colour: "text-ok" },
  working: { icon: RefreshCw, colour: "text-muted" },
  attention: { icon: CircleHelp, colour: "text-ask" },
  broken: { icon: CircleAlert, colour: "text-bad" },
};

/** Is everything in sync? One sentence. */
export function Truth({ truth }: { truth: TruthData }) {
  const { icon: Icon, colour } = LOOKS[truth.level];
  return (
    <div className="flex gap-3">
      <Icon className={cn("mt-0.5 size-7 shrink-0", colour)} strokeWidth={2} aria-hidden />
      <div>
        <h1
          className="text-pretty font-semibold text-xl leading-8 tracking-[-0.022em] sm:text-2xl"
          aria-live="polite"
        >
          {truth.sentence}
        </h1>
        {truth.detail && <p className="mt-1 max-w-prose text-muted">{truth.detail}</p>}
      </div>
    </div>
  );
}
