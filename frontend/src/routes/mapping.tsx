import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Columns3Cog } from "lucide-react";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { LeaveGuard } from "@/components/ui/leave-guard";
import { Notice } from "@/components/ui/notice";
import { Page } from "@/components/ui/page";
import { Skeleton } from "@/components/ui/skeleton";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import { connectionQuery } from "@/features/connection/queries";
import { CustomFields } from "@/features/fields/custom-fields";
import { DocumentMenu } from "@/features/mapping/document-menu";
import { useDraft } from "@/features/mapping/draft";
import { Editor } from "@/features/mapping/editor";
import {
  definitionsQuery,
  type MappingOut,
  mappingQuery,
  missingQuery,
  propertiesQuery,
} from "@/features/mapping/queries";
import { FULL_NAME_FIELD } from "@/features/mapping/rows";
import type { MappingSearch } from "@/features/mapping/search";
import { Versions } from "@/features/mapping/versions";
import { membersQuery } from "@/features/organisation/queries";
import { overviewQuery } from "@/features/overview/queries";
import { useRights } from "@/features/session/role";
import { formatAgo, plural } from "@/lib/format";

export default function MappingPage() {
  const { tenant } = useParams({ from: "/$tenant" });
  const { data: mapping, error, refetch } = useQuery(mappingQuery(tenant));
  if (mapping && mapping.property_count > 0) return <Mapping tenant={tenant} mapping={mapping} />;
  return (
    <Page title="Mapping" lead="Which HubSpot property meets which LoanArk field, and by what rules.">
      {mapping ? (
        <NotConnected tenant={tenant} />
      ) : error ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <Skeleton className="h-120 w-full rounded-lg" />
      )}
    </Page>
  );
}

function NotConnected({ tenant }: { tenant: string }) {
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

function lead({ fields, property_count: properties, version, refreshed_at: at }: MappingOut): string {
  const read = at ? `, read ${formatAgo(at)}` : "";
  return `${plural(fields.length, "LoanArk field")} mapped to HubSpot, which has ${plural(properties, "property", "properties")}${read}. Version ${version}.`;
}

const FIELDS = "fields";

/** The draft lives here, so that it stays while one looks at versions. */
function Mapping({ tenant, mapping }: { tenant: string; mapping: MappingOut }) {
  const search = useSearch({ from: "/$tenant/mapping" });
  const navigate = useNavigate();
  const { can } = useRights(tenant);
  const canWrite = can("mapping:write");
  const draft = useDraft(mapping);
  const { data: properties, error, refetch } = useQuery(propertiesQuery(tenant));
  const { data: definitions } = useQuery(definitionsQuery(tenant));
  const { data: missing } = useQuery({ ...missingQuery(tenant), enabled: canWrite });
  const { data: overview } = useQuery(overviewQuery(tenant));
  const { data: connection } = useQuery(connectionQuery(tenant));

  const goTo = (next: MappingSearch) =>
    void navigate({ to: "/$tenant/mapping", params: { tenant }, search: next, replace: true });
  const labels = new Map(
    [...mapping.fields, ...mapping.unmapped]
      .map(({ field, label }) => [field, label] as const)
      .concat([[FULL_NAME_FIELD.name, FULL_NAME_FIELD.label]]),
  );
  const hasDraft = draft.changes.length > 0;

  return (
    <Page
      title="Mapping"
      lead={lead(mapping)}
      actions={<DocumentMenu tenant={tenant} labels={labels} canWrite={canWrite} hasDraft={hasDraft} />}
    >
      <LeaveGuard isDirty={hasDraft} what={`${plural(draft.changes.length, "change")} of the mapping`} />
      {!canWrite && <ReadOnly tenant={tenant} />}
      <Tabs
        value={search.view ?? FIELDS}
        onValueChange={(view) =>
          goTo(view === FIELDS ? {} : { view: view as NonNullable<MappingSearch["view"]> })
        }
      >
        <TabsList aria-label="Parts of the mapping" className="mb-4">
          <TabsTrigger value={FIELDS}>Fields</TabsTrigger>
          <TabsTrigger value="versions">Versions</TabsTrigger>
          <TabsTrigger value="custom-fields">Fields of your own</TabsTrigger>
        </TabsList>
        <TabsContent value={FIELDS} tabIndex={-1}>
          {error ? (
            <ErrorState error={error} onRetry={() => void refetch()} />
          ) : properties && definitions ? (
            <Editor
              tenant={tenant}
              mapping={mapping}
              draft={draft}
              properties={properties}
              definitions={definitions}
              missing={missing}
              search={search}
              onSearch={goTo}
              canWrite={canWrite}
              zone={connection?.time_zone ?? "UTC"}
              contacts={overview?.balance?.loanark ?? null}
            />
          ) : (
            <Skeleton className="h-120 w-full rounded-lg" />
          )}
        </TabsContent>
        <TabsContent value="versions" tabIndex={-1}>
          <Versions
            tenant={tenant}
            labels={labels}
            from={search.from}
            to={search.to}
            onCompare={(from, to) => goTo({ view: "versions", from, to })}
            canWrite={canWrite}
            hasDraft={hasDraft}
          />
        </TabsContent>
        <TabsContent value="custom-fields" tabIndex={-1}>
          <CustomFields tenant={tenant} canWrite={canWrite} onMap={(field) => goTo({ add: field })} />
        </TabsContent>
      </Tabs>
    </Page>
  );
}

/** Says who may change what one only reads. */
function ReadOnly({ tenant }: { tenant: string }) {
  const { data: members } = useQuery(membersQuery(tenant));
  const names = (members ?? [])
    .filter(({ role }) => role === "administrator")
    .map(({ name, email }) => name || email);
  return (
    <Notice title="You can look at everything here" className="mb-4">
      {names.length > 0
        ? `The mapping is changed by an administrator: ${names.join(", ")}.`
        : "The mapping is changed by an administrator."}
    </Notice>
  );
}
