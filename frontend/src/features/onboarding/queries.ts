import { useQuery } from "@tanstack/react-query";
import {
  getConnectionOptions,
  getMappingOptions,
  getOverviewOptions,
  listInvitationsOptions,
  listMembersOptions,
  listRunsOptions,
} from "@/client/@tanstack/react-query.gen";
import { type Facts, isSetUp } from "./steps";

export type { ConnectionOut, MappingOut, MemberOut, Overview, Permission, Role, RunOut } from "@/client";

const RUNS_LOOKED_AT = 20;

/** What the checklist is told by: the connection, the mapping and the runs as they are, never what was clicked. */
export function useFacts(tenant: string, isAsked = true): Facts | undefined {
  const path = { tenant };
  const { data: overview } = useQuery({ ...getOverviewOptions({ path }), enabled: isAsked });
  const isNew = overview !== undefined && !isSetUp(overview);
  const connection = useQuery({ ...getConnectionOptions({ path }), enabled: isAsked }).data;
  const isConnected = connection !== undefined && connection.status !== "not_connected";
  const runs = useQuery({
    ...listRunsOptions({ path, query: { limit: RUNS_LOOKED_AT } }),
    enabled: isAsked && isNew,
  }).data;
  const mapping = useQuery({ ...getMappingOptions({ path }), enabled: isAsked && isNew && isConnected }).data;
  const members = useQuery({ ...listMembersOptions({ path }), enabled: isAsked }).data;
  const hasCompany = (members?.length ?? 0) > 1;
  const invitations = useQuery({
    ...listInvitationsOptions({ path }),
    enabled: isAsked && members !== undefined && !hasCompany,
    retry: false,
  });
  if (!overview || !connection || (isNew && !runs) || !members) return undefined;
  return {
    overview,
    connection,
    runs: runs?.items ?? [],
    mapping,
    members,
    invited: invitations.data?.length ?? 0,
  };
}
