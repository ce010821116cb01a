import { Cable, Columns3Cog, Gauge, Inbox, type LucideIcon, RefreshCw, UsersRound } from "lucide-react";

export interface NavItem {
  to:
    | "/o/$tenant"
    | "/o/$tenant/contacts"
    | "/o/$tenant/needs-you"
    | "/o/$tenant/runs"
    | "/o/$tenant/connection"
    | "/o/$tenant/mapping";
  label: string;
  icon: LucideIcon;
  exact?: boolean;
}

/** Pages in the order of a working day; the last two are looked at once a month. */
export const DAILY_PAGES: NavItem[] = [
  { to: "/o/$tenant", label: "Dashboard", icon: Gauge, exact: true },
  { to: "/o/$tenant/contacts", label: "Contacts", icon: UsersRound },
  { to: "/o/$tenant/needs-you", label: "Needs you", icon: Inbox },
  { to: "/o/$tenant/runs", label: "Runs", icon: RefreshCw },
];

export const SETUP_PAGES: NavItem[] = [
  { to: "/o/$tenant/connection", label: "Connection", icon: Cable },
  { to: "/o/$tenant/mapping", label: "Mapping", icon: Columns3Cog },
];
