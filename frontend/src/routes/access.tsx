import { useParams } from "@tanstack/react-router";
import { Page } from "@/components/ui/page";
import { CompanyPanel } from "@/features/invitations/company-panel";
import { InvitationsPanel } from "@/features/invitations/invitations-panel";
import { SecondFactorPanel } from "@/features/invitations/second-factor-panel";
import { useRights } from "@/features/session/role";

export default function AccessPage() {
  const { tenant } = useParams({ from: "/$tenant" });
  const { can } = useRights(tenant);
  return (
    <Page
      title="Access"
      lead="Who may come in, and how they show who they are. Only an administrator can change it."
    >
      <div className="grid gap-4">
        <InvitationsPanel tenant={tenant} canAdminister={can("members:write")} />
        <CompanyPanel tenant={tenant} canAdminister={can("organisation:write")} />
        <SecondFactorPanel tenant={tenant} canAdminister={can("organisation:write")} />
      </div>
    </Page>
  );
}
