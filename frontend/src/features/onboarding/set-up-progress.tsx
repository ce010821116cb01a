import { X } from "lucide-react";
import { Progress } from "@/components/ui/progress";
import { remember, useRemembered } from "@/lib/remembered";
import { type Permission, useFacts } from "./queries";
import { StepLink } from "./step-link";
import { stepsOf } from "./steps";

export const hiddenKey = (tenant: string) => `loanark.set-up-hidden.${tenant}`;

interface SetUpProgressProps {
  tenant: string;
  compact: boolean;
  can: (permission: Permission) => boolean;
}

/** How far the set-up is, on every page, until it is done or put away. For those only who can go on with it. */
export function SetUpProgress({ tenant, compact, can }: SetUpProgressProps) {
  const isHidden = useRemembered(hiddenKey(tenant));
  const facts = useFacts(tenant, !isHidden && can("sync:run"));
  if (isHidden || !facts) return null;
  const steps = stepsOf(facts).filter(({ needs }) => can(needs));
  const open = steps.find(({ state }) => state === "next" || state === "doing");
  if (!open) return null;
  const done = steps.filter(({ state }) => state === "done").length;
  const share = `${done} of ${steps.length}`;
  if (compact) {
    return (
      <StepLink
        tenant={tenant}
        step={open}
        title={`Getting started, ${share}: ${open.title}`}
        className="grid h-11 place-items-center rounded-md font-semibold text-2xs tabular-nums hover:bg-hover"
      >
        <span className="sr-only">Getting started: {open.title}, </span>
        {share.replace(" of ", "/")}
      </StepLink>
    );
  }
  return (
    <div className="relative rounded-md border bg-surface shadow-low">
      <StepLink tenant={tenant} step={open} className="grid gap-2 rounded-md p-2.5 pr-9 hover:bg-hover">
        <span className="leading-tight">
          <span className="block text-2xs text-muted tabular-nums">Getting started · {share}</span>
          <span className="block font-medium text-sm">{open.title}</span>
        </span>
        <Progress share={done / steps.length} label="Getting started" />
      </StepLink>
      <button
        type="button"
        aria-label="Put “Getting started” away"
        onClick={() => remember(hiddenKey(tenant), true)}
        className="absolute top-1 right-1 grid pointer-coarse:size-11 size-7 place-items-center rounded-sm text-muted hover:bg-hover"
      >
        <X className="size-3.5" aria-hidden />
      </button>
    </div>
  );
}
