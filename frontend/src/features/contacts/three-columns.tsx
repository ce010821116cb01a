import { ArrowLeft, ArrowRight, ChevronDown, CircleX, type LucideIcon, Split } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Badge, type Tone } from "@/components/ui/badge";
import { SideBadge } from "@/components/ui/side";
import { cn } from "@/lib/cn";
import { plural } from "@/lib/format";
import { showValue } from "./field-value";
import { HubSpotAuthor } from "./hubspot-author";
import type { FieldOut, HubSpotEdit } from "./queries";

const MARKS: Partial<Record<FieldOut["state"], { label: string; icon: LucideIcon; tone: Tone }>> = {
  hubspot_changed: { label: "HubSpot changed", icon: ArrowRight, tone: "hubspot" },
  loanark_changed: { label: "LoanArk changed", icon: ArrowLeft, tone: "loanark" },
  conflict: { label: "Conflict", icon: Split, tone: "ask" },
  rejected: { label: "Refused", icon: CircleX, tone: "bad" },
};

/** Fields in the order of their groups, groups in the order they first appear. */
function grouped(fields: FieldOut[]): [string, FieldOut[]][] {
  const groups = new Map<string, FieldOut[]>();
  for (const field of fields) groups.set(field.group, [...(groups.get(field.group) ?? []), field]);
  return [...groups];
}

interface ThreeColumnsProps {
  fields: FieldOut[];
  /** What is deleted is compared with nothing: its last values stand alone. */
  isDeleted?: boolean;
  /** Who changed the values in HubSpot last; left out where it was not asked. */
  hubspotEdits?: ReadonlyMap<string, HubSpotEdit> | undefined;
  /** In place of LoanArk's value while it is being edited. */
  renderInput?: ((field: FieldOut) => ReactNode) | undefined;
  /** What leads to why a value is so. */
  renderWhy?: ((field: FieldOut) => ReactNode) | undefined;
  /** A double click on LoanArk's value edits it; by keys it is the page's own shortcut. */
  onEdit?: ((field: string) => void) | undefined;
}

/** The cards over the table, or the value itself, already say why. */
const SAID_ELSEWHERE: FieldOut["state"][] = ["conflict", "rejected", "unmapped"];

const isBlank = ({ hubspot, loanark, state }: FieldOut) =>
  !hubspot && !loanark && (state === "same" || state === "unmapped");

/** HubSpot, what both agreed on last, LoanArk. Where the three are one, it says "=", once. */
export function ThreeColumns({
  fields,
  isDeleted = false,
  hubspotEdits,
  renderInput,
  renderWhy,
  onEdit,
}: ThreeColumnsProps) {
  return (
    <div className="overflow-hidden rounded-lg border bg-surface shadow-low">
      <table className="block w-full text-sm md:table md:table-fixed">
        <thead className="hidden bg-sunken text-left md:table-header-group">
          <tr className="h-9 border-b">
            <th scope="col" className="w-[24%] px-4 font-medium text-muted text-xs">
              Field
            </th>
            <th scope="col" className="w-[31%] px-3">
              <SideBadge side="hubspot" />
            </th>
            <th scope="col" className="w-[14%] px-3 font-medium text-muted text-xs">
              Agreed last
            </th>
            <th scope="col" className="w-[31%] px-3">
              <SideBadge side="loanark" />
            </th>
          </tr>
        </thead>
        {grouped(fields).map(([group, members]) => (
          <Group
            key={group}
            name={group}
            isOnlyHere={!isDeleted && members.every(({ state }) => state === "unmapped")}
            blank={!renderInput && members.every(isBlank) ? members.length : 0}
          >
            {members.map((field) => (
              <FieldRow
                key={field.name}
                field={isDeleted ? { ...field, state: "unmapped", hubspot: null } : field}
                hubspotEdit={
                  (field.hubspot || hubspotEdits?.has(field.name)) &&
                  hubspotEdits && <HubSpotAuthor edit={hubspotEdits.get(field.name)} />
                }
                onEdit={field.editable ? onEdit : undefined}
                input={field.editable ? renderInput?.(field) : undefined}
                why={renderWhy?.(field)}
              />
            ))}
          </Group>
        ))}
      </table>
    </div>
  );
}

interface GroupProps {
  name: string;
  isOnlyHere: boolean;
  /** How many fields it has when all of them are empty: then they are folded away until asked for. */
  blank: number;
  children: ReactNode;
}

function Group({ name, isOnlyHere, blank, children }: GroupProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <tbody className="block border-line/70 border-b last:border-b-0 md:table-row-group">
      <tr className="block md:table-row">
        <th scope="rowgroup" colSpan={4} className="eyebrow block px-4 pt-3 pb-1.5 text-left md:table-cell">
          {name}
          {isOnlyHere && (
            <span className="ml-2 font-normal normal-case tracking-normal">in LoanArk only</span>
          )}
          {blank > 0 && (
            <button
              type="button"
              aria-expanded={isOpen}
              onClick={() => setOpen(!isOpen)}
              className="-my-1.5 ml-1 inline-flex min-h-6 pointer-coarse:min-h-11 items-center gap-1 rounded-sm px-1.5 py-1 font-normal text-ink-2 normal-case tracking-normal hover:bg-hover"
            >
              {plural(blank, "empty field")}
              <ChevronDown
                className={cn("size-3.5 transition-transform", isOpen && "rotate-180")}
                aria-hidden
              />
            </button>
          )}
        </th>
      </tr>
      {(blank === 0 || isOpen) && children}
    </tbody>
  );
}

interface FieldRowProps extends Pick<ThreeColumnsProps, "onEdit"> {
  field: FieldOut;
  input: ReactNode;
  why: ReactNode;
  hubspotEdit: ReactNode;
}

function FieldRow({ field, input, why, hubspotEdit, onEdit }: FieldRowProps) {
  const mark = MARKS[field.state];
  const isSame = field.state === "same";
  const isMapped = field.state !== "unmapped";
  return (
    <tr
      data-field={field.name}
      className={cn(
        "group border-line/70 border-b px-4 py-2 last:border-b-0 md:table-row md:p-0 md:align-baseline",
        // One line on a phone where there is one value to show.
        mark || input ? "block" : "grid grid-cols-[minmax(7rem,35%)_1fr] gap-x-3",
        mark && "bg-sunken",
      )}
    >
      <th
        scope="row"
        className="block text-left font-normal text-ink-2 max-md:py-0.5 md:table-cell md:py-1.5 md:pr-1 md:pl-4"
      >
        <span className="flex flex-wrap items-center gap-x-2 gap-y-1 md:gap-y-0.5">
          {field.label}
          {mark && (
            <Badge tone={mark.tone} icon={mark.icon}>
              {mark.label}
            </Badge>
          )}
          {why}
        </span>
        {field.reason && !SAID_ELSEWHERE.includes(field.state) && (
          <span className="mt-1 block text-muted text-xs">{field.reason}</span>
        )}
      </th>
      <ValueCell
        side="hubspot"
        field={field}
        value={field.hubspot}
        // Where both sides agree there is nobody to ask about it; "why?" tells it all the same.
        note={isSame || !isMapped ? undefined : hubspotEdit}
        isHiddenOnPhone={isSame || !isMapped}
      />
      <AgreedCell field={field} isSame={isSame} isMapped={isMapped} />
      <ValueCell side="loanark" field={field} value={field.loanark} input={input} onEdit={onEdit} />
    </tr>
  );
}

interface ValueCellProps {
  side: "hubspot" | "loanark";
  field: FieldOut;
  value: string | null | undefined;
  input?: ReactNode;
  note?: ReactNode;
  isHiddenOnPhone?: boolean;
  onEdit?: ThreeColumnsProps["onEdit"];
}

function ValueCell({ side, field, value, input, note, isHiddenOnPhone = false, onEdit }: ValueCellProps) {
  const shown = showValue(field, value);
  const isSame = field.state === "same" || field.state === "unmapped";
  const isNotThere = field.state === "unmapped" && side === "hubspot";
  const differs = !isSame && (value ?? "") !== (field.agreed ?? "");
  return (
    <td
      className={cn("block min-w-0 py-0.5 md:table-cell md:px-3 md:py-1.5", isHiddenOnPhone && "hidden")}
      onDoubleClick={onEdit && (() => onEdit(field.name))}
    >
      <span className="flex items-baseline gap-2">
        {!isSame && <SideBadge side={side} className="w-22 shrink-0 text-xs md:hidden" />}
        {input ?? (
          <span
            className={cn(
              "min-w-0 break-words",
              differs && "-mx-1 rounded-xs px-1 font-medium underline decoration-2 underline-offset-3",
              differs &&
                (side === "hubspot"
                  ? "bg-hubspot-wash decoration-hubspot"
                  : "bg-loanark-wash decoration-loanark"),
            )}
          >
            {shown || <Blank isNamed={!isSame} note={isNotThere ? "not mapped" : "empty"} />}
            {differs && <span className="sr-only"> (changed)</span>}
          </span>
        )}
      </span>
      {note && <span className="mt-0.5 block text-muted text-xs max-md:pl-24">{note}</span>}
    </td>
  );
}

/** Nothing there: a dash where that is usual, a word where it is one of two answers. */
function Blank({ isNamed, note }: { isNamed: boolean; note: string }) {
  if (isNamed) return <span className="text-muted">{note}</span>;
  return (
    <span className="text-muted">
      <span aria-hidden>–</span>
      <span className="sr-only">{note}</span>
    </span>
  );
}

function AgreedCell({ field, isSame, isMapped }: { field: FieldOut; isSame: boolean; isMapped: boolean }) {
  return (
    <td className={cn("py-0.5 md:table-cell md:px-3 md:py-1.5", isSame || !isMapped ? "hidden" : "block")}>
      {isMapped && (
        <span className="flex items-baseline gap-2 text-muted">
          <span aria-hidden className="hidden md:inline">
            {isSame ? "=" : "≠"}
          </span>
          {isSame ? (
            <span className="sr-only">The same on both sides</span>
          ) : (
            <>
              <span className="w-22 shrink-0 text-xs md:hidden">Agreed last</span>
              <span className="min-w-0 break-words">{showValue(field, field.agreed) || "empty"}</span>
            </>
          )}
        </span>
      )}
    </td>
  );
}
