import { Check, Clock, LoaderCircle, ShieldCheck } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Progress } from "@/components/ui/progress";
import { Skeleton } from "@/components/ui/skeleton";
import { cn } from "@/lib/cn";
import { type Permission, useFacts } from "./queries";
import { SampleData } from "./sample-data";
import { StepLink } from "./step-link";
import { type Facts, type Step, type StepState, stepsOf, whoCan } from "./steps";

interface ChecklistProps {
  tenant: string;
  can: (permission: Permission) => boolean;
}

/** The first run, step by step: what happens, how long it takes, what is safe, and the door to it. */
export function Checklist({ tenant, can }: ChecklistProps) {
  const facts = useFacts(tenant);
  if (!facts) return <Skeleton className="h-120 w-full rounded-lg" />;
  const steps = stepsOf(facts).filter(({ isOptional, needs }) => !isOptional || can(needs));
  const done = steps.filter(({ state }) => state === "done").length;
  return (
    <Card aria-label="Getting started" className="overflow-hidden">
      <header className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 border-b px-5 py-4">
        <div className="min-w-0">
          <h2 className="font-semibold text-lg">Getting started</h2>
          <p className="text-muted text-sm">From here to two sides that stay the same: about ten minutes.</p>
        </div>
        <div className="flex items-center gap-3 text-muted text-xs tabular-nums">
          <Progress share={done / steps.length} label="Steps done" className="w-28" />
          {done} of {steps.length}
        </div>
      </header>
      <ol className="divide-y">
        {steps.map((step, index) => (
          <StepRow key={step.id} tenant={tenant} step={step} number={index + 1} facts={facts} can={can} />
        ))}
      </ol>
      <SampleData connection={facts.connection} />
    </Card>
  );
}

interface StepRowProps extends ChecklistProps {
  step: Step;
  number: number;
  facts: Facts;
}

function StepRow({ tenant, step, number, facts, can }: StepRowProps) {
  const { state } = step;
  const isOpen = state === "next" || state === "doing";
  return (
    <li
      aria-current={isOpen ? "step" : undefined}
      className={cn("flex gap-4 px-5 py-4", isOpen && "bg-sunken")}
    >
      <Mark state={state} number={number} />
      <div className="flex min-w-0 flex-1 flex-wrap items-start gap-x-6 gap-y-3">
        <div className="min-w-48 flex-1 text-sm">
          <h3 className={cn("font-semibold", state === "later" && "text-ink-2")}>
            {step.title}
            {step.isOptional && <span className="font-normal text-muted"> (if you like)</span>}
          </h3>
          <p className={cn("mt-0.5 max-w-prose", isOpen ? "text-ink-2" : "text-muted")}>
            {state === "done" && step.news ? step.news : step.text}
          </p>
          {isOpen && <More step={step} />}
        </div>
        <Way tenant={tenant} step={step} facts={facts} isOpen={isOpen} isAllowed={can(step.needs)} />
      </div>
    </li>
  );
}

const MARKS: Record<StepState, string> = {
  done: "border-transparent bg-ok-wash text-ok-ink",
  doing: "border-line-strong text-ink",
  next: "border-transparent bg-ink text-on-ink",
  later: "text-muted",
};

function Mark({ state, number }: { state: StepState; number: number }) {
  return (
    <span
      className={cn(
        "grid size-7 shrink-0 place-items-center rounded-full border font-semibold text-xs tabular-nums",
        MARKS[state],
      )}
    >
      {state === "done" ? (
        <Check className="size-4" role="img" aria-label="Done" />
      ) : state === "doing" ? (
        <LoaderCircle className="size-4 animate-spin" role="img" aria-label="Under way" />
      ) : (
        number
      )}
    </span>
  );
}

function More({ step: { news, safe, takes } }: { step: Step }) {
  return (
    <>
      {news && <p className="mt-1.5 font-medium tabular-nums">{news}</p>}
      <ul className="mt-2 grid gap-1 text-muted text-xs">
        <li className="flex gap-1.5">
          <ShieldCheck className="mt-0.5 size-3.5 shrink-0 text-ok-ink" aria-hidden />
          {safe}
        </li>
        <li className="flex gap-1.5">
          <Clock className="mt-0.5 size-3.5 shrink-0" aria-hidden />
          Takes {takes}.
        </li>
      </ul>
    </>
  );
}

interface WayProps {
  tenant: string;
  step: Step;
  facts: Facts;
  isOpen: boolean;
  isAllowed: boolean;
}

/** The button of the open step, a quiet link on one that is done; who may not do it reads who can. */
function Way({ tenant, step, facts, isOpen, isAllowed }: WayProps) {
  if (step.state === "later") return null;
  if (isOpen && !isAllowed) {
    const names = whoCan(step.needs, facts.members);
    return (
      <p className="max-w-56 text-muted text-sm">
        {names.length > 0 ? `${names.slice(0, 3).join(", ")} can do this.` : "An administrator can do this."}
      </p>
    );
  }
  return (
    <Button
      asChild
      kind={step.state === "next" ? "primary" : "quiet"}
      size={isOpen ? "md" : "sm"}
      className={isOpen ? undefined : "max-sm:-ml-2.5"}
    >
      <StepLink tenant={tenant} step={step}>
        {step.action}
      </StepLink>
    </Button>
  );
}
