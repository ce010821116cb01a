import { Link } from "@tanstack/react-router";
import { Ellipsis, Search } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Logo } from "@/components/ui/logo";
import { openPalette } from "@/lib/layer";
import { AwayLine } from "../offline/away-notice";
import { ConnectionPill } from "./connection-pill";
import { DAILY_PAGES, useSetupPages, type Waiting } from "./nav";
import { OrganisationMenu } from "./organisation-menu";
import { CountMark } from "./sidebar";
import { UserMenu } from "./user-menu";

const tabStyle =
  "relative flex h-14 flex-col items-center justify-center gap-0.5 font-medium text-2xs text-muted data-[status=active]:text-ink [&_svg]:size-5";

export function PhoneTop({ organisation, tenant }: { organisation: string; tenant: string }) {
  return (
    <header className="sticky top-0 z-20 flex h-12 items-center gap-1 border-b bg-canvas/90 px-4 backdrop-blur md:hidden">
      <Logo className="size-5.5" />
      <div className="ml-1.5 min-w-0 flex-1">
        <p className="truncate font-semibold text-sm leading-tight">{organisation}</p>
        <AwayLine tenant={tenant} />
      </div>
      <Button kind="quiet" size="icon" aria-label="Go anywhere" data-tour="palette" onClick={openPalette}>
        <Search aria-hidden />
      </Button>
      <UserMenu compact />
    </header>
  );
}

export function PhoneTabs({ tenant, waiting }: { tenant: string; waiting: Waiting }) {
  const [more, setMore] = useState(false);
  const others = [...DAILY_PAGES.filter(({ isBehindMore }) => isBehindMore), ...useSetupPages(tenant)];
  return (
    <nav
      aria-label="Pages on a phone"
      className="fixed inset-x-0 bottom-0 z-20 border-t bg-surface/95 pb-[env(safe-area-inset-bottom)] backdrop-blur md:hidden"
    >
      <ul className="grid grid-cols-5">
        {DAILY_PAGES.filter(({ isBehindMore }) => !isBehindMore).map(
          ({ to, label, icon: Icon, exact, tour }) => (
            <li key={to}>
              <Link
                to={to}
                data-tour={tour}
                params={{ tenant }}
                activeOptions={{ exact: exact ?? false, includeSearch: false }}
                className={tabStyle}
              >
                <Icon aria-hidden />
                {label}
                <Count of={waiting[to]} className="absolute top-1 left-1/2 ml-1" />
              </Link>
            </li>
          ),
        )}
        <li>
          <button type="button" className={`${tabStyle} w-full`} onClick={() => setMore(true)}>
            <Ellipsis aria-hidden />
            More
          </button>
        </li>
      </ul>
      <Dialog open={more} onOpenChange={setMore} title="More" shape="sheet">
        <div className="grid gap-2">
          <OrganisationMenu tenant={tenant} />
          <ConnectionPill tenant={tenant} />
          {others.map(({ to, label, icon: Icon }) => (
            <Link
              key={to}
              to={to}
              params={{ tenant }}
              onClick={() => setMore(false)}
              className="flex h-11 items-center gap-3 rounded-md px-2.5 font-medium text-sm hover:bg-hover"
            >
              <Icon className="size-4.5 text-muted" aria-hidden />
              {label}
              <Count of={waiting[to]} className="ml-auto" />
            </Link>
          ))}
        </div>
      </Dialog>
    </nav>
  );
}

function Count({ of = 0, className }: { of: number | undefined; className: string }) {
  if (of === 0) return null;
  return (
    <span className={className}>
      <CountMark count={of} />
    </span>
  );
}
