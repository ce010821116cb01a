import { Link } from "@tanstack/react-router";
import { Logo } from "@/components/ui/logo";
import { cn } from "@/lib/cn";
import { ConnectionPill } from "./connection-pill";
import { DAILY_PAGES, type NavItem, SETUP_PAGES } from "./nav";
import { OrganisationMenu } from "./organisation-menu";
import { UserMenu } from "./user-menu";

export function Sidebar({ tenant, needsYou }: { tenant: string; needsYou: number }) {
  return (
    <aside className="sticky top-0 hidden h-dvh w-58 shrink-0 flex-col border-r bg-sunken md:flex">
      <div className="flex items-center gap-2.5 px-4 pt-4 pb-3">
        <Logo />
        <span className="font-semibold text-sm tracking-tight">LoanArk CRM Sync</span>
      </div>
      <div className="px-2 pb-3">
        <OrganisationMenu tenant={tenant} />
      </div>
      <nav aria-label="Pages" className="flex-1 overflow-y-auto px-2">
        <ul className="grid gap-0.5">
          {DAILY_PAGES.map((item) => (
            <NavEntry
              key={item.to}
              item={item}
              tenant={tenant}
              count={item.label === "Needs you" ? needsYou : 0}
            />
          ))}
        </ul>
        <p className="eyebrow px-2.5 pt-5 pb-1.5">Set-up</p>
        <ul className="grid gap-0.5">
          {SETUP_PAGES.map((item) => (
            <NavEntry key={item.to} item={item} tenant={tenant} count={0} />
          ))}
        </ul>
      </nav>
      <div className="grid gap-1 border-t p-2">
        <ConnectionPill tenant={tenant} />
        <UserMenu />
      </div>
    </aside>
  );
}

function NavEntry({ item, tenant, count }: { item: NavItem; tenant: string; count: number }) {
  const { to, label, icon: Icon, exact } = item;
  return (
    <li>
      <Link
        to={to}
        params={{ tenant }}
        activeOptions={{ exact: exact ?? false, includeSearch: false }}
        className={cn(
          "flex h-8.5 items-center gap-2.5 rounded-md px-2.5 font-medium text-ink-2 text-sm hover:bg-hover",
          "data-[status=active]:bg-surface data-[status=active]:text-ink data-[status=active]:shadow-low data-[status=active]:ring-1 data-[status=active]:ring-line",
        )}
      >
        <Icon className="size-4 text-muted" aria-hidden />
        <span className="flex-1">{label}</span>
        {count > 0 && <CountMark count={count} />}
      </Link>
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
