import { useQuery } from "@tanstack/react-query";
import { LifeBuoy } from "lucide-react";
import { useState } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { Skeleton } from "@/components/ui/skeleton";
import { formatDateTime, humanise } from "@/lib/format";
import { LeaveDialog } from "./leave-dialog";
import { MemberDialog } from "./member-dialog";
import { type MemberOut, membersQuery, ownersQuery } from "./queries";

interface MembersProps {
  tenant: string;
  me: number;
  canChange: boolean;
}

/** Everybody who can enter, support of the vendor included. */
export function Members({ tenant, me, canChange }: MembersProps) {
  const { data: members, error, refetch } = useQuery(membersQuery(tenant));
  const { data: owners } = useQuery({
    ...ownersQuery(tenant),
    enabled: members?.some(({ owner_key }) => owner_key) ?? false,
  });
  const [edited, setEdited] = useState<MemberOut>();
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!members) return <Skeleton className="m-4 h-32 rounded-md" />;
  return (
    <>
      <ul className="divide-y">
        {members.map((member) => (
          <li key={member.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
            <div className="min-w-40 flex-1 leading-tight">
              <p className="truncate font-medium text-sm">
                {member.name}
                {member.id === me && <span className="font-normal text-muted"> (you)</span>}
              </p>
              {member.name !== member.email && <p className="truncate text-muted text-xs">{member.email}</p>}
              {member.owner_key && (
                <p className="truncate text-muted text-xs">
                  Their contacts:{" "}
                  {owners?.find(({ value }) => value === member.owner_key)?.label ?? member.owner_key}
                </p>
              )}
            </div>
            <div className="flex min-w-0 flex-wrap items-center gap-2">
              {member.support_until && (
                <Badge tone="warn" icon={LifeBuoy}>
                  Support until {formatDateTime(member.support_until)}
                </Badge>
              )}
              <Badge>{humanise(member.role)}</Badge>
              {canChange && (
                <Button size="sm" aria-label={`Change ${member.name}`} onClick={() => setEdited(member)}>
                  Change
                </Button>
              )}
              {member.id === me && <LeaveDialog tenant={tenant} />}
            </div>
          </li>
        ))}
      </ul>
      {edited && (
        <MemberDialog key={edited.id} tenant={tenant} member={edited} onClose={() => setEdited(undefined)} />
      )}
    </>
  );
}
