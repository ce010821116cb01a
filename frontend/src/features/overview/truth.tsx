import { CircleAlert, CircleCheck, CircleHelp, type LucideIcon, RefreshCw } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";
import type { Truth as TruthData } from "./queries";

const LOOKS: Record<TruthData["level"], { icon: LucideIcon; colour: string }> = {
  ok: { icon: CircleCheck, colour: "text-ok" },
  working: { icon: RefreshCw, colour: "text-muted" },
  attention: { icon: CircleHelp, colour: "text-ask" },
  broken: { icon: CircleAlert, colour: "text-bad" },
};

interface TruthProps {
  truth: TruthData;
  /** What a person can do about it here. */
  action?: ReactNode;
}

/** Is everything in sync? One sentence. */
export function Truth({ truth, action }: TruthProps) {
  const { icon: Icon, colour } = LOOKS[truth.level];
  return (
    <div data-tour="truth" className="flex flex-wrap gap-3">
      <Icon className={cn("mt-0.5 size-7 shrink-0", colour)} strokeWidth={2} aria-hidden />
      <div className="min-w-0 flex-1 basis-60">
        <h1
          className="text-pretty font-semibold text-xl leading-8 tracking-[-0.022em] sm:text-2xl"
          aria-live="polite"
        >
          {truth.sentence}
        </h1>
        {truth.detail && <p className="mt-1 max-w-prose text-muted">{truth.detail}</p>}
      </div>
      {action}
    </div>
  );
}
