import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { Columns3Cog } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { Notice } from "@/components/ui/notice";
import { Page } from "@/components/ui/page";
import { Skeleton } from "@/components/ui/skeleton";
import { MappingTable } from "@/features/mapping/mapping-table";
import { type MappingOut, mappingQuery } from "@/features/mapping/queries";
import { formatAgo, plural } from "@/lib/format";

export default function MappingPage() {
  const { tenant } = useParams({ from: "/$tenant" });
  const { data: mapping, error, refetch } = useQuery(mappingQuery(tenant));
  return (
    <Page
      title="Mapping"
      lead={mapping ? lead(mapping) : "Which HubSpot property meets which LoanArk field."}
    >
      {mapping ? (
        <Mapping tenant={tenant} mapping={mapping} />
      ) : error ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <Skeleton className="h-120 w-full rounded-lg" />
      )}
    </Page>
  );
}

function lead({ fields, property_count: properties, version, refreshed_at: at }: MappingOut): string {
  const read = at ? `, read ${formatAgo(at)}` : "";
  return `${plural(fields.length, "LoanArk field")} mapped to HubSpot, which has ${plural(properties, "property", "properties")}${read}. Version ${version}.`;
}

function Mapping({ tenant, mapping }: { tenant: string; mapping: MappingOut }) {
  const resting = mapping.fields.filter(({ paused }) => paused).length;
  const warnings = mapping.fields.filter(({ warning }) => warning).length;
  if (mapping.fields.length === 0) {
    return (
      <EmptyState
        icon={Columns3Cog}
        title="Nothing is mapped yet"
        action={
          <Button asChild>
            <Link to="/$tenant/connection" params={{ tenant }}>
              Go to the connection
            </Link>
          </Button>
        }
      >
        The properties are read from HubSpot once it is connected.
      </EmptyState>
    );
  }
  return (
    <div className="grid gap-4">
      {resting > 0 && (
        <Notice tone="warn" title={plural(resting, "field rests", "fields rest")}>
          Each says why beside its field. What both sides hold of it stays; all other fields go on as usual.
        </Notice>
      )}
      {warnings > 0 && (
        <Notice tone="warn" title={plural(warnings, "field has a warning", "fields have a warning")}>
          Each is explained beside its field. Values that both sides know go on as usual.
        </Notice>
      )}
      <MappingTable fields={mapping.fields} />
      {mapping.unmapped.length > 0 && (
        <Panel title="In LoanArk only" bodyClassName="p-0">
          <ul className="grid gap-x-8 px-4 py-2 lg:grid-cols-2">
            {mapping.unmapped.map(({ field, label, reason }) => (
              <li key={field} className="grid gap-x-4 py-1.5 text-sm sm:grid-cols-[9rem_1fr]">
                <span className="font-medium">{label}</span>
                <span className="text-muted">{reason}</span>
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </div>
  );
}
