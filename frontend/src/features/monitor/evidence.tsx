import { Link } from "@tanstack/react-router";
import { Ago } from "@/components/ui/ago";
import { SIDE_NAMES, SideGlyph } from "@/components/ui/side";
import type { Candidate, ChangeOut } from "./queries";

const OPS: Record<ChangeOut["op"], string> = {
  created: "Created",
  updated: "Changed",
  deleted: "Deleted",
  restored: "Restored",
};
const SHOWN = 3;

interface EvidenceProps {
  tenant: string;
  candidate: Candidate;
  /** May see what was asked of HubSpot. */
  canInspect: boolean;
}

/** What a verdict rests on: the facts, and the last changes. */
export function Evidence({ tenant, candidate, canInspect }: EvidenceProps) {
  const { explanation, events, contact_id: contactId, hubspot_id: hubspotId } = candidate;
  return (
    <div className="mt-4 grid gap-x-10 gap-y-5 rounded-md bg-sunken p-4 lg:grid-cols-2">
      <section aria-label="Facts" className="min-w-0">
        <h4 className="eyebrow mb-2">Facts</h4>
        <dl className="grid gap-1.5 text-sm sm:grid-cols-[8.5rem_minmax(0,1fr)] sm:gap-x-4">
          {(explanation.facts ?? []).map((fact) => (
            <div key={`${fact.label} ${fact.value}`} className="contents">
              <dt className="text-muted max-sm:mt-1 max-sm:text-xs">{fact.label}</dt>
              <dd className="min-w-0 break-words">
                {fact.value}
                {fact.at && (
                  <span className="text-muted">
                    {" · "}
                    <Ago iso={fact.at} />
                  </span>
                )}
              </dd>
            </div>
          ))}
        </dl>
        {canInspect && hubspotId && (
          <Link
            to="/$tenant/runs/requests"
            params={{ tenant }}
            search={{ record: hubspotId }}
            className="mt-3 inline-block text-muted text-xs underline underline-offset-3 hover:text-ink"
          >
            What was asked of HubSpot about it
          </Link>
        )}
      </section>
      {contactId && (
        <section aria-label="Last changes" className="min-w-0">
          <h4 className="eyebrow mb-2">Last changes</h4>
          {events.length === 0 && <p className="text-muted text-sm">No change is recorded.</p>}
          <ol className="grid gap-2">
            {events.map((event) => (
              <Event key={event.id} event={event} />
            ))}
          </ol>
          <Link
            to="/$tenant/contacts/$contactId"
            params={{ tenant, contactId }}
            className="mt-3 inline-block text-muted text-xs underline underline-offset-3 hover:text-ink"
          >
            The whole history
          </Link>
        </section>
      )}
    </div>
  );
}

function Event({ event }: { event: ChangeOut }) {
  const names = event.fields.map(({ label }) => label);
  const more = names.length - SHOWN;
  return (
    <li className="flex gap-2.5 text-sm">
      <SideGlyph side={event.side} className="mt-px" />
      <p className="min-w-0">
        {OPS[event.op]} in {SIDE_NAMES[event.side]}
        {event.op === "updated" &&
          `: ${names.slice(0, SHOWN).join(", ")}${more > 0 ? ` and ${more} more` : ""}`}
        <span className="block text-muted text-xs">
          <Ago iso={event.at} />
          {event.actor && ` · ${event.actor}`}
        </span>
      </p>
    </li>
  );
}
