import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Ago } from "@/components/ui/ago";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/card";
import { ErrorState } from "@/components/ui/error-state";
import { Skeleton } from "@/components/ui/skeleton";
import { toastDone } from "@/lib/toast";
import { endSessions, type SessionRow } from "./account";
import { deviceName } from "./device";
import { sessionsQuery } from "./queries";
import { isoOf } from "./times";

/** This device first, then the others as they were last used. */
function byUse(one: SessionRow, other: SessionRow): number {
  return Number(other.is_current) - Number(one.is_current) || other.last_seen_at - one.last_seen_at;
}

/** Where one is signed in, and the way out from each. */
export function SessionsPanel() {
  const queryClient = useQueryClient();
  const { data: sessions, error, refetch } = useQuery(sessionsQuery());
  const end = useMutation({
    mutationFn: endSessions,
    onSuccess: async (_done, ended) => {
      await queryClient.invalidateQueries({ queryKey: ["account", "sessions"] });
      toastDone(ended.length === 1 ? "That device is signed out" : "Every other device is signed out");
    },
  });
  const others = sessions?.filter(({ is_current }) => !is_current).map(({ id }) => id) ?? [];
  return (
    <Panel
      title="Where you are signed in"
      aside={
        others.length > 0 && (
          <Button size="sm" busy={end.isPending} onClick={() => end.mutate(others)}>
            Sign out everywhere else
          </Button>
        )
      }
    >
      {!sessions &&
        (error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <Skeleton className="h-16" />)}
      <ul className="divide-y">
        {sessions?.toSorted(byUse).map(({ id, user_agent, ip, last_seen_at, is_current }) => (
          <li
            key={id}
            className="flex flex-wrap items-center justify-between gap-3 py-2.5 first:pt-0 last:pb-0"
          >
            <div>
              <p className="font-medium text-sm">
                {deviceName(user_agent)} {is_current && <Badge tone="ok">This device</Badge>}
              </p>
              <p className="text-muted text-xs">
                {ip}, last seen <Ago iso={isoOf(last_seen_at)} />
              </p>
            </div>
            {!is_current && (
              <Button
                size="sm"
                kind="danger"
                aria-label={`Sign out ${deviceName(user_agent)} at ${ip}`}
                busy={end.isPending}
                onClick={() => end.mutate([id])}
              >
                Sign out
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
