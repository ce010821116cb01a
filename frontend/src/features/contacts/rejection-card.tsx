import { Link } from "@tanstack/react-router";
import { RotateCw, TriangleAlert } from "lucide-react";
import { Ago } from "@/components/ui/ago";
import { Button } from "@/components/ui/button";
import { Explain } from "@/components/ui/explain";
import { SideBadge } from "@/components/ui/side";
import { plural } from "@/lib/format";
import type { RejectionOut } from "./queries";

/** Nothing is made on the other side for who may be there already: trying again helps nothing, a decision does. */
export const POSSIBLE_DUPLICATE = "possible-duplicate";

interface RejectionCardProps {
  rejection: RejectionOut;
  tenant?: string;
  /** What to do is said once, over all of its reason. */
  isInGroup?: boolean;
  isBusy: boolean;
  canRetry: boolean;
  onRetry: () => void;
}

/** One value that was not carried over: why, and what to do about it. */
export function RejectionCard(props: RejectionCardProps) {
  const { rejection, tenant, isInGroup = false, isBusy, canRetry, onRetry } = props;
  const { contact_id: contactId, contact_name: name, label, value } = rejection;
  return (
    <article className="flex flex-wrap items-start gap-x-3 gap-y-2 rounded-lg border bg-surface p-3 pl-3.5 shadow-low">
      <TriangleAlert className="mt-0.5 size-4 shrink-0 text-bad" aria-hidden />
      <div className="min-w-56 flex-1 text-sm">
        <h2 className="flex flex-wrap items-center gap-x-1.5 font-semibold">
          {label ?? "The whole contact"} was refused by <SideBadge side={rejection.side} />
          {tenant && (
            <span className="font-normal text-muted">
              for{" "}
              {contactId ? (
                <Link
                  to="/$tenant/contacts/$contactId"
                  params={{ tenant, contactId }}
                  className="font-medium text-ink underline decoration-line-strong underline-offset-3 hover:decoration-ink"
                >
                  {name}
                </Link>
              ) : (
                name
              )}
            </span>
          )}
        </h2>
        <p className="mt-1 text-ink-2">
          {value !== null && (
            <span className="mr-1 rounded-xs bg-bad-wash px-1 font-mono text-bad-ink text-xs">{value}</span>
          )}
          {reasonOf(rejection)}
        </p>
        {!isInGroup && (
          <p className="mt-1">
            <span className="font-medium">What to do: </span>
            {rejection.fix} <Explain code={rejection.code} />
          </p>
        )}
        {rejection.code === POSSIBLE_DUPLICATE && <ToDuplicates contactId={contactId} />}
        <p className="mt-1 text-muted text-xs">
          <Ago iso={rejection.at} /> · tried {plural(rejection.attempts, "time")}
          {label && " · everything else about this contact goes on"}
        </p>
      </div>
      {canRetry && rejection.code !== POSSIBLE_DUPLICATE && (
        <Button size="sm" busy={isBusy} onClick={onRetry}>
          <RotateCw aria-hidden /> Retry
        </Button>
      )}
    </article>
  );
}

/** Where it is decided whether two contacts are one person. */
function ToDuplicates({ contactId }: { contactId: string | null }) {
  return (
    <Link
      from="/$tenant"
      to="/$tenant/duplicates"
      search={contactId ? { contact: contactId } : { held: "yes" }}
      className="mt-1 inline-block pointer-coarse:py-3 font-medium underline decoration-line-strong underline-offset-3 hover:decoration-ink"
    >
      Decide on Duplicates
    </Link>
  );
}

/** The reason without what it is about, which the heading has said. */
function reasonOf({ label, reason }: RejectionOut): string {
  const subject = `${label ?? "The contact"}: `;
  return reason.startsWith(subject) ? reason.slice(subject.length) : reason;
}
