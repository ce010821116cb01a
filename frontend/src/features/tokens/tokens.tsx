import { useQuery } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { Ago } from "@/components/ui/ago";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { Skeleton } from "@/components/ui/skeleton";
import { formatDate } from "@/lib/format";
import { toastDone } from "@/lib/toast";
import { type TokenOut, tokensQuery, useTokenActions } from "./queries";

/** One's own tokens, and for an administrator everybody's. */
export function Tokens({ tenant }: { tenant: string }) {
  const { data: tokens, error, refetch } = useQuery(tokensQuery(tenant));
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!tokens) return <Skeleton className="m-4 h-20 rounded-md" />;
  if (tokens.length === 0) {
    return (
      <EmptyState icon={KeyRound} title="No tokens yet">
        Programs of yours use the API with one.
      </EmptyState>
    );
  }
  return (
    <ul className="divide-y">
      {tokens.map((token) => (
        <Row key={token.id} tenant={tenant} token={token} />
      ))}
    </ul>
  );
}

function Row({ tenant, token }: { tenant: string; token: TokenOut }) {
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <div className="grid min-w-48 flex-1 gap-0.5 leading-tight">
        <p className="truncate font-medium text-sm">
          {token.name} <span className="font-mono font-normal text-muted text-xs">…{token.ending}</span>
        </p>
        {!token.mine && <p className="truncate text-muted text-xs">Of {token.owner}</p>}
        <p className="text-muted text-xs">{token.scopes.join(", ")}</p>
        <p className="text-muted text-xs">
          {token.last_used_at ? (
            <>
              Used <Ago iso={token.last_used_at} />
              {token.last_used_from && ` from ${token.last_used_from}`}
            </>
          ) : (
            "Never used"
          )}
        </p>
      </div>
      <div className="flex items-center gap-2">
        <Badge tone={token.expired ? "bad" : "plain"}>
          {token.expired ? "Ended" : "Ends"} {formatDate(token.expires_at)}
        </Badge>
        <Revoke tenant={tenant} token={token} />
      </div>
    </li>
  );
}

/** Asks first: a program that still uses it stops. */
function Revoke({ tenant, token }: { tenant: string; token: TokenOut }) {
  const [isOpen, setOpen] = useState(false);
  const { revoke } = useTokenActions(tenant);
  const onConfirm = () =>
    revoke.mutate(
      { path: { tenant, token_id: token.id } },
      {
        onSuccess: () => {
          setOpen(false);
          toastDone("The token is revoked");
        },
      },
    );
  return (
    <>
      <Button size="sm" kind="danger" aria-label={`Revoke ${token.name}`} onClick={() => setOpen(true)}>
        Revoke
      </Button>
      <Dialog open={isOpen} onOpenChange={setOpen} title={`Revoke ${token.name}?`}>
        <p className="mb-5 text-ink-2">
          It ends at once and cannot be brought back. A program that still uses it gets no answer any more.
        </p>
        <DialogActions>
          <Button kind="quiet" onClick={() => setOpen(false)}>
            Keep it
          </Button>
          <Button kind="danger" busy={revoke.isPending} onClick={onConfirm}>
            Revoke
          </Button>
        </DialogActions>
      </Dialog>
    </>
  );
}
