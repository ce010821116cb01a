import { Link } from "@tanstack/react-router";
import { CircleAlert, EqualNot, LoaderCircle } from "lucide-react";
import { memo, useEffect, useRef, useState } from "react";
import { Ago } from "@/components/ui/ago";
import { SIDE_NAMES, type Side, SideGlyph } from "@/components/ui/side";
import { Skeleton } from "@/components/ui/skeleton";
import { SyncBadge } from "@/components/ui/sync-badge";
import { cn } from "@/lib/cn";
import { NAME } from "./columns/column-choices";
import type { Column } from "./columns/columns";
import { ContactName } from "./contact-name";
import { showValue } from "./field-value";
import type { ContactRow } from "./queries";
import type { CellEdit } from "./use-cell-edits";

interface ListCellProps {
  contact: ContactRow;
  column: Column;
  /** The other side's row, where the two sides are compared. */
  other?: ContactRow | undefined;
  side: Side;
  edit?: CellEdit | undefined;
}

/** What stands in a cell. */
export const ListCell = memo(function ListCell({ contact, column, other, side, edit }: ListCellProps) {
  switch (column.field) {
    case NAME:
      return (
        // A link, so that it opens in a tab of its own, too.
        <Link
          from="/$tenant/contacts"
          to="/$tenant/contacts/$contactId"
          params={({ tenant }) => ({ tenant, contactId: contact.id })}
          tabIndex={-1}
          className="block min-w-0 underline-offset-3 hover:underline"
        >
          <ContactName contact={contact} side={side} />
        </Link>
      );
    case "sync":
      return <SyncBadge state={contact.sync.state} reason={contact.sync.reason} />;
    case "created_at":
      return (
        <span
          className="flex items-center gap-2 whitespace-nowrap"
          title={`Created in ${SIDE_NAMES[contact.created_side]}`}
        >
          <SideGlyph side={contact.created_side} className="size-4" />
          <span className="sr-only">in {SIDE_NAMES[contact.created_side]}</span>
          <Ago iso={contact.created_at} isShort />
        </span>
      );
    case "updated_at":
      return <Ago iso={contact.updated_at} isShort />;
    default:
      return <FieldCell contact={contact} column={column} other={other} side={side} edit={edit} />;
  }
});

function FieldCell({ contact, column, other, side, edit }: ListCellProps) {
  const { def } = column;
  if (!def) return null;
  const held = contact.values?.[column.field];
  if (held === undefined) return <Skeleton className="w-3/5" />;
  const isRefused = edit && edit.state !== "saving";
  const shown = showValue(def, edit?.state === "saving" ? edit.value : held);
  const across = other?.values?.[column.field];
  const differs = other && contact.hubspot_id && (across ?? "") !== (held ?? "");
  return (
    <span className={cn("flex min-w-0 items-center gap-1.5", column.isNumber && "justify-end")}>
      <Flashing text={shown} isNumber={column.isNumber} />
      {edit?.state === "saving" && (
        <LoaderCircle className="size-3 shrink-0 animate-spin text-muted" aria-label="Being saved" />
      )}
      {isRefused && <CircleAlert className="size-3.5 shrink-0 text-bad-ink" aria-label="Not saved" />}
      {differs && <Differs side={side} across={showValue(def, across)} />}
    </span>
  );
}

function Differs({ side, across }: { side: Side; across: string }) {
  const other = side === "hubspot" ? "loanark" : "hubspot";
  const said = `${SIDE_NAMES[other]}: ${across || "empty"}`;
  return (
    <span
      title={said}
      className={cn(
        "ml-auto inline-grid size-4.5 shrink-0 place-items-center rounded-sm",
        other === "loanark" ? "bg-loanark-wash text-loanark-ink" : "bg-hubspot-wash text-hubspot-ink",
      )}
    >
      <EqualNot className="size-3" aria-hidden />
      <span className="sr-only">Differs. {said}</span>
    </span>
  );
}

/** A value that changes while it is looked at lights up once, softly. */
function Flashing({ text, isNumber }: { text: string; isNumber: boolean }) {
  const before = useRef(text);
  const [times, setTimes] = useState(0);
  useEffect(() => {
    if (before.current === text) return;
    before.current = text;
    setTimes((count) => count + 1);
  }, [text]);
  return (
    <span
      key={times}
      data-flash={times || undefined}
      title={text || undefined}
      className={cn(
        "truncate",
        times > 0 && "flash",
        isNumber && "tabular-nums",
        text === "" && "text-muted",
      )}
    >
      {text || "–"}
    </span>
  );
}
