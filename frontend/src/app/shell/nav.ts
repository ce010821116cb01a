import {
  Cable,
  Columns3Cog,
  Gauge,
  Inbox,
  KeyRound,
  type LucideIcon,
  RefreshCw,
  ScrollText,
  Settings2,
  UsersRound,
} from "lucide-react";
import type { Permission } from "@/features/session/queries";
import { useRights } from "@/features/session/role";

export interface NavItem {
  to:
    | "/$tenant"
    | "/$tenant/contacts"
    | "/$tenant/needs-you"
    | "/$tenant/runs"
    | "/$tenant/connection"
    | "/$tenant/mapping"
    | "/$tenant/access"
    | "/$tenant/audit"
    | "/$tenant/settings";
  label: string;
  icon: LucideIcon;
  exact?: boolean;
  /** Only who has it is shown the way. */
  needs?: Permission;
}

/** Pages in the order of a working day; the last ones are looked at once a month. */
export const DAILY_PAGES: NavItem[] = [
  { to: "/$tenant", label: "Dashboard", icon: Gauge, exact: true },
  { to: "/$tenant/contacts", label: "Contacts", icon: UsersRound },
  { to: "/$tenant/needs-you", label: "Needs you", icon: Inbox },
  { to: "/$tenant/runs", label: "Sync", icon: RefreshCw },
];

const SETUP_PAGES: NavItem[] = [
  { to: "/$tenant/connection", label: "Connection", icon: Cable },
  { to: "/$tenant/mapping", label: "Mapping", icon: Columns3Cog },
  { to: "/$tenant/access", label: "Access", icon: KeyRound },
  { to: "/$tenant/audit", label: "Audit log", icon: ScrollText, needs: "audit:read" },
  { to: "/$tenant/settings", label: "Settings", icon: Settings2 },
];

/** The pages of setting up that are of use to the person. */
export function useSetupPages(tenant: string): NavItem[] {
  const { can } = useRights(tenant);
  return SETUP_PAGES.filter(({ needs }) => !needs || can(needs));
}
