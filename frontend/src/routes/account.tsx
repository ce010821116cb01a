import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { Notice } from "@/components/ui/notice";
import { Page } from "@/components/ui/page";
import { Skeleton } from "@/components/ui/skeleton";
import type { Authenticator } from "@/features/account/account";
import { AppPanel } from "@/features/account/app-panel";
import { ConfirmProvider } from "@/features/account/confirm";
import { KeptPanel } from "@/features/account/kept-panel";
import { LookPanel } from "@/features/account/look-panel";
import { PasskeysPanel } from "@/features/account/passkeys-panel";
import { PasswordPanel } from "@/features/account/password-panel";
import { authenticatorsQuery } from "@/features/account/queries";
import { RecoveryPanel } from "@/features/account/recovery-panel";
import { SessionsPanel } from "@/features/account/sessions-panel";
import { sessionQuery } from "@/features/session/queries";
import { useRegion } from "@/lib/region";

/** A person's own page, beside every organisation. */
export default function AccountPage() {
  const { data: session } = useSuspenseQuery(sessionQuery());
  useRegion(); // Times on this page are written anew when it is chosen here.
  const { needed } = useSearch({ from: "/account" });
  const { data: authenticators, error, refetch } = useQuery(authenticatorsQuery());
  const hasFactor = authenticators?.some(({ type }) => type !== "recovery_codes") ?? false;
  return (
    <main>
      <ConfirmProvider>
        <Page
          title="Your account"
          lead={session.user.email}
          actions={
            <Button asChild kind="quiet">
              <Link to="/">
                <ArrowLeft aria-hidden /> Back to work
              </Link>
            </Button>
          }
        >
          <div className="grid gap-4">
            {needed && !hasFactor && (
              <Notice tone="ask" title="Your organisation asks for a second factor">
                Set up an authenticator app or a passkey here, then go on with your work. Nothing else is
                missing.
              </Notice>
            )}
            {needed && hasFactor && (
              <Notice tone="ok" title="Your second factor is set up: go on with your work" />
            )}
            {authenticators ? (
              <SecondFactors authenticators={authenticators} />
            ) : error ? (
              <ErrorState error={error} onRetry={() => void refetch()} />
            ) : (
              <Skeleton className="h-40 w-full rounded-lg" />
            )}
            <LookPanel />
            <PasswordPanel />
            <SessionsPanel />
            <KeptPanel />
          </div>
        </Page>
      </ConfirmProvider>
    </main>
  );
}

function SecondFactors({ authenticators }: { authenticators: Authenticator[] }) {
  const codes = authenticators.find(({ type }) => type === "recovery_codes");
  return (
    <>
      <AppPanel app={authenticators.find(({ type }) => type === "totp")} />
      <PasskeysPanel passkeys={authenticators.filter(({ type }) => type === "webauthn")} />
      {codes && <RecoveryPanel codes={codes} />}
    </>
  );
}
