import { useQuery } from "@tanstack/react-query";
import { Columns3, GripVertical, Pin, PinOff } from "lucide-react";
import { Popover } from "radix-ui";
import { type KeyboardEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { cn } from "@/lib/cn";
import { movedBy, movedTo, NAME, pinnedAs, withColumn } from "./column-choices";
import { BUILT_IN } from "./columns";
import { type FieldDefinition, fieldListQuery } from "./queries";
import type { ColumnsApi } from "./use-columns";

/** Which columns there are, in which order: by dragging, by keys, or from the headings. */
export function ColumnsPopover({ tenant, api }: { tenant: string; api: ColumnsApi }) {
  const { data: fields = [] } = useQuery(fieldListQuery(tenant));
  const [letters, setLetters] = useState("");
  const wanted = (label: string) => label.toLowerCase().includes(letters.trim().toLowerCase());
  const isShown = (field: string) => api.choices.some((one) => one.field === field);
  const hidden = [
    ...Object.entries(BUILT_IN).map(([name, { label }]) => ({ name, label, group: "List" })),
    ...fields.filter(({ archived_at }) => !archived_at),
  ].filter(({ name, label }) => !isShown(name) && wanted(label));

  return (
    <Popover.Root onOpenChange={(open) => open && setLetters("")}>
      <Popover.Trigger asChild>
        <Button aria-label="Columns">
          <Columns3 aria-hidden /> <span className="max-xl:sr-only">Columns</span>
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          sideOffset={6}
          collisionPadding={8}
          aria-label="Columns"
          className="appear z-50 flex max-h-[min(34rem,var(--radix-popover-content-available-height))] w-76 flex-col rounded-lg border bg-surface shadow-high"
        >
          <div className="border-b p-2">
            <Input
              type="search"
              aria-label="Find a field"
              placeholder="Find a field"
              value={letters}
              onChange={(event) => setLetters(event.target.value)}
            />
          </div>
          <div className="min-h-0 flex-1 overflow-y-auto p-1">
            {letters === "" && (
              <>
                <h3 className="eyebrow px-2 pt-1.5 pb-1">Shown</h3>
                <ShownColumns api={api} />
              </>
            )}
            <h3 className="eyebrow px-2 pt-2.5 pb-1">{letters ? "Found" : "More fields"}</h3>
            {hidden.length === 0 && (
              <p className="px-2 py-1.5 text-muted text-sm">
                {letters ? "Nothing that is not shown already." : "Every field is shown."}
              </p>
            )}
            {hidden.map(({ name, label, group }) => (
              <Row key={name} field={name} label={label} aside={group} isShown={false} api={api} />
            ))}
          </div>
          {api.isOwn && (
            <div className="flex justify-end border-t p-1.5">
              <Button kind="quiet" size="sm" onClick={api.reset}>
                Back to the view’s columns
              </Button>
            </div>
          )}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function ShownColumns({ api }: { api: ColumnsApi }) {
  const [dragged, setDragged] = useState<string | undefined>();
  const [over, setOver] = useState<string | undefined>();
  const end = () => {
    setDragged(undefined);
    setOver(undefined);
  };
  const onKey = (event: KeyboardEvent, field: string) => {
    if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    api.change(movedBy(api.choices, field, event.key === "ArrowUp" ? -1 : 1));
  };
  return (
    <ul aria-label="Shown columns; Alt and arrows move one">
      {api.columns.map(({ field, label, pinned }) => (
        <li
          key={field}
          draggable={field !== NAME}
          onDragStart={() => setDragged(field)}
          onDragEnd={end}
          onDragOver={(event) => {
            event.preventDefault();
            setOver(field);
          }}
          onDrop={() => {
            if (dragged) api.change(movedTo(api.choices, dragged, field));
            end();
          }}
          onKeyDown={(event) => onKey(event, field)}
          className={cn(
            "flex items-center rounded-sm",
            dragged === field && "opacity-40",
            dragged && over === field && "shadow-[inset_0_2px_0_var(--ink)]",
          )}
        >
          <Row field={field} label={label} isShown isPinned={pinned} api={api} />
        </li>
      ))}
    </ul>
  );
}

interface RowProps {
  field: string;
  label: string;
  aside?: FieldDefinition["group"];
  isShown: boolean;
  isPinned?: boolean;
  api: ColumnsApi;
}

function Row({ field, label, aside, isShown, isPinned = false, api }: RowProps) {
  const isName = field === NAME;
  return (
    <div className="group flex h-8 pointer-coarse:h-11 flex-1 items-center gap-2 rounded-sm px-2 text-sm hover:bg-hover">
      {isShown && (
        <GripVertical
          className={cn("-ml-1 size-3.5 shrink-0 text-muted", isName ? "invisible" : "cursor-grab")}
          aria-hidden
        />
      )}
      <label className="flex min-w-0 flex-1 cursor-pointer items-center gap-2.5">
        <input
          type="checkbox"
          checked={isShown}
          disabled={isName}
          onChange={() => api.change(withColumn(api.choices, field, !isShown))}
          className="size-4 shrink-0 accent-ink"
        />
        <span className="truncate">{label}</span>
        {aside && <span className="ml-auto shrink-0 text-2xs text-muted">{aside}</span>}
      </label>
      {isShown && !isName && (
        <button
          type="button"
          aria-label={isPinned ? `Unpin ${label}` : `Pin ${label} to the left`}
          onClick={() => api.change(pinnedAs(api.choices, field, !isPinned))}
          className={cn(
            "grid pointer-coarse:size-10 size-6 shrink-0 place-items-center rounded-sm text-muted hover:bg-selected hover:text-ink",
            !isPinned &&
              "opacity-0 pointer-coarse:opacity-100 focus-visible:opacity-100 group-hover:opacity-100",
          )}
        >
          {isPinned ? <PinOff className="size-3.5" aria-hidden /> : <Pin className="size-3.5" aria-hidden />}
        </button>
      )}
    </div>
  );
}
