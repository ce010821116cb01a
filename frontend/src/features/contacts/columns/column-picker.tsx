import { useQuery } from "@tanstack/react-query";
import { ArrowUp, GripVertical, Pin, PinOff } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import { Input } from "@/components/ui/input";
import { cn } from "@/lib/cn";
import { type FieldDefinition, fieldListQuery } from "../queries";
import { canMove, movedBy, movedTo, NAME, pinnedAs, withColumn } from "./column-choices";
import { BUILT_IN } from "./columns";
import type { ColumnsApi } from "./use-columns";

interface ColumnPickerProps {
  tenant: string;
  api: ColumnsApi;
  /** For thumbs: nothing is dragged, and what is a card has nothing to pin. */
  isForCards?: boolean;
  className?: string;
}

/** Which fields the list shows, in which order. */
export function ColumnPicker({ tenant, api, isForCards = false, className }: ColumnPickerProps) {
  const { data: fields = [] } = useQuery(fieldListQuery(tenant));
  const [letters, setLetters] = useState("");
  const wanted = (label: string) => label.toLowerCase().includes(letters.trim().toLowerCase());
  const isShown = (field: string) => api.choices.some((one) => one.field === field);
  const hidden = [
    ...Object.entries(BUILT_IN).map(([name, { label }]) => ({ name, label, group: "List" })),
    ...fields.filter(({ archived_at }) => !archived_at),
  ].filter(({ name, label }) => !isShown(name) && wanted(label));

  return (
    <>
      <div className="border-b p-2">
        <Input
          type="search"
          aria-label="Find a field"
          placeholder="Find a field"
          value={letters}
          onChange={(event) => setLetters(event.target.value)}
        />
      </div>
      <div className={cn("p-1", className)}>
        {letters === "" && (
          <>
            <h2 className="eyebrow px-2 pt-1.5 pb-1">Shown</h2>
            <ShownColumns api={api} isForCards={isForCards} />
          </>
        )}
        <h2 className="eyebrow px-2 pt-2.5 pb-1">{letters ? "Found" : "More fields"}</h2>
        {hidden.length === 0 && (
          <p className="px-2 py-1.5 text-muted text-sm">
            {letters ? "Nothing that is not shown already." : "Every field is shown."}
          </p>
        )}
        {hidden.map(({ name, label, group }) => (
          <Row key={name} field={name} label={label} aside={group} isShown={false} api={api} />
        ))}
      </div>
    </>
  );
}

function ShownColumns({ api, isForCards }: { api: ColumnsApi; isForCards: boolean }) {
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
    <ul aria-label={isForCards ? "Shown fields" : "Shown columns; Alt and arrows move one"}>
      {api.columns.map(({ field, label, pinned }) => (
        <li
          key={field}
          draggable={field !== NAME && !isForCards}
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
          <Row field={field} label={label} isShown isPinned={pinned} isForCards={isForCards} api={api} />
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
  isForCards?: boolean;
  api: ColumnsApi;
}

function Row({ field, label, aside, isShown, isPinned = false, isForCards = false, api }: RowProps) {
  const isName = field === NAME;
  return (
    <div className="group flex h-8 pointer-coarse:h-11 flex-1 items-center gap-2 rounded-sm px-2 text-sm hover:bg-hover">
      {isShown && !isForCards && (
        <GripVertical
          className={cn("-ml-1 size-3.5 shrink-0 text-muted", isName ? "invisible" : "cursor-grab")}
          aria-hidden
        />
      )}
      <label className="flex h-full min-w-0 flex-1 cursor-pointer items-center gap-2.5">
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
      {isForCards && canMove(api.choices, field, -1) && (
        <button
          type="button"
          aria-label={`Move ${label} up`}
          onClick={() => api.change(movedBy(api.choices, field, -1))}
          className="grid size-11 shrink-0 place-items-center rounded-sm text-muted hover:text-ink"
        >
          <ArrowUp className="size-4" aria-hidden />
        </button>
      )}
      {isShown && !isForCards && !isName && (
        <button
          type="button"
          aria-label={isPinned ? `Unpin ${label}` : `Pin ${label} to the left`}
          onClick={() => api.change(pinnedAs(api.choices, field, !isPinned))}
          className={cn(
            "grid pointer-coarse:size-11 size-6 shrink-0 place-items-center rounded-sm text-muted hover:bg-selected hover:text-ink",
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
