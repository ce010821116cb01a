import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/card";
import { ErrorState } from "@/components/ui/error-state";
import { SIDE_NAMES, SideGlyph } from "@/components/ui/side";
import { Skeleton } from "@/components/ui/skeleton";
import { formatCount } from "@/lib/format";
import { changesQuery, type FieldChange, type RunChange } from "./queries";

const OPS: Record<RunChange["op"], string> = {
  created: "Created",
  updated: "Changed",
  deleted: "Deleted",
  restored: "Restored",
};
const SHOWN = 4;

interface RunChangesProps {
  tenant: string;
  runId: number;
  /** So many contacts it changed in LoanArk, as it counted them. */
  expected: number;
}

/** What a run changed in LoanArk, contact by contact, before and after. */
export function RunChanges({ tenant, runId, expected }: RunChangesProps) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    changesQuery(tenant, runId),
  );
  const rows = data?.pages.flatMap((page) => page.items) ?? [];
  const total = data?.pages[0]?.total ?? expected;
  if (expected === 0 && rows.length === 0) return null;
  return (
    <Panel
      title="Changed in LoanArk"
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
      {!data && !error && (
        <div className="grid gap-3 p-4">
          {[1, 2, 3, 4].map((row) => (
            <Skeleton key={row} className="h-5 w-full" />
          ))}
        </div>
      )}
      {data && rows.length === 0 && (
        <p className="px-4 py-3.5 text-muted text-sm">What it changed is not kept any more.</p>
      )}
      {rows.length > 0 && (
        <ul className="divide-y">
          {rows.map((row) => (
            <ChangeRow key={row.id} tenant={tenant} row={row} />
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

function ChangeRow({ tenant, row }: { tenant: string; row: RunChange }) {
  const more = row.fields.length - SHOWN;
  return (
    <li className="grid gap-x-4 gap-y-1 px-4 py-2 text-sm md:grid-cols-[9rem_minmax(0,1fr)_minmax(0,1.8fr)] md:items-baseline">
      <span className="flex items-center gap-1.5 text-ink-2 text-xs">
        <SideGlyph side={row.side} className="size-4" />
        <span className="sr-only">From {SIDE_NAMES[row.side]}: </span>
        {OPS[row.op]}
      </span>
      <Link
        to="/$tenant/contacts/$contactId"
        params={{ tenant, contactId: row.contact_id }}
        className="min-w-0 truncate font-medium underline decoration-line-strong underline-offset-3 hover:decoration-ink"
      >
        {row.contact_name}
      </Link>
      <ul className="grid min-w-0 gap-0.5 text-xs">
        {row.fields.slice(0, SHOWN).map((field) => (
          <Difference key={field.name} field={field} isNew={row.op === "created"} />
        ))}
        {more > 0 && <li className="text-muted">and {formatCount(more)} more</li>}
        {row.fields.length === 0 && row.reason && <li className="text-ink-2">{row.reason}</li>}
      </ul>
    </li>
  );
}

function Difference({ field, isNew }: { field: FieldChange; isNew: boolean }) {
  return (
    <li className="min-w-0 break-words">
      <span className="text-muted">{field.label}: </span>
      {!isNew && (
        <>
          <del className="text-muted decoration-muted">{field.before || "empty"}</del>{" "}
          <span className="text-muted">became</span>{" "}
        </>
      )}
      <span className="font-medium">{field.after || "empty"}</span>
    </li>
  );
}
