import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleHelp, CircleX, CloudUpload, type LucideIcon } from "lucide-react";
import { Ago } from "@/components/ui/ago";
import { Badge, type Tone } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { humanise } from "@/lib/format";
import { toastDone } from "@/lib/toast";
import { showValue } from "./field-value";
import { contactQuery, editsOf, useWaitingEdit, type Waiting } from "./queries";

const STATES: Record<Waiting["state"], { label: string; icon: LucideIcon; tone: Tone }> = {
  waiting: { label: "Waits to be sent", icon: CloudUpload, tone: "plain" },
  asks: { label: "Theirs or yours?", icon: CircleHelp, tone: "ask" },
  failed: { label: "Refused", icon: CircleX, tone: "bad" },
};

/** Beside a name, while something of the contact waits on this device. */
export function WaitingMark({ contactId }: { contactId: string }) {
  const edit = useWaitingEdit(contactId);
  if (!edit) return null;
  const { label, icon, tone } = STATES[edit.state];
  return (
    <Badge tone={tone} icon={icon} className="shrink-0">
      {label}
    </Badge>
  );
}

interface WaitingEditProps {
  edit: Waiting;
  /** Left out on the contact's own page. */
  onOpen?: (() => void) | undefined;
  /** Told of it in place of a message with "Undo": where a message would lie under a dialog. */
  onDiscarded?: ((edit: Waiting) => void) | undefined;
}

/** One edit that is not sent yet: what it changes, why it waits, and what can be done about it. */
export function WaitingEdit({ edit, onOpen, onDiscarded }: WaitingEditProps) {
  const outbox = editsOf(useQueryClient());
  const { label, icon, tone } = STATES[edit.state];
  const { key, state, name, tenant, id } = edit;
  const discard = async () => {
    await outbox.discard(key);
    if (onDiscarded) onDiscarded(edit);
    else toastDone(`Your change to ${name} is discarded`, { undo: () => void outbox.restore(edit) });
  };
  return (
    <article aria-label={`Your change to ${name}`} className="rounded-lg border bg-surface p-3.5 shadow-low">
      <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
        {onOpen ? (
          <Link
            to="/$tenant/contacts/$contactId"
            params={{ tenant, contactId: id }}
            onClick={onOpen}
            className="min-w-0 flex-1 truncate font-semibold text-sm underline-offset-3 hover:underline"
          >
            {name}
          </Link>
        ) : (
          <p className="min-w-0 flex-1 truncate font-semibold text-sm">Your change</p>
        )}
        <Badge tone={tone} icon={icon}>
          {label}
        </Badge>
      </div>
      <p className="mt-0.5 text-muted text-xs">
        Changed on this device <Ago iso={new Date(edit.at).toISOString()} />
      </p>
      <Fields edit={edit} />
      {state === "asks" && (
        <p className="mt-2 text-ink-2 text-sm">
          Somebody else changed the same meanwhile. Nothing is covered until you choose.
        </p>
      )}
      {edit.reason && <p className="mt-2 text-bad-ink text-sm">{edit.reason}</p>}
      <div className="mt-3 flex flex-wrap justify-end gap-2">
        {state === "asks" && (
          <>
            <Button onClick={() => void discard()}>Keep theirs</Button>
            <Button kind="primary" onClick={() => void outbox.keepMine(key)}>
              Use yours
            </Button>
          </>
        )}
        {state !== "asks" && (
          <Button kind="quiet" onClick={() => void discard()}>
            Discard
          </Button>
        )}
        {state === "failed" && <Button onClick={() => void outbox.again(key)}>Try again</Button>}
      </div>
    </article>
  );
}

/** In the place of an edit that was discarded, while it can be brought back. */
export function DiscardedEdit({ edit, onBack }: { edit: Waiting; onBack: () => void }) {
  const outbox = editsOf(useQueryClient());
  return (
    <p className="flex items-center justify-between gap-3 rounded-lg border border-dashed py-1 pr-1.5 pl-3.5 text-muted text-sm">
      Your change to {edit.name} is discarded
      <Button kind="quiet" onClick={() => void outbox.restore(edit).then(onBack)}>
        Undo
      </Button>
    </p>
  );
}

function Fields({ edit }: { edit: Waiting }) {
  const { data: contact } = useQuery({ ...contactQuery(edit.tenant, edit.id), enabled: false });
  const before = edit.theirs ?? edit.base;
  const shown = (name: string, value: string | null | undefined) => {
    const field = contact?.fields.find((one) => one.name === name);
    return (field ? showValue(field, value) : value) || "empty";
  };
  return (
    <dl className="mt-2.5 grid gap-1.5">
      {Object.entries(edit.values).map(([name, value]) => (
        <div key={name} className="grid gap-x-3 text-sm sm:grid-cols-[8rem_1fr]">
          <dt className="truncate text-muted">
            {contact?.fields.find((one) => one.name === name)?.label ?? humanise(name)}
          </dt>
          <dd className="flex min-w-0 flex-wrap items-baseline gap-x-2">
            {name in before && (
              <>
                <span className="text-muted">
                  {edit.theirs ? "Theirs: " : <span className="sr-only">before: </span>}
                  <span className={edit.theirs ? "text-ink" : "line-through"}>
                    {shown(name, before[name])}
                  </span>
                </span>
                <span aria-hidden className="text-muted">
                  →
                </span>
              </>
            )}
            <span className="font-medium">
              {edit.theirs ? <span className="font-normal text-muted">Yours: </span> : null}
              {shown(name, value)}
            </span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
