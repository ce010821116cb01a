import type { ReactNode } from "react";
import { SideBadge } from "@/components/ui/side";
import { SyncBadge } from "@/components/ui/sync-badge";
import { formatAgo, formatPhone } from "@/lib/format";
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

export const COLUMNS: Column[] = [
  {
    key: "name",
    label: "Name",
    width: "minmax(11rem,1.2fr)",
    sorts: ["lastname", "-lastname"],
    cell: (contact) => <ContactName contact={contact} />,
  },
  {
    key: "sync",
    label: "Sync",
    width: "minmax(11rem,1.5fr)",
    cell: ({ sync }) => <SyncBadge state={sync.state} reason={sync.reason} />,
  },
  { key: "email", label: "E-mail", width: "minmax(12rem,1.7fr)", cell: ({ email }) => email ?? dash },
  {
    key: "phone",
    label: "Phone",
    width: "9rem",
    from: "lg",
    cell: ({ phone }) => (phone ? formatPhone(phone) : dash),
  },
  {
    key: "company",
    label: "Company",
    width: "minmax(8rem,1fr)",
    from: "2xl",
    cell: ({ company }) => company ?? dash,
  },
  {
    key: "city",
    label: "City",
    width: "8.5rem",
    from: "2xl",
    cell: ({ city, state }) => [city, state].filter(Boolean).join(", ") || dash,
  },
  {
    key: "created_side",
    label: "Began in",
    width: "6.5rem",
    from: "xl",
    sorts: ["-created_at", "created_at"],
    cell: ({ created_side }) => <SideBadge side={created_side} className="text-xs" />,
  },
  {
    key: "updated_at",
    label: "Changed",
    width: "8rem",
    sorts: ["-updated_at", "updated_at"],
    cell: ({ updated_at }) => <time dateTime={updated_at}>{formatAgo(updated_at)}</time>,
  },
];
