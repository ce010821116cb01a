import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/card";
import { ErrorState } from "@/components/ui/error-state";
import { Notice } from "@/components/ui/notice";
import { Page } from "@/components/ui/page";
import { SectionNav } from "@/components/ui/section-nav";
import { Skeleton } from "@/components/ui/skeleton";
import { connectionQuery } from "@/features/connection/queries";
import { fieldListQuery } from "@/features/contacts/queries";
import { Members } from "@/features/organisation/members";
import { OrganisationForm } from "@/features/organisation/organisation-form";
import { SupportDialog } from "@/features/organisation/support-dialog";
import { overviewQuery } from "@/features/overview/queries";
import { sessionQuery } from "@/features/session/queries";
import { useRights } from "@/features/session/role";
import { BrakesForm } from "@/features/sync-settings/brakes-form";
import { DeletionsForm, FirstMatchForm } from "@/features/sync-settings/deletions-form";
import { DuplicatesForm, SurvivorshipForm } from "@/features/sync-settings/duplicates-form";
import { duplicateSettingsQuery, syncSettingsQuery } from "@/features/sync-settings/queries";
import { ScheduleForm } from "@/features/sync-settings/schedule-form";
import { MakeToken } from "@/features/tokens/make-token";
import { Tokens } from "@/features/tokens/tokens";

const SECTIONS = [
  { id: "organisation", label: "Organisation" },
  { id: "members", label: "Members" },
  { id: "sync", label: "Sync" },
  { id: "duplicates", label: "Duplicates" },
  { id: "tokens", label: "Tokens" },
  { id: "sign-in", label: "Sign-in" },
  { id: "danger", label: "Danger zone" },
];

export default function SettingsPage() {
  const { tenant } = useParams({ from: "/$tenant" });
  const { data: session } = useSuspenseQuery(sessionQuery());
  const { can } = useRights(tenant);
  return (
    <Page title="Settings" lead="How the sync works, who may do what here, and the keys of programs.">
      <div className="grid grid-cols-[minmax(0,1fr)] gap-x-8 gap-y-2 lg:grid-cols-[10rem_minmax(0,1fr)]">
        <SectionNav label="Parts of the settings" sections={SECTIONS} />
        <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
          <Part id="organisation">
            <Panel title="Organisation">
              <OrganisationForm tenant={tenant} canChange={can("organisation:write")} />
            </Panel>
          </Part>
          <Part id="members">
            <Panel
              title="Members"
              aside={can("members:write") && <SupportDialog tenant={tenant} />}
              bodyClassName="p-0"
            >
              <Members tenant={tenant} me={session.user.id} canChange={can("members:write")} />
            </Panel>
          </Part>
          <Part id="sync">
            <SyncSettings tenant={tenant} canWrite={can("settings:write")} />
          </Part>
          <Part id="duplicates">
            <DuplicateSettings tenant={tenant} canWrite={can("settings:write")} />
          </Part>
          <Part id="tokens">
            <Panel
              title="Personal API tokens"
              aside={<MakeToken tenant={tenant} can={can} />}
              bodyClassName="p-0"
            >
              <Tokens tenant={tenant} />
            </Panel>
          </Part>
          <Part id="sign-in">
            <Way
              title="Sign-in rules"
              text="Invitations, a second factor for everybody, and the company’s own sign-in are on the page Access."
            >
              <Link to="/$tenant/access" params={{ tenant }}>
                Go to Access
              </Link>
            </Way>
          </Part>
          <Part id="danger">
            <Way
              title="Danger zone"
              text="HubSpot is disconnected on the page Connection. The sync stops then; contacts, links and history stay on both sides."
            >
              <Link to="/$tenant/connection" params={{ tenant }}>
                Go to Connection
              </Link>
            </Way>
          </Part>
        </div>
      </div>
    </Page>
  );
}

function Part({ id, children }: { id: string; children: ReactNode }) {
  return (
    <div id={id} className="grid scroll-mt-16 grid-cols-[minmax(0,1fr)] gap-4 lg:scroll-mt-6">
      {children}
    </div>
  );
}

function Way({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <Panel title={title}>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="max-w-prose flex-1 text-pretty text-ink-2 text-sm">{text}</p>
        <Button asChild>{children}</Button>
      </div>
    </Panel>
  );
}

function SyncSettings({ tenant, canWrite }: { tenant: string; canWrite: boolean }) {
  const { data: settings, error, refetch } = useQuery(syncSettingsQuery(tenant));
  const { data: overview } = useQuery(overviewQuery(tenant));
  const { data: connection } = useQuery(connectionQuery(tenant));
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!settings) return <Skeleton className="h-120 w-full rounded-lg" />;
  const form = { tenant, settings, canWrite };
  return (
    <>
      {!canWrite && <Notice title="How the sync works is changed by an administrator" />}
      <ScheduleForm {...form} zone={connection?.time_zone ?? "UTC"} />
      <DeletionsForm {...form} />
      <FirstMatchForm {...form} />
      <BrakesForm {...form} linked={overview?.balance?.linked ?? null} />
    </>
  );
}

function DuplicateSettings({ tenant, canWrite }: { tenant: string; canWrite: boolean }) {
  const { data: settings, error, refetch } = useQuery(duplicateSettingsQuery(tenant));
  const { data: fields } = useQuery(fieldListQuery(tenant));
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!settings || !fields) return <Skeleton className="h-96 w-full rounded-lg" />;
  const form = { tenant, settings, canWrite };
  return (
    <>
      {!canWrite && <Notice title="How duplicates are treated is changed by an administrator" />}
      <DuplicatesForm {...form} />
      <SurvivorshipForm {...form} fields={fields} />
    </>
  );
}
