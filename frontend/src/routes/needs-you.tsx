import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Page } from "@/components/ui/page";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import { Conflicts, Rejections } from "@/features/contacts/attention";
import { useRights } from "@/features/session/role";

const OPEN = "open";

export default function NeedsYouPage() {
  const { tenant } = useParams({ from: "/$tenant" });
  const { show } = useSearch({ from: "/$tenant/needs-you" });
  const { canEdit } = useRights(tenant);
  const navigate = useNavigate();
  const onValueChange = (value: string) =>
    void navigate({
      to: "/$tenant/needs-you",
      params: { tenant },
      search: value === "values" || value === "decided" ? { show: value } : {},
      replace: true,
    });
  return (
    <Page
      title="Needs you"
      lead="What only a person can decide. Everything that heals by itself is left out."
    >
      <Tabs value={show ?? OPEN} onValueChange={onValueChange}>
        <TabsList aria-label="What to show" className="mb-4">
          <TabsTrigger value={OPEN}>Conflicts</TabsTrigger>
          <TabsTrigger value="values">Refused values</TabsTrigger>
          <TabsTrigger value="decided">Decided</TabsTrigger>
        </TabsList>
        <TabsContent value={OPEN} tabIndex={-1}>
          <Conflicts tenant={tenant} open canEdit={canEdit} />
        </TabsContent>
        <TabsContent value="values" tabIndex={-1}>
          <Rejections tenant={tenant} canEdit={canEdit} />
        </TabsContent>
        <TabsContent value="decided" tabIndex={-1}>
          <Conflicts tenant={tenant} open={false} canEdit={canEdit} />
        </TabsContent>
      </Tabs>
    </Page>
  );
}
