import { useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Contrast, Keyboard, LogOut, Monitor, Moon, Sun, UserRoundCog } from "lucide-react";
import {
  Menu,
  MenuContent,
  MenuItem,
  MenuLabel,
  MenuRadioGroup,
  MenuRadioItem,
  MenuSeparator,
  MenuTrigger,
} from "@/components/ui/menu";
import { sessionQuery } from "@/features/session/queries";
import { cn } from "@/lib/cn";
import { initials } from "@/lib/format";
import { openShortcuts } from "@/lib/layer";
import { setTheme, type ThemeChoice, useTheme } from "@/lib/theme";
import { useSignOut } from "./sign-out";

/** Who is signed in, the theme, and the way out. `compact` shows the initials only (phones). */
export function UserMenu({ compact = false }: { compact?: boolean }) {
  const { data: session } = useSuspenseQuery(sessionQuery());
  const theme = useTheme();
  const leave = useSignOut();
  const navigate = useNavigate();
  const name = session.user.name || session.user.email;

  return (
    <Menu>
      <MenuTrigger
        className={cn(
          "flex pointer-coarse:min-h-11 items-center justify-center gap-2.5 rounded-md p-1.5 text-left hover:bg-hover",
          !compact && "w-full",
        )}
      >
        <span
          aria-hidden
          className="grid size-7 shrink-0 place-items-center rounded-full border bg-surface font-semibold text-2xs text-ink-2"
        >
          {initials(name)}
        </span>
        <span className={compact ? "sr-only" : "min-w-0 flex-1 leading-tight"}>
          <span className="block truncate font-medium text-sm">{name}</span>
          {name !== session.user.email && (
            <span className="block truncate text-2xs text-muted">{session.user.email}</span>
          )}
        </span>
      </MenuTrigger>
      <MenuContent align={compact ? "end" : "start"}>
        <MenuLabel>Theme</MenuLabel>
        <MenuRadioGroup value={theme} onValueChange={(choice) => setTheme(choice as ThemeChoice)}>
          <MenuRadioItem value="system">
            <Monitor aria-hidden /> As the system
          </MenuRadioItem>
          <MenuRadioItem value="light">
            <Sun aria-hidden /> Light
          </MenuRadioItem>
          <MenuRadioItem value="dark">
            <Moon aria-hidden /> Dark
          </MenuRadioItem>
          <MenuRadioItem value="contrast">
            <Contrast aria-hidden /> High contrast
          </MenuRadioItem>
        </MenuRadioGroup>
        <MenuSeparator />
        <MenuItem onSelect={() => void navigate({ to: "/account" })}>
          <UserRoundCog aria-hidden /> Your account
        </MenuItem>
        <MenuItem onSelect={openShortcuts}>
          <Keyboard aria-hidden /> Keyboard shortcuts
        </MenuItem>
        <MenuItem onSelect={() => void leave()}>
          <LogOut aria-hidden /> Sign out
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}
