import { ChevronRight, Lock, Pause, TriangleAlert } from "lucide-react";
import { Ago } from "@/components/ui/ago";
import { Badge } from "@/components/ui/badge";
import { SideBadge, SideGlyph } from "@/components/ui/side";
import { cn } from "@/lib/cn";
import { formatCount } from "@/lib/format";
import { DirectionGlyph } from "./direction";
import { byGroup, type Row } from "./rows";
import { transformWords } from "./transform";
import { KINDS, POLICIES } from "./words";

interface MappingTableProps {
  rows: Row[];
  /** Opens a field: to change it, or only to look. */
  onOpen: (field: string) => void;
}

/** Property, direction, field: HubSpot on the left, LoanArk on the right, as everywhere. Cards on a phone. */
export function MappingTable({ rows, onOpen }: MappingTableProps) {
  return (
    <div className="overflow-hidden rounded-lg border bg-surface shadow-low">
      <table className="block w-full text-sm md:table">
        <thead className="hidden bg-sunken text-left text-xs md:table-header-group">
          <tr className="h-10 border-b">
            <th scope="col" className="px-4 font-normal">
              <SideBadge side="hubspot" />
            </th>
            <th scope="col" className="px-3 font-medium text-muted">
              Moves
            </th>
            <th scope="col" className="px-3 font-normal">
              <SideBadge side="loanark" />
            </th>
            <th scope="col" className="whitespace-nowrap px-3 font-medium text-muted">
              If both change it
            </th>
            <th scope="col" className="px-3 font-medium text-muted">
              On the way
            </th>
            <th scope="col" className="w-10">
              <span className="sr-only">Open</span>
            </th>
          </tr>
        </thead>
        {byGroup(rows).map(([group, members]) => (
          <tbody key={group} className="block divide-y border-t first-of-type:border-t-0 md:table-row-group">
            <tr className="block bg-sunken/60 md:table-row">
              <th scope="rowgroup" colSpan={6} className="eyebrow block px-4 py-1.5 text-left md:table-cell">
                {group} <span className="font-normal tabular-nums">{members.length}</span>
              </th>
            </tr>
            {members.map((row) => (
              <MappingRow key={row.field} row={row} onOpen={onOpen} />
            ))}
          </tbody>
        ))}
      </table>
    </div>
  );
}

const CHANGES: Record<Exclude<Row["state"], "same">, string> = {
  changed: "changed",
  new: "new",
  gone: "to be taken out",
};

function MappingRow({ row, onOpen }: { row: Row; onOpen: (field: string) => void }) {
  const { rule, saved, state } = row;
  const cell = "block min-w-0 py-0.5 align-top md:table-cell md:px-3 md:py-2";
  const isGone = state === "gone";
  return (
    <tr
      className={cn(
        "relative grid grid-cols-2 gap-x-4 px-4 py-2.5 hover:bg-hover md:table-row md:p-0",
        isGone && "hatched",
      )}
    >
      <td className={cn(cell, "md:px-4")}>
        <SideGlyph side="hubspot" className="mr-1.5 size-4 align-[-3px] md:hidden" />
        <span className={cn("font-medium", isGone && "line-through")}>{row.propertyLabel}</span>
        <Small>
          <code className="font-mono text-2xs">{rule.property}</code>
          {row.propertyType && ` · ${row.propertyType}`}
        </Small>
      </td>
      <td className={cn(cell, "text-ink-2 max-md:order-1 md:pt-2.5")}>
        <DirectionGlyph direction={rule.direction} isWorded className="text-xs" />
        {row.readOnly && (
          <Small>
            <Lock className="mr-1 inline size-3" aria-hidden />
            HubSpot calculates it
          </Small>
        )}
      </td>
      <th scope="row" className={cn(cell, "text-left font-medium max-md:pr-6")}>
        <SideGlyph side="loanark" className="mr-1.5 size-4 align-[-3px] md:hidden" />
        <button
          type="button"
          data-field={row.field}
          onClick={() => onOpen(row.field)}
          className={cn("text-left after:absolute after:inset-0", isGone && "line-through")}
        >
          {row.label}
        </button>
        {state !== "same" && (
          <Badge tone={isGone ? "warn" : "plain"} className="ml-2 h-5 align-[1px]">
            {CHANGES[state]}
          </Badge>
        )}
        <Small>
          <code className="font-mono text-2xs">{row.field}</code> · {KINDS[row.kind]}
        </Small>
        {!isGone && saved && <Care row={row} />}
      </th>
      <td className={cn(cell, "text-ink-2 max-md:order-1 md:whitespace-nowrap")}>
        {rule.direction === "both" ? (
          POLICIES[rule.policy].label
        ) : (
          <span className="text-muted">one side decides</span>
        )}
      </td>
      <td className={cn(cell, "text-ink-2 max-md:order-1 max-md:col-span-2 max-md:empty:hidden md:pt-2.5")}>
        <OnTheWay row={row} />
      </td>
      <td className="absolute top-3 right-3 md:static md:table-cell md:pr-3 md:text-right md:align-middle">
        <ChevronRight className="inline size-4 text-muted" aria-hidden />
      </td>
    </tr>
  );
}

function OnTheWay({ row: { rule, property, saved } }: { row: Row }) {
  const options = property?.options.length ?? saved?.option_count ?? 0;
  const parts = [
    rule.transform && transformWords(rule.transform),
    !rule.blank_may_overwrite && "a blank clears nothing",
    options > 0 && `${formatCount(options)} options`,
  ].filter(Boolean);
  if (parts.length === 0) return <span className="hidden text-muted md:inline">–</span>;
  return (
    <>
      {parts.map((part) => (
        <span key={String(part)} className="block text-xs">
          {part}
        </span>
      ))}
    </>
  );
}

/** Why a field rests, or what is to be looked at, beside the field itself. */
function Care({ row: { saved } }: { row: Row }) {
  return (
    <>
      {saved?.paused && (
        <span className="mt-1 flex gap-1.5 font-normal text-warn-ink text-xs">
          <Pause className="mt-0.5 size-3.5 shrink-0" aria-hidden />
          <span>
            <span className="font-medium">Rests</span>
            {saved.paused_at && (
              <>
                {" "}
                since <Ago iso={saved.paused_at} />
              </>
            )}
            : {saved.paused} It goes on by itself when that is mended.
          </span>
        </span>
      )}
      {saved?.warning && (
        <span className="mt-1 flex gap-1.5 font-normal text-warn-ink text-xs">
          <TriangleAlert className="mt-0.5 size-3.5 shrink-0" aria-hidden />
          {saved.warning}
        </span>
      )}
    </>
  );
}

function Small({ children }: { children: React.ReactNode }) {
  return <span className="block whitespace-normal font-normal text-muted text-xs">{children}</span>;
}
