import {
  Cable,
  Columns3Cog,
  Gauge,
  Inbox,
  KeyRound,
  type LucideIcon,
  RefreshCw,
  Settings2,
  UsersRound,
} from "lucide-react";

export interface NavItem {
  to:
    | "/$tenant"
    | "/$tenant/contacts"
    | "/$tenant/needs-you"
    | "/$tenant/runs"
    | "/$tenant/connection"
    | "/$tenant/mapping"
    | "/$tenant/access"
    | "/$tenant/settings";
  label: string;
  icon: LucideIcon;
  exact?: boolean;
}

/** Pages in the order of a working day; the last ones are looked at once a month. */
export const DAILY_PAGES: NavItem[] = [
  { to: "/$tenant", label: "Dashboard", icon: Gauge, exact: true },
  { to: "/$tenant/contacts", label: "Contacts", icon: UsersRound },
  { to: "/$tenant/needs-you", label: "Needs you", icon: Inbox },
  { to: "/$tenant/runs", label: "Runs", icon: RefreshCw },
];

export const SETUP_PAGES: NavItem[] = [
  { to: "/$tenant/connection", label: "Connection", icon: Cable },
  { to: "/$tenant/mapping", label: "Mapping", icon: Columns3Cog },
  { to: "/$tenant/access", label: "Access", icon: KeyRound },
  { to: "/$tenant/settings", label: "Settings", icon: Settings2 },
];
