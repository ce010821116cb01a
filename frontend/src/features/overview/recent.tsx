import { Link } from "@tanstack/react-router";
import { Ago } from "@/components/ui/ago";
import { Panel } from "@/components/ui/card";
import { type Side, SideBadge } from "@/components/ui/side";
import { fullName } from "@/lib/format";
import type { ContactRow } from "./queries";

interface RecentProps {
  tenant: string;
  side: Side;
  contacts: ContactRow[];
}

/** The newest contacts that began on one side. */
export function Recent({ tenant, side, contacts }: RecentProps) {
  return (
    <Panel
      title={
        <span className="flex items-center gap-1.5">
          New in <SideBadge side={side} />
        </span>
      }
      bodyClassName="p-0"
      aside={
        <Link
          to="/$tenant/contacts"
          params={{ tenant }}
          search={{ created_side: [side], sort: "-created_at" }}
          className="text-muted text-xs underline-offset-4 hover:text-ink hover:underline"
        >
          All<span className="sr-only"> contacts that began there</span>
        </Link>
      }
    >
      {contacts.length === 0 ? (
        <p className="p-6 text-center text-muted text-sm">None yet.</p>
      ) : (
        <ul className="divide-y">
          {contacts.slice(0, 5).map((contact) => (
            <li key={contact.id}>
              <Link
                to="/$tenant/contacts/$contactId"
                params={{ tenant, contactId: contact.id }}
                className="flex items-baseline gap-3 px-4 py-2 text-sm hover:bg-hover focus-visible:-outline-offset-2"
              >
                <span className="max-w-[60%] shrink-0 truncate font-medium max-sm:max-w-none max-sm:flex-1">
                  {fullName(contact)}
                </span>
                <span className="hidden min-w-0 flex-1 truncate text-muted text-xs sm:block">
                  {contact.company ?? contact.email}
                </span>
                <Ago iso={contact.created_at} isShort className="shrink-0 text-muted text-xs tabular-nums" />
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
