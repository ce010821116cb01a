import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Popover } from "radix-ui";
import { Ago } from "@/components/ui/ago";
import { ErrorState } from "@/components/ui/error-state";
import { RunLink } from "@/components/ui/run-link";
import { SIDE_NAMES, SideBadge } from "@/components/ui/side";
import { Skeleton } from "@/components/ui/skeleton";
import { CAUSES } from "./changes";
import { showValue } from "./field-value";
import { HubSpotAuthor } from "./hubspot-author";
import { type FieldOut, hubspotEditsQuery, timelineQuery } from "./queries";

interface WhyProps {
  tenant: string;
  contactId: string;
  field: FieldOut;
}

/** Why a value is what it is: who set it, when, from where, what was before, and which rule decides. */
export function Why({ tenant, contactId, field }: WhyProps) {
  return (
    <Popover.Root>
      <Popover.Trigger className="min-h-6 pointer-coarse:min-h-11 rounded-sm px-1 text-2xs text-muted underline decoration-line-strong underline-offset-3 pointer-fine:opacity-0 hover:text-ink focus-visible:opacity-100 group-focus-within:opacity-100 group-hover:opacity-100 data-[state=open]:opacity-100">
        why?<span className="sr-only"> {field.label}</span>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={4}
          collisionPadding={8}
          aria-label={`Why ${field.label} is so`}
          className="appear z-50 w-76 max-w-[calc(100vw-1rem)] rounded-lg border bg-surface p-4 text-sm shadow-high"
        >
          <p className="mb-1 font-semibold">{field.label}</p>
          <Story tenant={tenant} contactId={contactId} field={field} />
          {field.property && <InHubSpot tenant={tenant} contactId={contactId} field={field} />}
          <p className="mt-2 border-t pt-2 text-muted text-xs">{ruleOf(field)}</p>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Story({ tenant, contactId, field }: WhyProps) {
  const { data, error } = useInfiniteQuery(timelineQuery(tenant, contactId, { field: field.name }));
  if (error && !data) return <ErrorState error={error} className="p-0" />;
  if (!data) return <Skeleton className="h-16 w-full" />;
  const change = data.pages[0]?.items[0];
  if (!change) return <p className="text-ink-2">No change of it is in the history.</p>;
  const { before } = change.fields.find(({ name }) => name === field.name) ?? {};
  return (
    <div className="grid gap-1 text-ink-2">
      <p>
        Set in {SIDE_NAMES[change.side]} {CAUSES[change.cause]}
        {change.actor && change.cause !== "sql" && ` (${change.actor})`} <Ago iso={change.at} />
        <RunLink tenant={tenant} runId={change.run_id} />.
      </p>
      <p>
        {change.op === "created" ? (
          "The contact began with it."
        ) : (
          <>
            Before it was <span className="font-medium">{showValue(field, before) || "empty"}</span>.
          </>
        )}
      </p>
      {change.reason && <p className="text-muted text-xs">{change.reason}</p>}
    </div>
  );
}

function InHubSpot({ tenant, contactId, field }: WhyProps) {
  const { data: edits } = useQuery(hubspotEditsQuery(tenant, contactId));
  if (!edits) return null;
  return (
    <p className="mt-2 text-ink-2">
      <SideBadge side="hubspot" className="mr-1.5 align-middle text-xs" />
      <HubSpotAuthor edit={edits.get(field.name)} />
    </p>
  );
}

const RULES: Record<NonNullable<FieldOut["policy"]>, string> = {
  hubspot: "HubSpot’s wins",
  loanark: "LoanArk’s wins",
  newest: "the newer edit wins",
  union: "both are kept",
  ask: "a person decides",
};

function ruleOf({ policy, property, direction }: FieldOut): string {
  if (!property) return "It is not mapped: it lives in LoanArk only.";
  if (direction === "to_loanark") return `HubSpot alone decides it (${property}).`;
  if (direction === "to_hubspot") return `LoanArk alone decides it; HubSpot gets it as ${property}.`;
  return `In HubSpot it is ${property}. When both sides change it, ${RULES[policy ?? "ask"]}.`;
}
