import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import {
  CirclePlus,
  Equal,
  Eraser,
  type LucideIcon,
  Minus,
  Pencil,
  RotateCcw,
  TriangleAlert,
  Unlink,
} from "lucide-react";
import { Badge, type Tone } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/card";
import { ErrorState } from "@/components/ui/error-state";
import { SIDE_NAMES } from "@/components/ui/side";
import { Skeleton } from "@/components/ui/skeleton";
import { formatCount } from "@/lib/format";
import { type OperationOut, type PlannedOut, planQuery, type RunOut } from "./queries";

const ACTIONS: Record<PlannedOut["action"], { label: string; icon: LucideIcon }> = {
  create: { label: "Create", icon: CirclePlus },
  update: { label: "Update", icon: Pencil },
  match: { label: "Match", icon: Equal },
  delete: { label: "Delete", icon: Minus },
  restore: { label: "Bring back", icon: RotateCcw },
  close: { label: "Let go of the link", icon: Unlink },
  erase: { label: "Erase", icon: Eraser },
  nothing: { label: "Left as it is", icon: TriangleAlert },
};

/** What became of it, once the plan was carried out. */
const STATES: Record<Exclude<PlannedOut["state"], "planned">, { label: string; tone: Tone }> = {
  done: { label: "Done as shown", tone: "ok" },
  changed: { label: "Done otherwise", tone: "plain" },
  unneeded: { label: "Not needed any more", tone: "plain" },
  skipped: { label: "Left as it is", tone: "warn" },
  failed: { label: "Refused", tone: "bad" },
};
const SHOWN = 3;

/** The stored plan of a preview or an undo, contact by contact. */
export function Plan({ tenant, run }: { tenant: string; run: RunOut }) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    planQuery(tenant, run.id),
  );
  const rows = data?.pages.flatMap((page) => page.items) ?? [];
  const total = data?.pages[0]?.totals.reduce((sum, { count }) => sum + count, 0) ?? 0;
  return (
    <Panel
      title={run.kind === "undo" ? "What it puts back" : "Contact by contact"}
      aside={
        total > 0 && (
          <span className="text-muted text-xs tabular-nums">
            {formatCount(rows.length)} of {formatCount(total)}
          </span>
        )
      }
      bodyClassName="p-0"
    >
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <PlanSkeleton />}
      {data && rows.length === 0 && (
        <p className="px-4 py-3 text-muted text-sm">
          {run.status === "cancelled"
            ? "Nothing of this plan is kept: it was cancelled."
            : "There is nothing to do for any contact."}
        </p>
      )}
      {rows.length > 0 && (
        <ul className="divide-y">
          {rows.map((row) => (
            <PlanRow key={row.seq} tenant={tenant} row={row} isUndo={run.kind === "undo"} />
          ))}
        </ul>
      )}
      {hasNextPage && (
        <div className="border-t p-3">
          <Button className="w-full" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            More
          </Button>
        </div>
      )}
    </Panel>
  );
}

interface PlanRowProps {
  tenant: string;
  row: PlannedOut;
  /** Its reason is the same in every row. */
  isUndo: boolean;
}

function PlanRow({ tenant, row, isUndo }: PlanRowProps) {
  const { label, icon: Icon } = ACTIONS[row.action];
  const state = row.state === "planned" ? undefined : STATES[row.state];
  // Of what was left alone the row has said so already.
  const isSaid = row.action === "nothing" && row.state === "skipped";
  const parts = row.operations.filter(({ kind }) => kind !== "agree");
  return (
    <li className="grid gap-x-4 gap-y-1 px-4 py-2 text-sm md:grid-cols-[11rem_minmax(0,1fr)_minmax(0,1.5fr)] md:items-baseline">
      <span className="flex items-baseline gap-1.5 font-medium text-ink-2 text-xs">
        <Icon className="size-3.5 shrink-0 self-center" aria-hidden /> {label}
        {row.side && row.action !== "nothing" && ` in ${SIDE_NAMES[row.side]}`}
      </span>
      <span className="min-w-0 truncate">
        {row.contact_id ? (
          <Link
            to="/$tenant/contacts/$contactId"
            params={{ tenant, contactId: row.contact_id }}
            className="font-medium underline decoration-line-strong underline-offset-3 hover:decoration-ink"
          >
            {row.name}
          </Link>
        ) : (
          <span className="font-medium">{row.name}</span>
        )}{" "}
        {row.email !== row.name && <span className="text-muted text-xs">{row.email}</span>}
      </span>
      <span className="grid min-w-0 gap-0.5 text-xs">
        {parts.slice(0, SHOWN).map((part) => (
          <Part
            key={`${part.kind} ${part.field} ${part.side}`}
            part={part}
            isElsewhere={part.side !== row.side}
          />
        ))}
        {parts.length > SHOWN && (
          <span className="text-muted">and {formatCount(parts.length - SHOWN)} more</span>
        )}
        {parts.length === 0 && !isUndo && row.reason && <span className="text-ink-2">{row.reason}</span>}
        {state && !isSaid && (
          <span className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
            <Badge tone={state.tone}>{state.label}</Badge>
            {row.state !== "done" && row.outcome && (
              <span className="min-w-0 break-words text-muted">{row.outcome}</span>
            )}
          </span>
        )}
      </span>
    </li>
  );
}

/** One field of it in words. */
function Part({ part, isElsewhere }: { part: OperationOut; isElsewhere: boolean }) {
  const { kind, label, before, after, side, reason } = part;
  return (
    <span className="min-w-0 break-words">
      {label && <span className="text-muted">{label}: </span>}
      {kind === "write" ? (
        <>
          <del className="text-muted decoration-muted">{before || "empty"}</del>{" "}
          <span className="text-muted">becomes</span> <span className="font-medium">{after || "empty"}</span>
          {side && isElsewhere && <span className="text-muted"> in {SIDE_NAMES[side]}</span>}
        </>
      ) : (
        <span className={kind === "reject" ? "text-bad-ink" : "text-ask-ink"}>
          {kind === "conflict" ? "changed on both sides" : reason}
        </span>
      )}
    </span>
  );
}

function PlanSkeleton() {
  return (
    <div className="grid gap-3 p-4">
      {[1, 2, 3, 4].map((row) => (
        <Skeleton key={row} className="h-5 w-full" />
      ))}
    </div>
  );
}
