import {
  ArrowLeft,
  ArrowLeftRight,
  ArrowRight,
  Lock,
  type LucideIcon,
  Pause,
  TriangleAlert,
} from "lucide-react";
import { Ago } from "@/components/ui/ago";
import { SideBadge, SideGlyph } from "@/components/ui/side";
import { cn } from "@/lib/cn";
import { formatCount } from "@/lib/format";
import type { MappedField } from "./queries";
import { transformWords } from "./transform";

const DIRECTIONS: Record<MappedField["direction"], { label: string; icon: LucideIcon }> = {
  both: { label: "both ways", icon: ArrowLeftRight },
  to_loanark: { label: "to LoanArk only", icon: ArrowRight },
  to_hubspot: { label: "to HubSpot only", icon: ArrowLeft },
};

const POLICIES: Record<MappedField["policy"], string> = {
  hubspot: "HubSpot wins",
  loanark: "LoanArk wins",
  newest: "the newer wins",
  union: "both are kept",
  ask: "a person decides",
};

const KINDS: Record<MappedField["kind"], string> = {
  text: "text",
  email: "e-mail",
  phone: "phone",
  date: "date",
  instant: "date and time",
  decimal: "number",
  boolean: "yes or no",
  enum: "one option",
  enum_set: "several options",
};

/** Property, direction, field: HubSpot on the left, LoanArk on the right, as everywhere. */
export function MappingTable({ fields }: { fields: MappedField[] }) {
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
            <th scope="col" className="hidden px-4 text-right font-medium text-muted lg:table-cell">
              Options
            </th>
          </tr>
        </thead>
        <tbody className="block divide-y md:table-row-group">
          {fields.map((field) => (
            <MappingRow key={field.field} field={field} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function MappingRow({ field }: { field: MappedField }) {
  const { label, icon: Icon } = DIRECTIONS[field.direction];
  const cell = "block min-w-0 py-0.5 align-top md:table-cell md:px-3 md:py-2";
  return (
    <tr className="grid grid-cols-2 gap-x-4 px-4 py-2.5 md:table-row md:p-0">
      <td className={cn(cell, "md:px-4")}>
        <SideGlyph side="hubspot" className="mr-1.5 size-4 align-[-3px] md:hidden" />
        <span className="font-medium">{field.property_label}</span>
        <Small>
          <code className="font-mono text-2xs">{field.property}</code> · {field.property_type}
        </Small>
      </td>
      <td className={cn(cell, "text-ink-2 max-md:order-1")}>
        <span className="flex items-center gap-1.5 whitespace-nowrap">
          <Icon className="size-4 text-muted" aria-hidden /> {label}
        </span>
        {field.transform && <Small>{transformWords(field.transform)}</Small>}
        {field.read_only && (
          <Small>
            <Lock className="mr-1 inline size-3" aria-hidden />
            HubSpot calculates it
          </Small>
        )}
      </td>
      <th scope="row" className={cn(cell, "text-left font-medium")}>
        <SideGlyph side="loanark" className="mr-1.5 size-4 align-[-3px] md:hidden" />
        {field.label}
        <Small>
          <code className="font-mono text-2xs">{field.field}</code> · {KINDS[field.kind]}
        </Small>
        {field.paused && (
          <span className="mt-1 flex gap-1.5 font-normal text-warn-ink text-xs">
            <Pause className="mt-0.5 size-3.5 shrink-0" aria-hidden />
            <span>
              <span className="font-medium">Rests</span>
              {field.paused_at && (
                <>
                  {" "}
                  since <Ago iso={field.paused_at} />
                </>
              )}
              : {field.paused}
            </span>
          </span>
        )}
        {field.warning && (
          <span className="mt-1 flex gap-1.5 font-normal text-warn-ink text-xs">
            <TriangleAlert className="mt-0.5 size-3.5 shrink-0" aria-hidden />
            {field.warning}
          </span>
        )}
      </th>
      <td className={cn(cell, "text-ink-2 max-md:order-1 md:whitespace-nowrap")}>
        {field.direction === "both" ? (
          POLICIES[field.policy]
        ) : (
          <span className="text-muted">one side decides</span>
        )}
        {!field.blank_may_overwrite && <Small>an empty value never overwrites</Small>}
      </td>
      <td
        className={cn(
          cell,
          "text-muted tabular-nums max-md:order-1 max-md:empty:hidden md:px-4 md:text-right md:max-lg:hidden",
        )}
      >
        {field.option_count > 0 ? (
          <>
            {formatCount(field.option_count)}
            <span className="md:sr-only"> options</span>
          </>
        ) : (
          <span className="hidden md:inline">–</span>
        )}
      </td>
    </tr>
  );
}

function Small({ children }: { children: React.ReactNode }) {
  return <span className="block whitespace-normal font-normal text-muted text-xs">{children}</span>;
}
