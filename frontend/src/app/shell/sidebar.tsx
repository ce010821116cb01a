import { Link } from "@tanstack/react-router";
import { Search } from "lucide-react";
import type { ReactNode } from "react";
import { Kbd } from "@/components/ui/kbd";
import { Logo } from "@/components/ui/logo";
import { Tooltip } from "@/components/ui/tooltip";
import { SetUpProgress } from "@/features/onboarding/set-up-progress";
import { useRights } from "@/features/session/role";
import { cn } from "@/lib/cn";
import { openPalette } from "@/lib/layer";
import { MOD_NAME, useSingleKeys } from "@/lib/use-hotkeys";
import { useMedia } from "@/lib/use-media";
import { AwayNotice } from "../offline/away-notice";
import { ConnectionPill } from "./connection-pill";
import { DAILY_PAGES, type NavItem, useSetupPages, type Waiting } from "./nav";
import { OrganisationMenu } from "./organisation-menu";
import { UserMenu } from "./user-menu";

/** The house on a desk; a rail of glyphs where the page needs the room. */
export function Sidebar({ tenant, waiting }: { tenant: string; waiting: Waiting }) {
  const isRail = !useMedia("(min-width: 64rem)");
  const setupPages = useSetupPages(tenant);
  const { can } = useRights(tenant);
  return (
    <aside className="sticky top-0 hidden h-dvh w-15 shrink-0 flex-col border-r bg-sunken md:flex lg:w-58">
      <div className="flex items-center gap-2.5 px-4.5 pt-4 pb-3 lg:px-4">
        <Logo />
        <span className="whitespace-nowrap font-semibold text-sm tracking-tight max-lg:sr-only">
          LoanArk CRM Sync
        </span>
      </div>
      <div className="grid gap-2 px-2 pb-3">
        <OrganisationMenu tenant={tenant} compact={isRail} />
        <PaletteButton compact={isRail} />
      </div>
      <nav aria-label="Pages" className="flex-1 overflow-y-auto px-2">
        <ul className="grid gap-0.5">
          {DAILY_PAGES.map((item) => (
            <NavEntry
              key={item.to}
              item={item}
              tenant={tenant}
              count={waiting[item.to] ?? 0}
              compact={isRail}
            />
          ))}
        </ul>
        <p className="eyebrow px-2.5 pt-5 pb-1.5 max-lg:sr-only">Set-up</p>
        <ul className="grid gap-0.5 max-lg:mt-2 max-lg:border-t max-lg:pt-2">
          {setupPages.map((item) => (
            <NavEntry key={item.to} item={item} tenant={tenant} count={0} compact={isRail} />
          ))}
        </ul>
      </nav>
      <div className="grid gap-1 border-t p-2">
        <AwayNotice tenant={tenant} compact={isRail} />
        <SetUpProgress tenant={tenant} compact={isRail} can={can} />
        <ConnectionPill tenant={tenant} compact={isRail} />
        <UserMenu compact={isRail} />
      </div>
    </aside>
  );
}

/** Finds a page or a person from anywhere, for those who do not know its keys yet. */
function PaletteButton({ compact }: { compact: boolean }) {
  return (
    <Hint label="Go anywhere" isOn={compact}>
      <button
        type="button"
        data-tour="palette"
        onClick={openPalette}
        className="flex h-8.5 pointer-coarse:h-11 items-center gap-2.5 rounded-md border bg-surface px-2.5 text-muted text-sm hover:bg-hover max-lg:justify-center max-lg:px-0"
      >
        <Search className="size-4 shrink-0" aria-hidden />
        <span className="flex-1 text-left max-lg:sr-only">Go anywhere</span>
        <span className="flex gap-0.5 max-lg:hidden" aria-hidden>
          <Kbd>{MOD_NAME}</Kbd>
          <Kbd>K</Kbd>
        </span>
      </button>
    </Hint>
  );
}

/** Says in a tooltip what a rail has no room for, and the keys that lead there too. */
function Hint({ label, keys, isOn, children }: HintProps) {
  const hasSingleKeys = useSingleKeys();
  const shortcut = hasSingleKeys ? keys : undefined;
  if (!isOn && !shortcut) return children;
  return (
    <Tooltip label={label} {...(shortcut && { shortcut })} side="right">
      {children}
    </Tooltip>
  );
}

interface HintProps {
  label: string;
  keys?: string | undefined;
  isOn: boolean;
  children: ReactNode;
}

interface NavEntryProps {
  item: NavItem;
  tenant: string;
  count: number;
  compact: boolean;
}

function NavEntry({ item, tenant, count, compact }: NavEntryProps) {
  const { to, label, icon: Icon, exact, keys, tour } = item;
  return (
    <li>
      <Hint label={label} keys={keys} isOn={compact}>
        <Link
          to={to}
          data-tour={tour}
          params={{ tenant }}
          activeOptions={{ exact: exact ?? false, includeSearch: false }}
          className={cn(
            "relative flex h-8.5 pointer-coarse:h-11 items-center gap-2.5 rounded-md px-2.5 font-medium text-ink-2 text-sm hover:bg-hover max-lg:h-11 max-lg:justify-center max-lg:px-0",
            "data-[status=active]:bg-surface data-[status=active]:text-ink data-[status=active]:shadow-low data-[status=active]:ring-1 data-[status=active]:ring-line",
          )}
        >
          <Icon className="size-4 text-muted" aria-hidden />
          <span className="flex-1 max-lg:sr-only">{label}</span>
          {count > 0 && (
            <span className="max-lg:absolute max-lg:top-0.5 max-lg:right-0.5">
              <CountMark count={count} />
            </span>
          )}
        </Link>
      </Hint>
    </li>
  );
}

export function CountMark({ count }: { count: number }) {
  return (
    <span className="min-w-5 rounded-full bg-ask-wash px-1.5 text-center font-semibold text-2xs text-ask-ink leading-5">
      {count > 99 ? "99+" : count}
      <span className="sr-only"> waiting</span>
    </span>
  );
}
