import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import {
  ArrowLeftRight,
  Contrast,
  Download,
  Eye,
  Footprints,
  Keyboard,
  LogOut,
  type LucideIcon,
  Monitor,
  Moon,
  Pause,
  Play,
  Plus,
  RefreshCw,
  RotateCw,
  Sun,
  UserRoundCog,
} from "lucide-react";
import { useRetryAll } from "@/features/palette/queries";
import { syncSettingsQuery, usePauseActions } from "@/features/pause/queries";
import { useRunActions } from "@/features/runs/queries";
import { sessionQuery } from "@/features/session/queries";
import { useRights } from "@/features/session/role";
import { plural } from "@/lib/format";
import { openNewContact, openShortcuts } from "@/lib/layer";
import { setTheme, THEME_NAMES, type ThemeChoice, useTheme } from "@/lib/theme";
import { toastDone } from "@/lib/toast";
import { DAILY_PAGES, useSetupPages } from "./nav";
import { useSignOut } from "./sign-out";

export interface PaletteItem {
  id: string;
  group: "Pages" | "Actions" | "You";
  label: string;
  icon: LucideIcon;
  /** What else one might call it. */
  words?: string;
  hint?: string;
  keys?: string | undefined;
  run: () => unknown;
}

const THEME_ICONS: Record<ThemeChoice, LucideIcon> = {
  system: Monitor,
  light: Sun,
  dark: Moon,
  contrast: Contrast,
};

/** Everything the person may go to or do from anywhere, by their role. */
export function usePaletteItems(tenant: string): PaletteItem[] {
  return [...usePages(tenant), ...useActions(tenant), ...useOwn(tenant)];
}

function usePages(tenant: string): PaletteItem[] {
  const navigate = useNavigate();
  const pages = [...DAILY_PAGES, ...useSetupPages(tenant)];
  return pages.map(({ to, label, icon, keys, words }) => ({
    id: `page ${to}`,
    group: "Pages",
    label,
    icon,
    keys,
    ...(words && { words }),
    run: () => navigate({ to, params: { tenant } }),
  }));
}

function useActions(tenant: string): PaletteItem[] {
  const { canEdit, canManage, can } = useRights(tenant);
  const navigate = useNavigate();
  const { start } = useRunActions(tenant);
  const { pause, resume } = usePauseActions(tenant);
  const retryAll = useRetryAll(tenant);
  const { data: settings } = useQuery({ ...syncSettingsQuery(tenant), enabled: canManage });
  const begin = (kind: "preview" | "full") => async () => {
    const run = await start(kind);
    await navigate({ to: "/$tenant/runs/$runId", params: { tenant, runId: String(run.id) } });
  };
  const onResume = async () => {
    await resume();
    toastDone("The sync goes on", { detail: "What changed meanwhile is caught up." });
  };
  const onPause = async () => {
    await pause("");
    toastDone("The sync is paused", {
      detail: "Changes on both sides are kept and wait.",
      undo: () => void onResume().catch(ignore),
    });
  };
  const onRetry = async () =>
    toastDone(`${plural(await retryAll(), "contact")} tried again`, {
      detail: "See “Needs you” for what stays.",
    });
  const items: (PaletteItem | false | null | undefined)[] = [
    canEdit && action("new-contact", "New contact", Plus, openNewContact, { words: "create add person" }),
    canEdit &&
      action("retry-all", "Retry everything that was refused", RotateCw, onRetry, {
        words: "rejections failed again all",
      }),
    can("contacts:read") &&
      action("export", "Export all contacts as CSV", Download, () => exportContacts(tenant), {
        words: "download file spreadsheet excel",
      }),
    canManage &&
      action("preview", "Start a preview", Eye, begin("preview"), {
        hint: "changes nothing",
        words: "dry run what would happen",
      }),
    canManage &&
      action("compare", "Compare everything", RefreshCw, begin("full"), {
        words: "full sync sweep now check",
      }),
    canManage &&
      settings?.paused === null &&
      action("pause", "Pause the sync", Pause, onPause, { words: "stop halt" }),
    canManage &&
      settings?.paused &&
      action("resume", "Resume the sync", Play, onResume, { words: "go on start" }),
  ];
  return items.filter((item) => Boolean(item)) as PaletteItem[];
}

function useOwn(tenant: string): PaletteItem[] {
  const { data: session } = useSuspenseQuery(sessionQuery());
  const navigate = useNavigate();
  const signOut = useSignOut();
  const theme = useTheme();
  const others = session.organisations.filter(({ slug }) => slug !== tenant);
  const themes = (Object.keys(THEME_NAMES) as ThemeChoice[]).filter((choice) => choice !== theme);
  return [
    ...others.map(({ slug, name }) =>
      own(`organisation ${slug}`, `Switch to ${name}`, ArrowLeftRight, () =>
        navigate({ to: "/$tenant", params: { tenant: slug } }),
      ),
    ),
    ...themes.map((choice) =>
      own(
        `theme ${choice}`,
        `Theme: ${THEME_NAMES[choice].toLowerCase()}`,
        THEME_ICONS[choice],
        () => setTheme(choice),
        { words: "look mode colours switch" },
      ),
    ),
    own("tour", "Take the tour", Footprints, () =>
      navigate({ to: "/$tenant", params: { tenant }, search: { tour: true } }),
    ),
    own("shortcuts", "Keyboard shortcuts", Keyboard, openShortcuts, { keys: "?" }),
    own("account", "Your account", UserRoundCog, () => navigate({ to: "/account" }), {
      words: "password passkey language region time zone look theme profile",
    }),
    own("sign-out", "Sign out", LogOut, signOut, { words: "log out leave" }),
  ];
}

type Extras = Pick<PaletteItem, "words" | "hint" | "keys">;

const ignore = () => undefined; // A failure was told by a toast already.

const item =
  (group: PaletteItem["group"]) =>
  (id: string, label: string, icon: LucideIcon, run: () => unknown, extras: Extras = {}): PaletteItem => ({
    id,
    group,
    label,
    icon,
    ...extras,
    run: () => void Promise.resolve(run()).catch(ignore),
  });
const action = item("Actions");
const own = item("You");

/** The browser takes the file as it comes; nothing is held here. */
function exportContacts(tenant: string): void {
  window.location.assign(`/api/tenants/${encodeURIComponent(tenant)}/contacts/export?format=csv`);
}
