import { Link } from "@tanstack/react-router";
import { ChevronLeft, ExternalLink, Pencil, RefreshCw, ScrollText, Trash2, Undo2 } from "lucide-react";
import { Ago } from "@/components/ui/ago";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { SideGlyph } from "@/components/ui/side";
import { SyncBadge } from "@/components/ui/sync-badge";
import { Tooltip } from "@/components/ui/tooltip";
import { initials } from "@/lib/format";
import { toastDone } from "@/lib/toast";
import { lastSearch } from "./list-memory";
import { Neighbours } from "./neighbours";
import { type ContactOut, useContactActions } from "./queries";
import { useResync } from "./resync";

interface ContactHeadProps {
  tenant: string;
  contact: ContactOut;
  canEdit: boolean;
  /** Whoever may read the audit log is shown the way there. */
  canAudit: boolean;
  isEditing: boolean;
  onEdit: () => void;
}

/** Where the focus returns to after editing. */
export const EDIT_BUTTON = "edit-contact";

/** Who this is, how it stands, and what can be done. */
export function ContactHead({ tenant, contact, canEdit, canAudit, isEditing, onEdit }: ContactHeadProps) {
  const resync = useResync(tenant, contact.id);
  const email = contact.fields.find(({ name }) => name === "email")?.loanark;
  return (
    <header className="mb-4">
      <div className="mb-1.5 flex min-h-7 items-center justify-between">
        <Link
          to="/$tenant/contacts"
          params={{ tenant }}
          search={lastSearch()}
          className="-ml-1 inline-flex h-7 items-center gap-0.5 rounded-sm pr-2 text-muted text-sm hover:text-ink"
        >
          <ChevronLeft className="size-4" aria-hidden /> Contacts
        </Link>
        <Neighbours tenant={tenant} contactId={contact.id} />
      </div>
      <div className="flex flex-wrap items-start gap-x-4 gap-y-3">
        <span
          aria-hidden
          className="grid size-11 shrink-0 place-items-center rounded-full border bg-surface font-semibold text-ink-2 shadow-low"
        >
          {initials(contact.name)}
        </span>
        <div className="min-w-0 flex-1 basis-64">
          <h1 className="break-words font-semibold text-xl">{contact.name}</h1>
          <div className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 text-muted text-xs">
            <SyncBadge
              state={contact.sync.state}
              reason={contact.deleted_at ? null : contact.sync.reason}
              isWhole
            />
            {contact.hubspot_url && (
              <a
                href={contact.hubspot_url}
                target="_blank"
                rel="noreferrer"
                className="inline-flex items-center gap-1.5 underline-offset-3 hover:text-ink hover:underline"
              >
                <SideGlyph side="hubspot" className="size-3.5" /> {contact.hubspot_id}
                <ExternalLink className="size-3" aria-label="opens in HubSpot" />
              </a>
            )}
            {contact.hubspot_id && <CopyButton text={contact.hubspot_id} what="HubSpot’s id" />}
            {email && (
              <span className="inline-flex items-center gap-1">
                {email} <CopyButton text={email} what="the e-mail" />
              </span>
            )}
            <span className="inline-flex items-center gap-1">
              <SideGlyph side="loanark" className="size-3.5" />
              <span className="font-mono">{contact.id.slice(-8)}</span>
              <CopyButton text={contact.id} what="LoanArk’s id" />
            </span>
            {contact.hubspot_seen_at && (
              <span>
                HubSpot read <Ago iso={contact.hubspot_seen_at} />
              </span>
            )}
            {canAudit && (
              <Link
                to="/$tenant/audit"
                params={{ tenant }}
                search={{ thing: `contact:${contact.id}` }}
                className="inline-flex items-center gap-1.5 underline-offset-3 hover:text-ink hover:underline"
              >
                <ScrollText className="size-3.5" aria-hidden /> In the audit log
              </Link>
            )}
          </div>
        </div>
        {canEdit && (
          <Actions tenant={tenant} contact={contact} isEditing={isEditing} onEdit={onEdit} resync={resync} />
        )}
      </div>
      {resync.progress}
    </header>
  );
}

interface ActionsProps extends Omit<ContactHeadProps, "canEdit" | "canAudit"> {
  resync: { start: () => void; isBusy: boolean };
}

function Actions({ tenant, contact, isEditing, onEdit, resync }: ActionsProps) {
  const { remove, restore, isRemoving } = useContactActions(tenant);
  const undo = () => void restore(contact.id).then(() => toastDone(`${contact.name} is back`));
  const onRemove = async () => {
    await remove(contact.id);
    toastDone(`${contact.name} was deleted`, { detail: "HubSpot archives it too.", undo });
  };
  if (contact.deleted_at) {
    return (
      <Button kind="primary" onClick={undo}>
        <Undo2 aria-hidden /> Restore
      </Button>
    );
  }
  return (
    <div className="flex flex-wrap gap-2">
      <Tooltip label="Compare both sides of this contact now">
        <Button busy={resync.isBusy} onClick={resync.start}>
          {!resync.isBusy && <RefreshCw aria-hidden />} Resync
        </Button>
      </Tooltip>
      <Tooltip label="Delete here, archive in HubSpot; can be undone">
        <Button
          kind="danger"
          size="icon"
          aria-label="Delete contact"
          busy={isRemoving}
          onClick={() => void onRemove().catch(() => undefined)}
        >
          {!isRemoving && <Trash2 aria-hidden />}
        </Button>
      </Tooltip>
      <Tooltip label="Change LoanArk’s values" shortcut="E">
        <Button kind="primary" id={EDIT_BUTTON} disabled={isEditing} onClick={onEdit}>
          <Pencil aria-hidden /> Edit
        </Button>
      </Tooltip>
    </div>
  );
}
