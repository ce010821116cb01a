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
import { humanise, initials } from "@/lib/format";

export function OrganisationMenu({ tenant }: { tenant: string }) {
  const { data: session } = useSuspenseQuery(sessionQuery());
  const navigate = useNavigate();
  const current = session.organisations.find((organisation) => organisation.slug === tenant);

  return (
    <Menu>
      <MenuTrigger className="flex w-full items-center gap-2.5 rounded-md border bg-surface p-1.5 pr-2.5 text-left shadow-low hover:bg-hover">
        <span
          aria-hidden
          className="grid size-7 shrink-0 place-items-center rounded-sm bg-ink font-semibold text-2xs text-on-ink"
        >
          {initials(current?.name ?? tenant)}
        </span>
        <span className="min-w-0 flex-1 leading-tight">
          <span className="sr-only">Organisation: </span>
          <span className="block truncate font-medium text-sm">{current?.name ?? tenant}</span>
          <span className="block truncate text-2xs text-muted">{humanise(current?.role ?? "")}</span>
        </span>
        <ChevronsUpDown className="size-3.5 text-muted" aria-hidden />
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
