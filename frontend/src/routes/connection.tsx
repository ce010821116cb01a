import { useQuery } from "@tanstack/react-query";
import { Link, useParams, useSearch } from "@tanstack/react-router";
import { Activity, ArrowUpRight } from "lucide-react";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { Notice } from "@/components/ui/notice";
import { Page } from "@/components/ui/page";
import { Skeleton } from "@/components/ui/skeleton";
import { AnswerTimes } from "@/features/connection/answer-times";
import { Details } from "@/features/connection/details";
import { Disconnect } from "@/features/connection/disconnect";
import { type ConnectionOut, connectionQuery, useConnectionActions } from "@/features/connection/queries";
import { StatusCard } from "@/features/connection/status-card";
import { Steps } from "@/features/connection/steps";
import { TokenForm } from "@/features/connection/token-form";
import { overviewQuery } from "@/features/overview/queries";
import { useRights } from "@/features/session/role";

export default function ConnectionPage() {
  const { tenant } = useParams({ from: "/$tenant" });
  const search = useSearch({ from: "/$tenant/connection" });
  const { data: connection, error, refetch } = useQuery(connectionQuery(tenant));
  return (
    <Page
      title="Connection"
      lead="One HubSpot account per organisation. Only an administrator can change it."
    >
      <div className="grid gap-4">
        {search.problem && (
          <Notice tone="bad" title="HubSpot was not connected">
            {explain(search.problem, search.detail)}
          </Notice>
        )}
        {search.connected && connection?.status === "connected" && (
          <Notice
            tone="ok"
            title="HubSpot is connected"
            action={
              <Button asChild size="sm">
                <Link to="/$tenant" params={{ tenant }}>
                  See what happens next
                </Link>
              </Button>
            }
          />
        )}
        {connection ? (
          <Connection tenant={tenant} connection={connection} />
        ) : error ? (
          <ErrorState error={error} onRetry={() => void refetch()} />
        ) : (
          <>
            <Skeleton className="h-22 w-full rounded-lg" />
            <div className="grid gap-4 md:grid-cols-2">
              <Skeleton className="h-56 w-full rounded-lg" />
              <Skeleton className="h-56 w-full rounded-lg" />
            </div>
          </>
        )}
      </div>
    </Page>
  );
}

const PROBLEMS: Record<string, string> = {
  "authorization-unknown":
    "This answer of HubSpot belongs to no attempt of yours, or was used before. Nothing was changed; connect again from here.",
  "authorization-expired":
    "HubSpot’s answer came too late. Nothing was changed; connect again and finish within a few minutes.",
  "authorization-refused":
    "HubSpot says that access was not granted. Nothing was changed; connect again and choose “Connect app” there.",
};

function explain(problem: string, detail: string | undefined): string {
  return PROBLEMS[problem] ?? detail ?? `Nothing was changed. HubSpot’s reason: ${problem}.`;
}

function Connection({ tenant, connection }: { tenant: string; connection: ConnectionOut }) {
  const { can } = useRights(tenant);
  const { data: overview } = useQuery(overviewQuery(tenant)); // Whoever connects again need not be told the way.
  const { problem, missing_scopes: missing = [] } = connection;
  return (
    <>
      <StatusCard
        connection={connection}
        action={can("connection:write") && <Buttons tenant={tenant} connection={connection} />}
      />
      {problem && (
        <Notice tone="bad" title={problem.title}>
          {problem.detail} <span className="mt-1 block font-medium text-ink">{problem.fix}</span>
        </Notice>
      )}
      {!problem && missing.length > 0 && (
        <Notice tone="warn" title="HubSpot did not grant everything">
          Without {missing.join(", ")} some values cannot be kept the same. Reconnect and grant all that is
          asked for.
        </Notice>
      )}
      {connection.status !== "not_connected" && (
        <Details
          connection={connection}
          daily={overview?.budget?.daily ?? null}
          answers={can("requests:read") && <AnswerTimes tenant={tenant} />}
        />
      )}
      {connection.status === "not_connected" && overview?.balance === null && <Steps current={1} />}
    </>
  );
}

function Buttons({ tenant, connection }: { tenant: string; connection: ConnectionOut }) {
  const { authorize, check } = useConnectionActions(tenant);
  const isConnected = connection.status === "connected";
  const canAuthorize = connection.oauth_available ?? true;
  const goToHubSpot = () =>
    authorize.mutate({ path: { tenant } }, { onSuccess: ({ url }) => window.location.assign(url) });
  return (
    <>
      {connection.status !== "not_connected" && (
        <>
          <Disconnect tenant={tenant} />
          <Button busy={check.isPending} onClick={() => check.mutate({ path: { tenant } })}>
            {!check.isPending && <Activity aria-hidden />} Check now
          </Button>
        </>
      )}
      {!isConnected && <TokenForm tenant={tenant} kind={canAuthorize ? "secondary" : "primary"} />}
      {canAuthorize && (
        <Button kind={isConnected ? "secondary" : "primary"} busy={authorize.isPending} onClick={goToHubSpot}>
          {isConnected || connection.status === "reconnect_needed" ? "Reconnect" : "Connect HubSpot"}
          <ArrowUpRight aria-hidden />
        </Button>
      )}
    </>
  );
}
