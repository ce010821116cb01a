import { useQuery } from "@tanstack/react-query";
import { FileClock, type LucideIcon, PenLine, ShieldAlert, ShieldCheck, ShieldQuestion } from "lucide-react";
import type { ReactNode } from "react";
import { Ago } from "@/components/ui/ago";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ErrorState } from "@/components/ui/error-state";
import { Notice } from "@/components/ui/notice";
import { Skeleton } from "@/components/ui/skeleton";
import { cn } from "@/lib/cn";
import { formatCount, formatDate, plural } from "@/lib/format";
import { asProblem } from "@/lib/problem";
import { type AuditStateOut, auditStateQuery, useAuditActions, type VerificationOut } from "./queries";
import { RetentionDialog, termOf } from "./retention-dialog";
import type { Names } from "./words";

interface ChainPanelProps {
  tenant: string;
  names: Names;
  canKeep: boolean;
}

/** Why the log can be believed: whether it is whole, up to where it is signed, how long it is kept. */
export function ChainPanel({ tenant, names, canKeep }: ChainPanelProps) {
  const { data: state, error, refetch } = useQuery(auditStateQuery(tenant));
  const { verify } = useAuditActions(tenant);
  if (error && !state)
    return <ErrorState error={error} onRetry={() => void refetch()} className="mx-0 max-w-none p-0" />;
  const problem = verify.isError ? asProblem(verify.error) : undefined;
  return (
    <div className="grid gap-3">
      <Card
        aria-label="State of the log"
        className="grid divide-y md:grid-cols-[1.35fr_1fr_1fr] md:divide-x md:divide-y-0"
      >
        <Wholeness
          state={state}
          names={names}
          result={verify.data}
          action={
            <Button
              size="sm"
              disabled={!state}
              busy={verify.isPending}
              onClick={() => verify.mutate({ path: { tenant } })}
            >
              {verify.isPending ? "Verifying…" : "Verify now"}
            </Button>
          }
        />
        <Signature state={state} />
        <Cell
          icon={FileClock}
          title={state ? termOf(state.keep_days) : undefined}
          action={canKeep && state && <RetentionDialog tenant={tenant} keepDays={state.keep_days} />}
        >
          {state && reachOf(state)}
        </Cell>
      </Card>
      <div role="status" className="grid gap-3 empty:hidden">
        {problem && (
          <Notice tone="bad" title={problem.title}>
            {problem.detail} The log is as it was.
          </Notice>
        )}
        {verify.data && <Result result={verify.data} />}
        {!verify.data && state?.verified && !state.verified.intact && (
          <Notice tone="bad" title="The log was not whole when it was verified last">
            {placesOf(state.verified.places)} Verify it now to see what is wrong, and whether it still is.
          </Notice>
        )}
      </div>
    </div>
  );
}

interface CellProps {
  icon: LucideIcon;
  tone?: "plain" | "ok" | "bad";
  /** Undefined while it is asked for. */
  title: string | undefined;
  action?: ReactNode;
  children: ReactNode;
}

const TONES = { plain: "text-muted", ok: "text-ok-ink", bad: "text-bad-ink" };

function Cell({ icon: Icon, tone = "plain", title, action, children }: CellProps) {
  return (
    <div className="flex items-start gap-3 px-4 py-3">
      <Icon className={cn("mt-0.5 size-4.5 shrink-0", TONES[tone])} aria-hidden />
      {title === undefined ? (
        <div className="grid flex-1 gap-1">
          <Skeleton className="h-5 w-32" />
          <Skeleton className="h-4.5 w-40" />
        </div>
      ) : (
        <div className="min-w-0 flex-1 [overflow-wrap:anywhere]">
          <p className="font-semibold text-sm">{title}</p>
          <p className="text-ink-2 text-xs">{children}</p>
        </div>
      )}
      {action}
    </div>
  );
}

interface WholenessProps {
  state: AuditStateOut | undefined;
  names: Names;
  result: VerificationOut | undefined;
  action: ReactNode;
}

function Wholeness({ state, names, result, action }: WholenessProps) {
  const last = state?.verified;
  const isIntact = result?.intact ?? last?.intact;
  const [icon, tone, title] =
    isIntact === undefined
      ? ([ShieldQuestion, "plain", "Not verified yet"] as const)
      : isIntact
        ? ([ShieldCheck, "ok", "Whole"] as const)
        : ([ShieldAlert, "bad", "Not whole"] as const);
  return (
    <Cell icon={icon} tone={tone} title={state ? title : undefined} action={action}>
      {last ? (
        <>
          Verified <Ago iso={last.at} /> by {names.person(last.actor)}.
        </>
      ) : (
        "Proves that no entry was edited, removed or put in."
      )}
    </Cell>
  );
}

function Signature({ state }: { state: AuditStateOut | undefined }) {
  const signed = state?.signed;
  if (!state || !signed)
    return (
      <Cell icon={PenLine} title={state ? "Not sealed yet" : undefined}>
        The worker signs the log once a minute while it grows.
      </Cell>
    );
  const isForged = signed.holds === false;
  return (
    <Cell
      icon={PenLine}
      tone={isForged ? "bad" : "plain"}
      title={isForged ? "The last signature is not ours" : `Sealed up to event ${formatCount(signed.seq)}`}
    >
      Signed <Ago iso={signed.at} /> with the key <code className="text-[0.95em]">{signed.key}</code>
      {signed.holds === null && ", which is not configured any more"}.
      {state.last > signed.seq && ` ${plural(state.last - signed.seq, "event")} since.`}
    </Cell>
  );
}

function reachOf({ first, last, begins_at }: AuditStateOut): string {
  if (last === 0 || !begins_at) return "Nothing is in it yet.";
  return `${plural(last - first + 1, "event")} since ${formatDate(begins_at)}.`;
}

const placesOf = (places: string[]): string =>
  places.length > 0 ? `It was broken at ${places.join(", ")}.` : "It was broken.";

/** What a verification found, in words; a break with its place and what to do. */
function Result({ result }: { result: VerificationOut }) {
  const { intact, events, changes, anchored, last, hash, findings } = result;
  if (intact)
    return (
      <Notice tone="ok" title="Everything is as it was written">
        {plural(events, "event")} and {plural(changes, "change")} of contacts were read and proved.{" "}
        {anchored > 0 && `Signatures vouch for them up to event ${formatCount(anchored)}. `}
        {last > 0 && (
          <>
            Note this end elsewhere, and a later verification can tell whether anything was cut off since:{" "}
            <code className="text-xs [overflow-wrap:anywhere]">
              {last}:{hash}
            </code>
          </>
        )}
      </Notice>
    );
  return (
    <Notice
      tone="bad"
      title={`The log is not whole: ${plural(findings.length, "place is", "places are")} not as written`}
    >
      <ul className="mt-1.5 grid max-h-64 gap-1 overflow-y-auto">
        {findings.map(({ what, place, detail }) => (
          <li key={`${what} ${place} ${detail}`}>
            <span className="font-medium text-bad-ink">
              {WHAT[what] ?? what}: {place}.
            </span>{" "}
            {detail}
          </li>
        ))}
      </ul>
      <p className="mt-2.5">
        Somebody with access to the database changed it by hand, or a part of it was lost. Nothing here was
        repaired or hidden. Export the log now and take a copy of the database before anything else is done;
        compare the places with the worker’s log (“audit log signed”) and with a backup, and ask who had the
        database owner’s password. Contacts keep flowing meanwhile.
      </p>
    </Notice>
  );
}

const WHAT: Record<string, string> = {
  missing: "Missing",
  changed: "Changed",
  inserted: "Put in",
  unsealed: "Put in past the seal",
  cut: "Cut off",
  signature: "Signed by somebody else",
  unguarded: "Not watched",
};
