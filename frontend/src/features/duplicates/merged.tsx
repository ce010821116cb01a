import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Merge, Undo2 } from "lucide-react";
import { useState } from "react";
import { Ago } from "@/components/ui/ago";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { ChipBar, ChipToggle } from "@/components/ui/chips";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { SideGlyph } from "@/components/ui/side";
import { Skeleton } from "@/components/ui/skeleton";
import { toastDone } from "@/lib/toast";
import type { SearchChange } from "./filter-bar";
import { canBeSent, HubSpotState } from "./merge-state";
import { QualityReport } from "./quality-report";
import { type MergeOut, mergesQuery, useDecisions } from "./queries";
import type { DuplicateSearch } from "./search";
import { duplicateSummaryQuery } from "./summary/queries";
import { UndoDialog } from "./undo-dialog";
import { tellFault } from "./use-deciding";

interface MergedProps {
  tenant: string;
  search: DuplicateSearch;
  onSearch: (changed: SearchChange) => void;
  canDecide: boolean;
}

const STATES = [
  ["live", "In force"],
  ["undone", "Undone"],
] as const;

/** What was merged, the newest first: how, by whom, how it stands in HubSpot, and the way back. */
export function Merged({ tenant, search, onSearch, canDecide }: MergedProps) {
  const list = useInfiniteQuery(mergesQuery(tenant, search.state));
  const { data: summary } = useQuery(duplicateSummaryQuery(tenant));
  const [undoing, setUndoing] = useState<MergeOut>();
  const merges = list.data?.pages.flatMap((page) => page.merges) ?? [];
  if (list.error && !list.data) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  return (
    <div className="grid gap-4">
      {summary ? <QualityReport report={summary.report} /> : <Skeleton className="h-32 w-full rounded-lg" />}
      <ChipBar label="Which merges">
        {STATES.map(([state, label]) => (
          <ChipToggle
            key={state}
            isOn={search.state === state}
            onToggle={() => onSearch({ state: search.state === state ? undefined : state })}
          >
            {label}
          </ChipToggle>
        ))}
      </ChipBar>
      {!list.data && [1, 2, 3].map((row) => <Skeleton key={row} className="h-18 w-full rounded-lg" />)}
      {list.data && merges.length === 0 && (
        <EmptyState icon={Merge} title={search.state ? "No merge is like that" : "Nothing was merged yet"}>
          What is merged here, by the rules or in HubSpot is listed here, each with a way back.
        </EmptyState>
      )}
      {merges.length > 0 && (
        <ul
          aria-label="Merges"
          className="divide-y divide-line/70 overflow-hidden rounded-lg border bg-surface shadow-low"
        >
          {merges.map((merge) => (
            <Row
              key={merge.id}
              tenant={tenant}
              merge={merge}
              canDecide={canDecide}
              onUndo={() => setUndoing(merge)}
            />
          ))}
        </ul>
      )}
      {list.hasNextPage && (
        <Button className="w-full" busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          Older merges
        </Button>
      )}
      {undoing && <UndoDialog tenant={tenant} merge={undoing} onClose={() => setUndoing(undefined)} />}
    </div>
  );
}

interface RowProps {
  tenant: string;
  merge: MergeOut;
  canDecide: boolean;
  onUndo: () => void;
}

function Row({ tenant, merge, canDecide, onUndo }: RowProps) {
  const { mergeInHubspot, sendingId } = useDecisions(tenant);
  const { name, other_name: other, contact_id: contactId, state } = merge;
  const onSend = () =>
    void mergeInHubspot(merge.id).then(
      ({ hubspot_words: words }) => toastDone(`${name}: HubSpot merges too`, { detail: words }),
      tellFault,
    );
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <div className="grid min-w-0 flex-1 basis-80 gap-1">
        <p className="text-sm">
          <Link
            to="/$tenant/contacts/$contactId"
            params={{ tenant, contactId }}
            className="font-semibold underline decoration-line-strong underline-offset-3 hover:decoration-ink"
          >
            {name}
          </Link>
          <span className="text-muted"> is one with </span>
          <span className="font-medium">{other}</span>
          {state === "undone" && <Badge className="ml-2">Undone</Badge>}
        </p>
        <p className="text-muted text-xs">
          <How merge={merge} /> <Ago iso={merge.at} />
          {merge.undone_at && (
            <>
              {" · undone "}
              {merge.undone_by && `by ${merge.undone_by} `}
              <Ago iso={merge.undone_at} />
            </>
          )}
        </p>
        <HubSpotState merge={merge} />
        {state === "undone" && merge.left_behind.length > 0 && (
          <p className="text-warn-ink text-xs">Did not come back: {merge.left_behind.join(" ")}</p>
        )}
      </div>
      {canDecide && state === "live" && (
        <div className="flex flex-wrap gap-1.5">
          {canBeSent(merge) && (
            <Button size="sm" busy={sendingId === merge.id} onClick={onSend}>
              {merge.hubspot === "refused" ? "Try in HubSpot again" : "Merge in HubSpot now"}
              <span className="sr-only">: {name}</span>
            </Button>
          )}
          <Button size="sm" kind="quiet" onClick={onUndo}>
            <Undo2 aria-hidden /> Undo…
            <span className="sr-only">: {name}</span>
          </Button>
        </div>
      )}
    </li>
  );
}

function How({ merge: { how, by } }: { merge: MergeOut }) {
  if (how === "person") return `Merged by ${by}`;
  if (how === "automatic") return "Merged by the strict rules, without a person,";
  return (
    <>
      <SideGlyph side="hubspot" className="size-3.5 align-text-bottom" /> Merged in HubSpot, followed here
    </>
  );
}
