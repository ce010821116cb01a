import { useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { ChevronsUpDown } from "lucide-react";
import {
  Menu,
  MenuContent,
  MenuLabel,
  MenuRadioGroup,
  MenuRadioItem,
  MenuTrigger,
} from "@/components/ui/menu";
import { sessionQuery } from "@/features/session/queries";
import { cn } from "@/lib/cn";
import { formatDateTime, humanise, initials } from "@/lib/format";

export function OrganisationMenu({ tenant, compact = false }: { tenant: string; compact?: boolean }) {
  const { data: session } = useSuspenseQuery(sessionQuery());
  const navigate = useNavigate();
  const current = session.organisations.find((organisation) => organisation.slug === tenant);

  return (
    <Menu>
      <MenuTrigger
        className={cn(
          "flex w-full items-center gap-2.5 rounded-md border bg-surface p-1.5 text-left shadow-low hover:bg-hover",
          compact ? "justify-center" : "pr-2.5",
        )}
      >
        <span
          aria-hidden
          className="grid size-7 shrink-0 place-items-center rounded-sm bg-ink font-semibold text-2xs text-on-ink"
        >
          {initials(current?.name ?? tenant)}
        </span>
        <span className={compact ? "sr-only" : "min-w-0 flex-1 leading-tight"}>
          <span className="sr-only">Organisation: </span>
          <span className="block truncate font-medium text-sm">{current?.name ?? tenant}</span>
          <span className="block truncate text-2xs text-muted">
            {current?.support_until
              ? `Support until ${formatDateTime(current.support_until)}`
              : humanise(current?.role ?? "")}
          </span>
        </span>
        {!compact && <ChevronsUpDown className="size-3.5 text-muted" aria-hidden />}
      </MenuTrigger>
      <MenuContent align="start">
        <MenuLabel>Organisations</MenuLabel>
        <MenuRadioGroup
          value={tenant}
          onValueChange={(slug) => navigate({ to: "/$tenant", params: { tenant: slug } })}
        >
          {session.organisations.map((organisation) => (
            <MenuRadioItem key={organisation.slug} value={organisation.slug}>
              {organisation.name}
            </MenuRadioItem>
          ))}
        </MenuRadioGroup>
      </MenuContent>
    </Menu>
  );
}
