import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { Page } from "@/components/ui/page";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import { showValue } from "@/features/contacts/field-value";
import { fieldListQuery } from "@/features/contacts/queries";
import { Merged } from "@/features/duplicates/merged";
import { Proposals } from "@/features/duplicates/proposals";
import type { DuplicateSearch } from "@/features/duplicates/search";
import { duplicateSummaryQuery } from "@/features/duplicates/summary/queries";
import type { ShowText } from "@/features/duplicates/words";
import { useRights } from "@/features/session/role";
import { formatCount } from "@/lib/format";

/** Texts as the fields' kinds have them read. */
function useShow(tenant: string): ShowText {
  const { data: fields } = useQuery(fieldListQuery(tenant));
  return useMemo(() => {
    const shapes = new Map(fields?.map((field) => [field.name, field]));
    return (field, text) => {
      const shape = shapes.get(field);
      return shape ? showValue(shape, text) : (text ?? "");
    };
  }, [fields]);
}

export default function DuplicatesPage() {
  const { tenant } = useParams({ from: "/$tenant" });
  const search = useSearch({ from: "/$tenant/duplicates" });
  const { can } = useRights(tenant);
  const navigate = useNavigate();
  const show = useShow(tenant);
  const { data: summary } = useQuery(duplicateSummaryQuery(tenant));
  const canDecide = can("duplicates:decide");
  const onSearch = (changed: Record<string, string | undefined>) =>
    void navigate({
      to: "/$tenant/duplicates",
      params: { tenant },
      search: (now: DuplicateSearch) => ({ ...now, ...changed }) as DuplicateSearch,
      replace: true,
      resetScroll: false,
    });
  return (
    <Page
      title="Duplicates"
      lead="Contacts that may be one person. A merge overwrites nothing, and can be taken back."
    >
      <Tabs value={search.show ?? "open"} onValueChange={(next) => onSearch({ show: next, at: undefined })}>
        <TabsList aria-label="What to show" className="mb-4">
          <TabsTrigger value="open">
            To decide
            {summary && summary.open > 0 && (
              <span className="ml-1.5 rounded-full bg-ask-wash px-1.5 font-semibold text-2xs text-ask-ink tabular-nums">
                {formatCount(summary.open)}
              </span>
            )}
          </TabsTrigger>
          <TabsTrigger value="merged">Merged</TabsTrigger>
        </TabsList>
        <TabsContent value="open" tabIndex={-1}>
          <Proposals tenant={tenant} search={search} onSearch={onSearch} canDecide={canDecide} show={show} />
        </TabsContent>
        <TabsContent value="merged" tabIndex={-1}>
          <Merged tenant={tenant} search={search} onSearch={onSearch} canDecide={canDecide} />
        </TabsContent>
      </Tabs>
    </Page>
  );
}
