import { useSuspenseQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { Panel } from "@/components/ui/card";
import { Page } from "@/components/ui/page";
import { Members } from "@/features/organisation/members";
import { OrganisationForm } from "@/features/organisation/organisation-form";
import { SupportDialog } from "@/features/organisation/support-dialog";
import { sessionQuery } from "@/features/session/queries";
import { useRights } from "@/features/session/role";
import { MakeToken } from "@/features/tokens/make-token";
import { Tokens } from "@/features/tokens/tokens";

export default function SettingsPage() {
  const { tenant } = useParams({ from: "/$tenant" });
  const { data: session } = useSuspenseQuery(sessionQuery());
  const { can } = useRights(tenant);
  return (
    <Page title="Settings" lead="Who may do what here, and the keys of programs.">
      <div className="grid gap-4">
        <Panel title="Organisation">
          <OrganisationForm tenant={tenant} canChange={can("organisation:write")} />
        </Panel>
        <Panel
          title="Members"
          aside={can("members:write") && <SupportDialog tenant={tenant} />}
          bodyClassName="p-0"
        >
          <Members tenant={tenant} me={session.user.id} canChange={can("members:write")} />
        </Panel>
        <Panel
          title="Personal API tokens"
          aside={<MakeToken tenant={tenant} can={can} />}
          bodyClassName="p-0"
        >
          <Tokens tenant={tenant} />
        </Panel>
      </div>
    </Page>
  );
}
