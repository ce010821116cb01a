import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { CircleHelp, type LucideIcon, UserRound } from "lucide-react";
import { Dialog } from "radix-ui";
import { type ReactNode, useState } from "react";
import { Kbd } from "@/components/ui/kbd";
import { contactSearchQuery } from "@/features/contacts/queries";
import { scoreOf } from "@/lib/fuzzy";
import { useDebounced } from "@/lib/use-debounced";
import { useSingleKeys } from "@/lib/use-hotkeys";
import { type PaletteItem, usePaletteItems } from "./palette-items";
import { recentIds, rememberRecent, visitedContacts } from "./palette-recent";

interface PaletteProps {
  tenant: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Pages, actions and contacts, by a few letters. */
export default function Palette({ tenant, open, onOpenChange }: PaletteProps) {
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <Dialog.Content
          aria-describedby={undefined}
          className="appear fixed top-[12vh] left-1/2 z-50 flex max-h-[76dvh] w-[min(38rem,calc(100vw-1.5rem))] -translate-x-1/2 flex-col overflow-hidden rounded-xl border bg-surface shadow-high max-sm:top-3 max-sm:max-h-[calc(100dvh-1.5rem)]"
        >
          <Dialog.Title className="sr-only">Go anywhere, do anything</Dialog.Title>
          <Choices tenant={tenant} onDone={() => onOpenChange(false)} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Choices({ tenant, onDone }: { tenant: string; onDone: () => void }) {
  const [typed, setTyped] = useState("");
  const text = typed.trim();
  const q = useDebounced(text, 150);
  const { data: found = [], isFetching } = useQuery({
    ...contactSearchQuery(tenant, q),
    enabled: q.length > 1,
  });
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const items = usePaletteItems(tenant);
  const fitting = text === "" ? items : bestOf(items, text);
  const recent = text === "" ? recentOf(items) : [];
  const visited = text === "" ? visitedContacts(queryClient, tenant) : [];
  const contacts = text.length > 1 && q.length > 1 ? found : [];
  const rest = fitting.filter((item) => !recent.includes(item));
  const isSearching = text.length > 1 && (isFetching || q !== text);

  const take = (item: PaletteItem) => () => {
    rememberRecent(item.id);
    onDone();
    item.run();
  };
  const openContact = (contactId: string) => () => {
    onDone();
    void navigate({ to: "/$tenant/contacts/$contactId", params: { tenant, contactId } });
  };
  const ask = () => {
    onDone();
    void navigate({ to: "/$tenant/runs", params: { tenant }, search: { ask: text } });
  };

  return (
    <Command label="Go anywhere, do anything" shouldFilter={false} loop className="flex min-h-0 flex-col">
      <Command.Input
        autoFocus
        value={typed}
        onValueChange={setTyped}
        placeholder="A page, an action, a contact…"
        className="h-13 w-full shrink-0 border-b bg-transparent px-5 pointer-coarse:text-[1rem] text-base placeholder:text-muted focus-visible:outline-none"
      />
      <Command.List className="min-h-0 flex-1 overflow-y-auto p-2 sm:max-h-96">
        <Command.Empty className="px-3 py-8 text-center text-muted text-sm">
          {isSearching ? "Searching…" : "Nothing by that name."}
        </Command.Empty>
        <Group heading="Recent">
          {recent.map((item) => (
            <Choice key={item.id} id={`recent ${item.id}`} item={item} onSelect={take(item)} />
          ))}
          {visited.map(({ id, name, email }) => (
            <Choice
              key={id}
              id={`visited ${id}`}
              label={name}
              hint={email}
              icon={UserRound}
              onSelect={openContact(id)}
            />
          ))}
        </Group>
        {(["Pages", "Actions"] as const).map((group) => (
          <Group key={group} heading={group}>
            {rest
              .filter((item) => item.group === group)
              .map((item) => (
                <Choice key={item.id} id={item.id} item={item} onSelect={take(item)} />
              ))}
          </Group>
        ))}
        <Group heading="Contacts">
          {contacts.map(({ id, name, email }) => (
            <Choice key={id} id={id} label={name} hint={email} icon={UserRound} onSelect={openContact(id)} />
          ))}
        </Group>
        {text.length > 1 && (
          <Group heading="Ask">
            <Choice id="ask" label={`Was “${text}” synced?`} icon={CircleHelp} onSelect={ask} />
          </Group>
        )}
        <Group heading="You">
          {rest
            .filter((item) => item.group === "You")
            .map((item) => (
              <Choice key={item.id} id={item.id} item={item} onSelect={take(item)} />
            ))}
        </Group>
      </Command.List>
      <p role="status" className="sr-only">
        {text === "" || isSearching ? "" : `${fitting.length + contacts.length} found`}
      </p>
    </Command>
  );
}

/** The best first; the groups keep their order. */
function bestOf(items: PaletteItem[], text: string): PaletteItem[] {
  return items
    .map((item) => ({
      item,
      score: Math.max(scoreOf(item.label, text), scoreOf(`${item.label} ${item.words ?? ""}`, text) / 2),
    }))
    .filter(({ score }) => score > 0)
    .sort((one, other) => other.score - one.score)
    .map(({ item }) => item);
}

const recentOf = (items: PaletteItem[]): PaletteItem[] =>
  recentIds()
    .map((id) => items.find((item) => item.id === id))
    .filter((item) => item !== undefined);

/** A heading over what is there; nothing where nothing is. */
function Group({ heading, children }: { heading: string; children: ReactNode }) {
  if ([children].flat(2).filter(Boolean).length === 0) return null;
  return (
    <Command.Group
      heading={heading}
      className="[&_[cmdk-group-heading]]:eyebrow [&_[cmdk-group-heading]]:px-3 [&_[cmdk-group-heading]]:pt-2.5 [&_[cmdk-group-heading]]:pb-1"
    >
      {children}
    </Command.Group>
  );
}

interface ChoiceProps {
  id: string;
  item?: PaletteItem;
  label?: string;
  hint?: string | null;
  icon?: LucideIcon;
  onSelect: () => void;
}

function Choice({
  id,
  item,
  label = item?.label,
  hint = item?.hint ?? null,
  icon = item?.icon,
  onSelect,
}: ChoiceProps) {
  const hasSingleKeys = useSingleKeys();
  const Icon = icon ?? CircleHelp;
  return (
    <Command.Item
      value={id}
      onSelect={onSelect}
      className="flex h-9.5 pointer-coarse:h-11 cursor-default items-center gap-3 rounded-md px-3 text-sm data-[selected=true]:bg-hover [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-muted"
    >
      <Icon aria-hidden />
      <span className="truncate">{label}</span>
      {hint && <span className="truncate text-muted text-xs">{hint}</span>}
      {item?.keys && hasSingleKeys && (
        <span className="ml-auto flex pointer-coarse:hidden gap-1">
          {item.keys.split(" ").map((key) => (
            <Kbd key={key}>{key}</Kbd>
          ))}
        </span>
      )}
    </Command.Item>
  );
}
