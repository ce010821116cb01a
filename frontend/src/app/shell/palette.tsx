import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { UserRound } from "lucide-react";
import { useState } from "react";
import { contactSearchQuery } from "@/features/contacts/queries";
import { useDebounced } from "@/lib/use-debounced";
import { DAILY_PAGES, useSetupPages } from "./nav";

const itemStyle =
  "flex h-10 cursor-default items-center gap-3 rounded-md px-3 text-sm data-[selected=true]:bg-hover [&_svg]:size-4 [&_svg]:text-muted";

interface PaletteProps {
  tenant: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Pages and contacts, by a few letters. */
export default function Palette({ tenant, open, onOpenChange }: PaletteProps) {
  const [typed, setTyped] = useState("");
  const q = useDebounced(typed.trim(), 150);
  const { data: found, isFetching } = useQuery({
    ...contactSearchQuery(tenant, q),
    enabled: open && q.length > 1,
  });
  const navigate = useNavigate();
  const close = () => {
    onOpenChange(false);
    setTyped("");
  };
  const pages = [...DAILY_PAGES, ...useSetupPages(tenant)].filter((page) =>
    page.label.toLowerCase().includes(typed.toLowerCase()),
  );

  return (
    <Command.Dialog
      open={open}
      onOpenChange={(next) => (next ? onOpenChange(true) : close())}
      label="Go to a page or a contact"
      shouldFilter={false}
      overlayClassName="fixed inset-0 z-40 bg-scrim"
      contentClassName="fixed top-[14vh] left-1/2 z-50 w-[min(36rem,calc(100vw-2rem))] -translate-x-1/2 overflow-hidden rounded-xl border bg-surface shadow-high"
    >
      <Command.Input
        value={typed}
        onValueChange={setTyped}
        placeholder="Go to a page, or find a contact…"
        className="h-13 w-full border-b bg-transparent px-5 text-base placeholder:text-muted focus-visible:outline-none"
      />
      <Command.List className="max-h-96 overflow-y-auto p-2">
        <Command.Empty className="px-3 py-8 text-center text-muted text-sm">
          {isFetching || q !== typed.trim() ? "Searching…" : "Nothing by that name."}
        </Command.Empty>
        {pages.map(({ to, label, icon: Icon }) => (
          <Command.Item
            key={to}
            value={to}
            className={itemStyle}
            onSelect={() => {
              close();
              void navigate({ to, params: { tenant } });
            }}
          >
            <Icon aria-hidden /> {label}
          </Command.Item>
        ))}
        {found?.map((contact) => (
          <Command.Item
            key={contact.id}
            value={contact.id}
            className={itemStyle}
            onSelect={() => {
              close();
              void navigate({
                to: "/$tenant/contacts/$contactId",
                params: { tenant, contactId: contact.id },
              });
            }}
          >
            <UserRound aria-hidden />
            <span className="truncate">{contact.name}</span>
            <span className="truncate text-muted text-xs">{contact.email}</span>
          </Command.Item>
        ))}
      </Command.List>
    </Command.Dialog>
  );
}
