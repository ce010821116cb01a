import { useInfiniteQuery } from "@tanstack/react-query";
import { ArrowRight, Undo2 } from "lucide-react";
import { useState } from "react";
import { Ago } from "@/components/ui/ago";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/card";
import { ErrorState } from "@/components/ui/error-state";
import { RunLink } from "@/components/ui/run-link";
import { SIDE_NAMES, SideGlyph } from "@/components/ui/side";
import { Skeleton } from "@/components/ui/skeleton";
import { cn } from "@/lib/cn";
import { asProblem } from "@/lib/problem";
import { toastDone, toastFailed } from "@/lib/toast";
import { CAUSES } from "./changes";
import { showValue } from "./field-value";
import {
  type ChangeFilters,
  type ChangeOut,
  type FieldChange,
  type FieldOut,
  timelineQuery,
  useContactActions,
} from "./queries";
import { TimelineFilters } from "./timeline-filters";

const OPS: Record<ChangeOut["op"], string> = {
  created: "Created",
  updated: "Changed",
  deleted: "Deleted",
  restored: "Restored",
};

/** A field that is no longer mapped: shown as written. */
const PLAIN = { kind: "text", options: [] } as const satisfies Pick<FieldOut, "kind"> & { options: never[] };

interface TimelineProps {
  tenant: string;
  contactId: string;
  /** How each field's values are shown. */
  fields: FieldOut[];
  canEdit: boolean;
}

/** Every change of a contact, newest first: which side, who, why, before and after. */
export function Timeline({ tenant, contactId, fields, canEdit }: TimelineProps) {
  const [filters, setFilters] = useState<ChangeFilters>({});
  const isNarrowed = Object.keys(filters).length > 0;
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    timelineQuery(tenant, contactId, filters),
  );
  const changes = data?.pages.flatMap((page) => page.items) ?? [];
  const { undo, restore, undoing } = useContactActions(tenant);
  const onUndo = ({ id, op }: ChangeOut) =>
    void undo(contactId, id).then(
      ({ name }) =>
        op === "created"
          ? toastDone(`${name} was deleted again`, {
              detail: "HubSpot archives it too.",
              undo: () => void restore(contactId).then(() => toastDone(`${name} is back`)),
            })
          : toastDone("It is as it was before that change", { detail: "HubSpot gets it next." }),
      (error: unknown) => {
        const problem = asProblem(error);
        toastFailed(problem.title, { detail: problem.detail });
      },
    );
  return (
    <Panel title="History">
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} className="p-0" />}
      {!data && !error && <TimelineSkeleton />}
      <TimelineFilters filters={filters} fields={fields} onFilter={setFilters} />
      {data && changes.length === 0 && (
        <p className="text-muted text-sm">
          {isNarrowed ? "No change is like that." : "No changes recorded yet."}
        </p>
      )}
      <ol className="relative grid gap-5 before:absolute before:top-2 before:bottom-2 before:left-[8.5px] before:w-px before:bg-line">
        {changes.map((change) => (
          <Entry
            key={change.id}
            tenant={tenant}
            change={change}
            fields={fields}
            isBusy={undoing === change.id}
            onUndo={canEdit && canBePutBack(change) ? () => onUndo(change) : undefined}
          />
        ))}
      </ol>
      {hasNextPage && (
        <Button className="mt-4 w-full" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Older changes
        </Button>
      )}
    </Panel>
  );
}

interface EntryProps {
  tenant: string;
  change: ChangeOut;
  fields: FieldOut[];
  isBusy: boolean;
  /** For whoever may, and for what can be put back at all. */
  onUndo: (() => void) | undefined;
}

function Entry({ tenant, change, fields, isBusy, onUndo }: EntryProps) {
  return (
    <li className="relative flex gap-3 text-sm">
      <SideGlyph side={change.side} className="mt-px ring-4 ring-surface" />
      <div className="min-w-0 flex-1">
        <div className="flex items-start justify-between gap-2">
          <p className="min-w-0">
            <span className="font-medium">
              {OPS[change.op]} in {SIDE_NAMES[change.side]}
            </span>
            <span className="text-ink-2">{whoOf(change)}</span>
          </p>
          {onUndo && (
            <Button kind="quiet" size="sm" busy={isBusy} className="-mt-1 -mr-1.5" onClick={onUndo}>
              {!isBusy && <Undo2 aria-hidden />} Undo
              <span className="sr-only">: {subjectOf(change)}</span>
            </Button>
          )}
        </div>
        <p className="text-muted text-xs">
          <Ago iso={change.at} />
          {change.cause === "sql" && change.actor && ` · database user ${change.actor}`}
          {change.actor && !["user", "sql"].includes(change.cause) && ` · ${CAUSES[change.cause]}`}
          {change.reason && ` · ${change.reason}`}
          <RunLink tenant={tenant} runId={change.run_id} />
        </p>
        <dl
          className={cn("mt-1.5 grid gap-1", change.op === "created" && "gap-0 rounded-md bg-sunken py-1.5")}
        >
          {change.fields.map((field) => (
            <Difference
              key={field.name}
              field={field}
              shape={fields.find(({ name }) => name === field.name)}
              isNew={change.op === "created"}
            />
          ))}
        </dl>
      </div>
    </li>
  );
}

/** What was erased is gone for good, and what HubSpot made is deleted there, not undone here. Else the server says. */
function canBePutBack({ cause, op, side }: ChangeOut): boolean {
  return cause !== "erasure" && !(op === "created" && side === "hubspot");
}

/** What an undo is about, for whoever does not see where its button stands. */
function subjectOf({ op, fields }: ChangeOut): string {
  return op === "updated" ? fields.map(({ label }) => label).join(", ") : OPS[op].toLowerCase();
}

/** A person by name, anything else by what it is. */
function whoOf({ actor, cause }: ChangeOut): string {
  if (actor && cause !== "sql") return ` by ${actor}`;
  return cause === "sync" ? ", carried over" : ` ${CAUSES[cause]}`;
}

interface DifferenceProps {
  field: FieldChange;
  shape: Pick<FieldOut, "kind" | "options"> | undefined;
  isNew: boolean;
}

function Difference({ field, shape = PLAIN, isNew }: DifferenceProps) {
  if (isNew) {
    return (
      <div className="grid grid-cols-[5.25rem_1fr] gap-x-2 px-2.5 py-0.5 text-xs">
        <dt className="text-muted">{field.label}</dt>
        <dd className="min-w-0 break-words font-medium">{showValue(shape, field.after)}</dd>
      </div>
    );
  }
  return (
    <div className="rounded-md bg-sunken px-2.5 py-1.5 text-xs">
      <dt className="text-muted">{field.label}</dt>
      <dd className="flex flex-wrap items-center gap-x-1.5">
        <del className="min-w-0 break-words text-muted decoration-muted">
          {showValue(shape, field.before) || "empty"}
        </del>
        <ArrowRight className="size-3 shrink-0 text-muted" aria-label="became" />
        <span className="min-w-0 break-words font-medium">{showValue(shape, field.after) || "empty"}</span>
      </dd>
    </div>
  );
}

function TimelineSkeleton() {
  return (
    <div className="grid gap-5">
      {[1, 2, 3, 4].map((row) => (
        <div key={row} className="grid gap-2 pl-7">
          <Skeleton className="h-4 w-40" />
          <Skeleton className="h-9 w-full" />
        </div>
      ))}
    </div>
  );
}
