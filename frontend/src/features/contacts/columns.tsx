import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Ago } from "@/components/ui/ago";
import { SIDE_NAMES, SideGlyph } from "@/components/ui/side";
import { SyncBadge } from "@/components/ui/sync-badge";
import { formatPhone } from "@/lib/format";
import { ContactName } from "./contact-name";
import type { ContactRow, ContactSort } from "./queries";

export interface Column {
  key: string;
  label: string;
  /** A track of the row's grid. */
  width: string;
  /** The sorts its heading switches between, the first on the first click. */
  sorts?: [ContactSort, ContactSort];
  /** Left out below this width, most dispensable first. */
  from?: "lg" | "xl" | "2xl";
  cell: (contact: ContactRow) => ReactNode;
}

const dash = <span className="text-muted">–</span>;

/** Cut where room is short, whole in its title. */
const text = (value: string | null) => (value ? <span title={value}>{value}</span> : dash);

export const COLUMNS: Column[] = [
  {
    key: "name",
    label: "Name",
    width: "minmax(8.5rem,1.3fr)",
    sorts: ["lastname", "-lastname"],
    // A link as well as a row: so that it opens in a tab of its own, too.
    cell: (contact) => (
      <Link
        from="/$tenant/contacts"
        to="/$tenant/contacts/$contactId"
        params={({ tenant }) => ({ tenant, contactId: contact.id })}
        tabIndex={-1}
        onClick={(event) => event.stopPropagation()}
        className="block"
      >
        <ContactName contact={contact} />
      </Link>
    ),
  },
  {
    key: "sync",
    label: "Sync",
    width: "minmax(7.5rem,1.25fr)",
    cell: ({ sync }) => <SyncBadge state={sync.state} reason={sync.reason} />,
  },
  { key: "email", label: "E-mail", width: "minmax(7rem,1.5fr)", cell: ({ email }) => text(email) },
  {
    key: "phone",
    label: "Phone",
    width: "8rem",
    from: "lg",
    cell: ({ phone }) => text(phone && formatPhone(phone)),
  },
  {
    key: "company",
    label: "Company",
    width: "minmax(7rem,1fr)",
    from: "xl",
    cell: ({ company }) => text(company),
  },
  {
    key: "city",
    label: "City",
    width: "8.5rem",
    from: "2xl",
    cell: ({ city, state }) => text([city, state].filter(Boolean).join(", ")),
  },
  {
    key: "created_side",
    label: "Created",
    width: "6rem",
    from: "xl",
    sorts: ["-created_at", "created_at"],
    cell: ({ created_side, created_at }) => (
      <span className="flex items-center gap-2" title={`Created in ${SIDE_NAMES[created_side]}`}>
        <SideGlyph side={created_side} className="size-4" />
        <span className="sr-only">in {SIDE_NAMES[created_side]}</span>
        <Ago iso={created_at} isShort />
      </span>
    ),
  },
  {
    key: "updated_at",
    label: "Changed",
    width: "4.75rem",
    sorts: ["-updated_at", "updated_at"],
    cell: ({ updated_at }) => <Ago iso={updated_at} isShort />,
  },
];
