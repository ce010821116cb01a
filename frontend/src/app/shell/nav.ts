import {
  Cable,
  CircleHelp,
  Columns3Cog,
  Gauge,
  Inbox,
  KeyRound,
  type LucideIcon,
  Merge,
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
    | "/$tenant/duplicates"
    | "/$tenant/runs"
    | "/$tenant/connection"
    | "/$tenant/mapping"
    | "/$tenant/access"
    | "/$tenant/audit"
    | "/$tenant/settings"
    | "/$tenant/help";
  label: string;
  icon: LucideIcon;
  exact?: boolean;
  /** Pressed one after the other, from anywhere. */
  keys?: string;
  /** The stop of the tour that shows it. */
  tour?: string;
  /** What else one might call it, for the palette. */
  words?: string;
  /** Only who has it is shown the way. */
  needs?: Permission;
  /** On a phone, which has room for five, it is behind "More". */
  isBehindMore?: true;
}

/** How many matters wait for a person, by the page on which they are decided. */
export type Waiting = Partial<Record<NavItem["to"], number>>;

/** Pages in the order of a working day; the last ones are looked at once a month. */
export const DAILY_PAGES: NavItem[] = [
  { to: "/$tenant", label: "Dashboard", icon: Gauge, exact: true, keys: "g d", words: "home overview start" },
  {
    to: "/$tenant/contacts",
    label: "Contacts",
    tour: "contacts",
    icon: UsersRound,
    keys: "g c",
    words: "people list borrowers",
  },
  {
    to: "/$tenant/needs-you",
    label: "Needs you",
    tour: "needs-you",
    icon: Inbox,
    keys: "g n",
    words: "conflicts rejections inbox",
  },
  {
    to: "/$tenant/duplicates",
    label: "Duplicates",
    icon: Merge,
    keys: "g u",
    words: "merge twins same person doubles",
    isBehindMore: true,
  },
  {
    to: "/$tenant/runs",
    label: "Sync",
    tour: "sync",
    icon: RefreshCw,
    keys: "g s",
    words: "runs monitor history synced",
  },
];

const SETUP_PAGES: NavItem[] = [
  { to: "/$tenant/connection", label: "Connection", icon: Cable, words: "hubspot account oauth token" },
  { to: "/$tenant/mapping", label: "Mapping", icon: Columns3Cog, keys: "g m", words: "fields properties" },
  { to: "/$tenant/access", label: "Access", icon: KeyRound, words: "invite people sign-in" },
  { to: "/$tenant/audit", label: "Audit log", icon: ScrollText, needs: "audit:read" },
  {
    to: "/$tenant/settings",
    label: "Settings",
    icon: Settings2,
    words: "members tokens organisation schedule",
  },
  {
    to: "/$tenant/help",
    label: "Help",
    icon: CircleHelp,
    keys: "g h",
    words: "what does this mean glossary codes support",
  },
];

/** The pages of setting up that are of use to the person. */
export function useSetupPages(tenant: string): NavItem[] {
  const { can } = useRights(tenant);
  return SETUP_PAGES.filter(({ needs }) => !needs || can(needs));
}
