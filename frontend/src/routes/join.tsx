import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { Skeleton } from "@/components/ui/skeleton";
import { JoinForm } from "@/features/invitations/join-form";
import { type InvitationToAccept, invitationQuery } from "@/features/invitations/queries";
import { roleName } from "@/features/invitations/roles";
import { Door } from "@/features/session/door";
import { visitorQuery } from "@/features/session/queries";
import { asProblem } from "@/lib/problem";

/** Where the link of an invitation leads. */
export default function JoinPage() {
  const { token } = useParams({ from: "/join/$token" });
  const { data: invitation, error } = useQuery(invitationQuery(token));
  if (error) return <BadLink error={error} />;
  if (!invitation) {
    return (
      <Door title="You are invited">
        <Skeleton className="h-48 w-full rounded-lg" />
      </Door>
    );
  }
  return <Invited token={token} invitation={invitation} />;
}

function Invited({ token, invitation }: { token: string; invitation: InvitationToAccept }) {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const { data: visitor, isPending } = useQuery(visitorQuery());
  const onJoined = async (tenant: string) => {
    queryClient.clear();
    await navigate({ to: "/$tenant", params: { tenant } });
  };
  return (
    <Door
      title={`Join ${invitation.organisation}`}
      lead={`${invitation.inviter} invites you as ${roleName(invitation.role).toLowerCase()}.`}
    >
      {isPending ? (
        <Skeleton className="h-48 w-full rounded-lg" />
      ) : (
        <JoinForm
          token={token}
          invitation={invitation}
          signedInAs={visitor?.user.email}
          signIn={(label) => (
            <Button asChild kind="primary" size="lg" className="w-full">
              <Link to="/sign-in" search={{ next: `/join/${token}` }}>
                {label}
              </Link>
            </Button>
          )}
          onJoined={(tenant) => void onJoined(tenant)}
        />
      )}
    </Door>
  );
}

function BadLink({ error }: { error: Error }) {
  const problem = asProblem(error);
  return (
    <Door title="You are invited">
      <div role="alert">
        <Notice
          tone="bad"
          title={problem.status === 404 ? "This link does not work any more" : problem.title}
        >
          {problem.detail}
        </Notice>
      </div>
      <Button asChild size="lg" className="mt-5 w-full">
        <Link to="/sign-in">Go to sign-in</Link>
      </Button>
    </Door>
  );
}
