import { Link } from "@tanstack/react-router";
import { ArrowRight, ChevronDown, ExternalLink, RefreshCw } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import { Ago } from "@/components/ui/ago";
import { Button, buttonStyle } from "@/components/ui/button";
import { LevelBadge } from "@/components/ui/level-badge";
import { cn } from "@/lib/cn";
import { toastDone } from "@/lib/toast";
import { Evidence } from "./evidence";
import { type Candidate, useLookNow } from "./queries";

const way = buttonStyle({ kind: "primary", size: "sm" });

interface VerdictProps {
  tenant: string;
  candidate: Candidate;
  canLook: boolean;
  canInspect: boolean;
  /** The only one: its evidence is shown at once. */
  isOpen: boolean;
}

/** Where one record stands: a sentence, what to do next, and behind it what proves it. */
export function Verdict({ tenant, candidate, canLook, canInspect, isOpen }: VerdictProps) {
  const [isUnfolded, setUnfolded] = useState(isOpen);
  const evidence = useId();
  const { explanation, contact_id: contactId, hubspot_url: hubspotUrl, name, email } = candidate;
  return (
    <article aria-label={name} className="p-4 sm:p-5">
      <header className="flex flex-wrap items-center gap-x-2.5 gap-y-1 text-sm">
        <LevelBadge level={explanation.level} />
        {contactId ? (
          <Link
            to="/$tenant/contacts/$contactId"
            params={{ tenant, contactId }}
            className="font-medium underline decoration-line-strong underline-offset-3 hover:decoration-ink"
          >
            {name}
          </Link>
        ) : (
          <span className="font-medium">{name}</span>
        )}
        {email && email !== name && <span className="min-w-0 break-all text-muted text-xs">{email}</span>}
        {hubspotUrl && (
          <a
            href={hubspotUrl}
            target="_blank"
            rel="noreferrer"
            className="inline-flex items-center gap-1 text-muted text-xs underline underline-offset-3 hover:text-ink"
          >
            in HubSpot <ExternalLink className="size-3" aria-hidden />
          </a>
        )}
      </header>
      <h3 className="mt-2 max-w-3xl text-pretty font-semibold text-lg">{explanation.sentence}</h3>
      <p className="mt-0.5 max-w-3xl text-pretty text-ink-2 text-sm">
        {explanation.detail}{" "}
        {explanation.since && (
          <span className="text-muted">
            Since <Ago iso={explanation.since} />.
          </span>
        )}
      </p>
      <div className="mt-3 flex flex-wrap items-center gap-2">
        <Remedy tenant={tenant} candidate={candidate} />
        {contactId && canLook && explanation.action !== "restore" && (
          <LookNow tenant={tenant} contactId={contactId} name={name} />
        )}
        <Button
          kind="quiet"
          size="sm"
          aria-expanded={isUnfolded}
          aria-controls={evidence}
          onClick={() => setUnfolded(!isUnfolded)}
        >
          Evidence <span className="sr-only">for {name}</span>
          <ChevronDown className={cn("transition-transform", isUnfolded && "rotate-180")} aria-hidden />
        </Button>
      </div>
      <div id={evidence}>
        {isUnfolded && <Evidence tenant={tenant} candidate={candidate} canInspect={canInspect} />}
      </div>
    </article>
  );
}

function LookNow({ tenant, contactId, name }: { tenant: string; contactId: string; name: string }) {
  const { look, isLooking } = useLookNow(tenant);
  const onLook = () =>
    void look(contactId).then(
      () => toastDone("Both sides are being compared", { detail: "The answer here follows by itself." }),
      () => undefined, // Told by a toast already.
    );
  return (
    <Button size="sm" busy={isLooking} onClick={onLook}>
      {!isLooking && <RefreshCw aria-hidden />} Look now <span className="sr-only">at {name}</span>
    </Button>
  );
}

/** The way to where a person can do something about it. What heals by itself has none. */
function Remedy({ tenant, candidate }: { tenant: string; candidate: Candidate }): ReactNode {
  const { explanation, contact_id: contactId } = candidate;
  switch (explanation.action) {
    case "decide_conflict":
      return (
        <Link to="/$tenant/needs-you" params={{ tenant }} search={{ show: "conflicts" }} className={way}>
          Decide the conflict <ArrowRight aria-hidden />
        </Link>
      );
    case "decide_held":
      return (
        <Link to="/$tenant/needs-you" params={{ tenant }} hash="held" className={way}>
          See what is held <ArrowRight aria-hidden />
        </Link>
      );
    case "mend_value":
      return contactId ? (
        <Link to="/$tenant/contacts/$contactId" params={{ tenant, contactId }} className={way}>
          Change the value <ArrowRight aria-hidden />
        </Link>
      ) : (
        <Link to="/$tenant/needs-you" params={{ tenant }} search={{ show: "values" }} className={way}>
          See what was refused <ArrowRight aria-hidden />
        </Link>
      );
    case "restore":
      return (
        contactId && (
          <Link to="/$tenant/contacts/$contactId" params={{ tenant, contactId }} className={way}>
            Restore it on its page <ArrowRight aria-hidden />
          </Link>
        )
      );
    case "connect":
      return (
        <Link to="/$tenant/connection" params={{ tenant }} className={way}>
          Connect HubSpot <ArrowRight aria-hidden />
        </Link>
      );
    case "approve_run":
      return (
        explanation.run_id !== null &&
        explanation.run_id !== undefined && (
          <Link
            to="/$tenant/runs/$runId"
            params={{ tenant, runId: String(explanation.run_id) }}
            className={way}
          >
            Look through the preview <ArrowRight aria-hidden />
          </Link>
        )
      );
    default:
      return null;
  }
}
