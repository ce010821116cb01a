import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { Ago } from "@/components/ui/ago";
import { Notice } from "@/components/ui/notice";
import { UnreadyPage } from "@/components/ui/unready-page";
import { ContactFields } from "@/features/contacts/contact-fields";
import { ContactHead, EDIT_BUTTON } from "@/features/contacts/contact-head";
import { ContactConflicts } from "@/features/contacts/inbox/contact-conflicts";
import { useRetries } from "@/features/contacts/inbox/queries";
import { type ContactOut, contactQuery, useWaitingEdit, withWaiting } from "@/features/contacts/queries";
import { RejectionCard } from "@/features/contacts/rejection-card";
import { Timeline } from "@/features/contacts/timeline";
import { WaitingEdit } from "@/features/contacts/waiting-edits";
import {
  MergedHere,
  MergedInto,
  PossibleDuplicate,
  useMergedInto,
  usePossibleDuplicate,
} from "@/features/duplicates/of-contact";
import { useRights } from "@/features/session/role";
import { cn } from "@/lib/cn";
import { useHotkeys } from "@/lib/use-hotkeys";
import { useTitle } from "@/lib/use-title";

export default function ContactPage() {
  const { tenant, contactId } = useParams({ from: "/$tenant/contacts/$contactId" });
  const { data, error, refetch } = useQuery(contactQuery(tenant, contactId));
  const waiting = useWaitingEdit(contactId);
  const contact = data && withWaiting(data, waiting);
  useTitle(contact?.name ?? "Contact");
  const mergedInto = useMergedInto(tenant, contactId);
  const mayBe = usePossibleDuplicate(tenant, contactId);
  const { can, canEdit } = useRights(tenant);
  const ofContact = { tenant, contactId, canDecide: can("duplicates:decide") };
  const [editing, setEditing] = useState<string | true | undefined>();
  const stopEditing = () => setEditing(undefined);
  const wasEditing = useRef(false);
  useEffect(() => {
    if (wasEditing.current && editing === undefined) document.getElementById(EDIT_BUTTON)?.focus();
    wasEditing.current = editing !== undefined;
  }, [editing]);
  useHotkeys({
    e: (event) => {
      if (!canEdit || !contact || contact.deleted_at) return;
      event.preventDefault();
      setEditing(true);
    },
  });
  const startEditing = canEdit && !contact?.deleted_at ? setEditing : undefined;

  if (!contact)
    return (
      <UnreadyPage
        error={error}
        onRetry={() => void refetch()}
        wayOut={
          <Link to="/$tenant/contacts" params={{ tenant }}>
            All contacts
          </Link>
        }
      />
    );
  return (
    <div className="mx-auto w-full max-w-[92rem] px-4 pt-4 pb-24 md:px-6 md:pt-5 md:pb-10">
      <ContactHead
        tenant={tenant}
        contact={contact}
        canEdit={canEdit && !mergedInto}
        canAudit={can("audit:read")}
        isEditing={editing !== undefined}
        onEdit={() => setEditing(true)}
      />
      {mergedInto && <MergedInto {...ofContact} merge={mergedInto} />}
      {contact.deleted_at && !mergedInto && (
        <Notice
          title={
            <>
              Deleted <Ago iso={contact.deleted_at} />
            </>
          }
          className="hatched mb-4"
        >
          HubSpot archives it as well. Restoring brings it back here and creates it anew in HubSpot, which
          lets no program undo its archiving.
        </Notice>
      )}
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_21rem]">
        <div className="grid min-w-0 gap-4">
          {waiting && <WaitingEdit edit={waiting} />}
          {mayBe && !contact.deleted_at && <PossibleDuplicate {...ofContact} group={mayBe} />}
          <OpenMatters tenant={tenant} contact={contact} />
          <ContactFields
            tenant={tenant}
            contact={contact}
            editing={editing}
            onEdit={startEditing}
            onDone={stopEditing}
          />
          <MergedHere {...ofContact} />
        </div>
        <Timeline tenant={tenant} contactId={contactId} fields={contact.fields} canEdit={canEdit} />
      </div>
    </div>
  );
}

function OpenMatters({ tenant, contact }: { tenant: string; contact: ContactOut }) {
  const { can, canEdit } = useRights(tenant);
  const { retry, retrying } = useRetries(tenant);
  const open = contact.conflicts.filter((conflict) => conflict.open);
  if (contact.deleted_at) return null;
  const isQuiet = open.length + contact.rejections.length === 0;
  return (
    <section aria-label="Needs you" className={cn("grid gap-3", isQuiet && "hidden")}>
      <ContactConflicts
        key={contact.id}
        tenant={tenant}
        conflicts={open}
        canDecide={canEdit}
        canRule={can("mapping:write")}
      />
      {contact.rejections.map((rejection) => (
        <RejectionCard
          key={rejection.id}
          rejection={rejection}
          isBusy={retrying === rejection.id}
          canRetry={canEdit}
          onRetry={() => void retry(rejection.id).catch(() => undefined)}
        />
      ))}
    </section>
  );
}
