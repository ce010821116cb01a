import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Merge, Undo2 } from "lucide-react";
import { useState } from "react";
import { Ago } from "@/components/ui/ago";
import { Button, buttonStyle } from "@/components/ui/button";
import { Panel } from "@/components/ui/card";
import { Notice } from "@/components/ui/notice";
import { plural } from "@/lib/format";
import { HubSpotState } from "./merge-state";
import { duplicateOfQuery, type Group, type MergeOut, mergesOfQuery } from "./queries";
import { UndoDialog } from "./undo-dialog";
import { bestPair, formatLikelihood } from "./words";

interface OfContactProps {
  tenant: string;
  contactId: string;
  canDecide: boolean;
}

/** The merge by which a contact went into another one, if it did. */
export function useMergedInto(tenant: string, contactId: string): MergeOut | undefined {
  const { data } = useQuery(mergesOfQuery(tenant, contactId));
  return data?.merges.find(({ other_contact_id: other }) => other === contactId);
}

/** In the place of what is said of a deleted contact: this one is another one now. */
export function MergedInto({
  tenant,
  merge,
  canDecide,
}: {
  tenant: string;
  merge: MergeOut;
  canDecide: boolean;
}) {
  const [isUndoing, setUndoing] = useState(false);
  const { contact_id: contactId, name, by } = merge;
  return (
    <Notice
      className="mb-4"
      title={
        <>
          One with{" "}
          <Link
            to="/$tenant/contacts/$contactId"
            params={{ tenant, contactId }}
            className="underline decoration-line-strong underline-offset-3 hover:decoration-ink"
          >
            {name}
          </Link>{" "}
          since <Ago iso={merge.at} />
        </>
      }
      action={
        canDecide && (
          <Button size="sm" onClick={() => setUndoing(true)}>
            <Undo2 aria-hidden /> Undo the merge…
          </Button>
        )
      }
    >
      Merged by {by}. Its own values and history are kept here as they were.
      {isUndoing && <UndoDialog tenant={tenant} merge={merge} onClose={() => setUndoing(false)} />}
    </Notice>
  );
}

/** Those with whom a contact may be one person. Asked for with the page, so that the notice does not push it down late. */
export function usePossibleDuplicate(tenant: string, contactId: string): Group | undefined {
  return useQuery(duplicateOfQuery(tenant, contactId)).data?.groups[0];
}

/** A quiet word that the contact may be here twice, with the way to where that is decided. */
export function PossibleDuplicate({
  tenant,
  contactId,
  canDecide,
  group,
}: OfContactProps & { group: Group }) {
  const others = group.members.filter(({ id }) => id !== contactId);
  const best = bestPair(group);
  return (
    <Notice
      tone="ask"
      title={`May be one person with ${others.map(({ name }) => name).join(", ")}`}
      action={
        <Link
          to="/$tenant/duplicates"
          params={{ tenant }}
          search={{ contact: contactId }}
          className={buttonStyle({ size: "sm" })}
        >
          {canDecide ? "Compare and decide" : "Compare"}
        </Link>
      }
    >
      {best && `By what they hold that is ${formatLikelihood(best.likelihood)} likely. `}
      {group.pairs.some(({ holds }) => holds === contactId) &&
        "It is not made on the other side before that is decided."}
    </Notice>
  );
}

/** Whom a contact was merged with: each is told apart, and can become a contact of its own again. */
export function MergedHere({ tenant, contactId, canDecide }: OfContactProps) {
  const { data } = useQuery(mergesOfQuery(tenant, contactId));
  const [undoing, setUndoing] = useState<MergeOut>();
  const merges = data?.merges.filter((merge) => merge.contact_id === contactId) ?? [];
  if (merges.length === 0) return null;
  return (
    <Panel
      title={
        <span className="inline-flex items-center gap-2">
          <Merge className="size-4 text-muted" aria-hidden /> {plural(merges.length + 1, "contact")} are one
          here
        </span>
      }
      bodyClassName="p-0"
    >
      <ul className="divide-y divide-line/70">
        {merges.map((merge) => (
          <li key={merge.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
            <div className="grid min-w-0 flex-1 basis-64 gap-1">
              <p className="text-sm">
                <Link
                  to="/$tenant/contacts/$contactId"
                  params={{ tenant, contactId: merge.other_contact_id }}
                  className="font-medium underline decoration-line-strong underline-offset-3 hover:decoration-ink"
                >
                  {merge.other_name}
                </Link>{" "}
                <span className="text-muted text-xs">
                  merged by {merge.by} <Ago iso={merge.at} />
                </span>
              </p>
              <HubSpotState merge={merge} />
            </div>
            {canDecide && (
              <Button size="sm" kind="quiet" onClick={() => setUndoing(merge)}>
                <Undo2 aria-hidden /> Undo…
                <span className="sr-only">: {merge.other_name}</span>
              </Button>
            )}
          </li>
        ))}
      </ul>
      {undoing && <UndoDialog tenant={tenant} merge={undoing} onClose={() => setUndoing(undefined)} />}
    </Panel>
  );
}
