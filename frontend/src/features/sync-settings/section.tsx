import type { FormEvent, ReactNode } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/card";
import { LeaveGuard } from "@/components/ui/leave-guard";
import { Notice } from "@/components/ui/notice";
import type { SectionState } from "./use-section";

interface SectionProps {
  title: string;
  lead: ReactNode;
  state: SectionState;
  /** What the message says once it is saved. */
  done: string;
  canWrite: boolean;
  children: ReactNode;
}

/** Settings that are saved together. Says that something is not saved, and only then offers to. */
export function Section({ title, lead, state, done, canWrite, children }: SectionProps) {
  const { isDirty, isSaving, problem, discard, save } = state;
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    save(done);
  };
  return (
    <Panel title={title} aside={isDirty && <Badge tone="warn">not saved</Badge>} bodyClassName="p-0">
      <form onSubmit={onSubmit}>
        <fieldset disabled={!canWrite} className="grid min-w-0 gap-4 p-4">
          <legend className="sr-only">{title}</legend>
          <p className="max-w-prose text-pretty text-muted text-sm">{lead}</p>
          {problem && (
            <div role="alert">
              <Notice tone="bad" title={problem.title}>
                {problem.detail}
              </Notice>
            </div>
          )}
          {children}
        </fieldset>
        {isDirty && (
          <div className="flex justify-end gap-2 border-t px-4 py-3">
            <Button kind="quiet" onClick={discard}>
              Discard
            </Button>
            <Button type="submit" kind="primary" busy={isSaving}>
              Save
            </Button>
          </div>
        )}
      </form>
      <LeaveGuard isDirty={isDirty} what={`What you changed under “${title}”`} />
    </Panel>
  );
}
