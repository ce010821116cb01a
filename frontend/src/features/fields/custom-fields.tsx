import { useQuery } from "@tanstack/react-query";
import { Archive, ArchiveRestore, ListPlus, Pencil, Plus } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { SideBadge } from "@/components/ui/side";
import { Skeleton } from "@/components/ui/skeleton";
import { formatDate, plural } from "@/lib/format";
import { toastDone } from "@/lib/toast";
import { FieldDialog } from "./field-dialog";
import { KINDS } from "./kinds";
import { type FieldDefinition, fieldsQuery, useFieldActions } from "./queries";

interface CustomFieldsProps {
  tenant: string;
  canWrite: boolean;
  /** Maps a field that HubSpot does not know yet. */
  onMap: (field: string) => void;
}

/** Fields that the organisation defined: define, rename, options, archive, bring back. */
export function CustomFields({ tenant, canWrite, onMap }: CustomFieldsProps) {
  const { data: fields, error, refetch } = useQuery(fieldsQuery(tenant));
  const [open, setOpen] = useState<FieldDefinition | "new" | null>(null);
  const { archive, bringBack } = useFieldActions(tenant);
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!fields) return <Skeleton className="h-64 w-full rounded-lg" />;

  const custom = fields.filter((field) => field.custom);
  const active = custom.filter(({ archived_at }) => archived_at === null);
  const archived = custom.filter(({ archived_at }) => archived_at !== null);
  const restore = ({ name, label }: FieldDefinition) =>
    void bringBack.mutateAsync({ path: { tenant, name }, body: { archived: false } }).then(
      () => toastDone(`${label} is back`),
      () => undefined, // Told by a toast already.
    );
  const put = (field: FieldDefinition) =>
    archive.mutate(
      { path: { tenant, name: field.name } },
      {
        onSuccess: () =>
          toastDone(`${field.label} is archived`, {
            detail: "Its values and history stay.",
            undo: () => restore(field),
          }),
      },
    );
  const define = canWrite && (
    <Button onClick={() => setOpen("new")}>
      <Plus aria-hidden /> Define a field
    </Button>
  );

  return (
    <div className="grid gap-4">
      <Panel title="Fields of your own" aside={active.length > 0 && define} bodyClassName="p-0">
        {active.length === 0 ? (
          <EmptyState icon={ListPlus} title="No field of your own yet" action={define}>
            What your organisation needs to know of a contact, beside the fields that everybody has. A field
            can be mapped to a HubSpot property like any other.
          </EmptyState>
        ) : (
          <ul className="divide-y">
            {active.map((field) => (
              <FieldRow key={field.name} field={field}>
                {canWrite && (
                  <>
                    {!field.property && (
                      <Button size="sm" aria-label={`Map ${field.label}`} onClick={() => onMap(field.name)}>
                        Map
                      </Button>
                    )}
                    <Button
                      kind="quiet"
                      size="icon-sm"
                      aria-label={`Change ${field.label}`}
                      onClick={() => setOpen(field)}
                    >
                      <Pencil aria-hidden />
                    </Button>
                    <Button
                      kind="quiet"
                      size="icon-sm"
                      aria-label={`Archive ${field.label}`}
                      onClick={() => put(field)}
                    >
                      <Archive aria-hidden />
                    </Button>
                  </>
                )}
              </FieldRow>
            ))}
          </ul>
        )}
      </Panel>
      {archived.length > 0 && (
        <Panel title="Archived" bodyClassName="p-0">
          <ul className="divide-y">
            {archived.map((field) => (
              <FieldRow key={field.name} field={field}>
                {canWrite && (
                  <Button size="sm" aria-label={`Bring back ${field.label}`} onClick={() => restore(field)}>
                    <ArchiveRestore aria-hidden /> Bring back
                  </Button>
                )}
              </FieldRow>
            ))}
          </ul>
        </Panel>
      )}
      {open && (
        <FieldDialog tenant={tenant} field={open === "new" ? null : open} onClose={() => setOpen(null)} />
      )}
    </div>
  );
}

function FieldRow({ field, children }: { field: FieldDefinition; children: ReactNode }) {
  const { name, label, kind, options, property, archived_at, created_by } = field;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1.5 px-4 py-2.5">
      <div className="min-w-48 flex-1">
        <p className="font-medium text-sm">
          {label} <code className="ml-1 font-mono font-normal text-2xs text-muted">{name}</code>
        </p>
        <p className="text-muted text-xs">
          {KINDS[kind]}
          {options.length > 0 && ` · ${plural(options.length, "option")}`}
          {created_by && ` · by ${created_by}`}
          {archived_at && ` · archived on ${formatDate(archived_at)}; values and history stay`}
        </p>
      </div>
      {archived_at === null &&
        (property ? (
          <span className="flex items-center gap-2 text-xs">
            <SideBadge side="hubspot" /> <code className="font-mono text-2xs">{property}</code>
          </span>
        ) : (
          <Badge className="hatched">in LoanArk only</Badge>
        ))}
      <div className="flex items-center gap-1">{children}</div>
    </li>
  );
}
