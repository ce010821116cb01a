import {
  ArrowLeft,
  ArrowRight,
  CircleX,
  Equal,
  EqualNot,
  type LucideIcon,
  Split,
  Unplug,
} from "lucide-react";
import type { ReactNode } from "react";
import { Badge, type Tone } from "@/components/ui/badge";
import { SideBadge } from "@/components/ui/side";
import { cn } from "@/lib/cn";
import { showValue } from "./field-value";
import type { FieldOut } from "./queries";

const MARKS: Partial<Record<FieldOut["state"], { label: string; icon: LucideIcon; tone: Tone }>> = {
  hubspot_changed: { label: "HubSpot is newer", icon: ArrowRight, tone: "hubspot" },
  loanark_changed: { label: "LoanArk is newer", icon: ArrowLeft, tone: "loanark" },
  conflict: { label: "Conflict", icon: Split, tone: "ask" },
  rejected: { label: "Refused", icon: CircleX, tone: "bad" },
  unmapped: { label: "LoanArk only", icon: Unplug, tone: "plain" },
};

/** Fields in the order of their groups, groups in the order they first appear. */
function grouped(fields: FieldOut[]): [string, FieldOut[]][] {
  const groups = new Map<string, FieldOut[]>();
  for (const field of fields) groups.set(field.group, [...(groups.get(field.group) ?? []), field]);
  return [...groups];
}

interface ThreeColumnsProps {
  fields: FieldOut[];
  /** In place of LoanArk's value while it is being edited. */
  renderInput?: ((field: FieldOut) => ReactNode) | undefined;
}

/** HubSpot, what both agreed on last, LoanArk. Where the three are one, it says "=", once. */
export function ThreeColumns({ fields, renderInput }: ThreeColumnsProps) {
  return (
    <div className="overflow-hidden rounded-lg border bg-surface shadow-low">
      <table className="block w-full text-sm lg:table lg:table-fixed">
        <thead className="hidden bg-sunken text-left lg:table-header-group">
          <tr className="h-10 border-b">
            <th scope="col" className="w-[20%] px-4 font-medium text-muted text-xs">
              Field
            </th>
            <th scope="col" className="w-[32%] px-3">
              <SideBadge side="hubspot" />
            </th>
            <th scope="col" className="w-[16%] px-3 font-medium text-muted text-xs">
              Agreed last
            </th>
            <th scope="col" className="w-[32%] px-3">
              <SideBadge side="loanark" />
            </th>
          </tr>
        </thead>
        {grouped(fields).map(([group, members]) => (
          <tbody key={group} className="block lg:table-row-group">
            <tr className="block lg:table-row">
              <th
                scope="rowgroup"
                colSpan={4}
                className="eyebrow block px-4 pt-4 pb-1 text-left lg:table-cell"
              >
                {group}
              </th>
            </tr>
            {members.map((field) => (
              <FieldRow
                key={field.name}
                field={field}
                input={field.editable ? renderInput?.(field) : undefined}
              />
            ))}
          </tbody>
        ))}
      </table>
    </div>
  );
}

function FieldRow({ field, input }: { field: FieldOut; input: ReactNode }) {
  const mark = MARKS[field.state];
  const isSame = field.state === "same";
  const isMapped = field.state !== "unmapped";
  return (
    <tr
      className={cn(
        "block border-line/70 border-b px-4 py-2.5 last:border-b-0 lg:table-row lg:px-0 lg:py-0",
        mark && isMapped && "bg-sunken",
      )}
    >
      <th
        scope="row"
        className="block pb-1 text-left align-top font-normal text-ink-2 lg:table-cell lg:px-4 lg:py-2.5"
      >
        <span className="flex flex-wrap items-center gap-x-2 gap-y-1 lg:flex-col lg:items-start">
          {field.label}
          {mark && (
            <Badge tone={mark.tone} icon={mark.icon}>
              {mark.label}
            </Badge>
          )}
        </span>
        {field.reason && <span className="mt-1 block text-muted text-xs">{field.reason}</span>}
      </th>
      <ValueCell side="hubspot" field={field} value={field.hubspot} isHiddenOnPhone={isSame || !isMapped} />
      <AgreedCell field={field} isSame={isSame} isMapped={isMapped} />
      <ValueCell side="loanark" field={field} value={field.loanark} input={input} />
    </tr>
  );
}

interface ValueCellProps {
  side: "hubspot" | "loanark";
  field: FieldOut;
  value: string | null | undefined;
  input?: ReactNode;
  isHiddenOnPhone?: boolean;
}

function ValueCell({ side, field, value, input, isHiddenOnPhone = false }: ValueCellProps) {
  const shown = showValue(field, value);
  const isSame = field.state === "same" || field.state === "unmapped";
  const differs = !isSame && (value ?? "") !== (field.agreed ?? "");
  return (
    <td className={cn("block py-0.5 align-top lg:table-cell lg:px-3 lg:py-2.5", isHiddenOnPhone && "hidden")}>
      <span className="flex items-start gap-2">
        {!isSame && <SideBadge side={side} className="w-22 shrink-0 text-xs lg:hidden" />}
        {input ?? (
          <span
            className={cn(
              "min-w-0 break-words",
              differs && "rounded-xs px-1 font-medium underline decoration-2 underline-offset-3",
              differs &&
                (side === "hubspot"
                  ? "bg-hubspot-wash decoration-hubspot"
                  : "bg-loanark-wash decoration-loanark"),
            )}
          >
            {shown || (
              <span className="text-muted">
                {field.state === "unmapped" && side === "hubspot" ? "not mapped" : "empty"}
              </span>
            )}
            {differs && <span className="sr-only"> (changed)</span>}
          </span>
        )}
      </span>
    </td>
  );
}

function AgreedCell({ field, isSame, isMapped }: { field: FieldOut; isSame: boolean; isMapped: boolean }) {
  const Icon = isSame ? Equal : EqualNot;
  return (
    <td
      className={cn(
        "py-0.5 align-top lg:table-cell lg:px-3 lg:py-2.5",
        isSame || !isMapped ? "hidden" : "block",
      )}
    >
      {isMapped && (
        <span className="flex items-start gap-2 text-muted">
          <Icon className="mt-0.5 hidden size-4 shrink-0 lg:block" aria-hidden />
          {isSame ? (
            <span className="sr-only">The same on both sides</span>
          ) : (
            <>
              <span className="w-22 shrink-0 text-xs lg:hidden">Agreed last</span>
              <span className="min-w-0 break-words">{showValue(field, field.agreed) || "empty"}</span>
            </>
          )}
        </span>
      )}
    </td>
  );
}
