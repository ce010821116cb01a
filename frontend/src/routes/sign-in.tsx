import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useRouter, useSearch } from "@tanstack/react-router";
import { Logo } from "@/components/ui/logo";
import { SideBadge } from "@/components/ui/side";
import { signUpQuery } from "@/features/session/queries";
import { SignInForm } from "@/features/session/sign-in-form";
import { useTitle } from "@/lib/use-title";

export default function SignInPage() {
  useTitle("Sign in");
  const { next, company, error } = useSearch({ from: "/sign-in" });
  const router = useRouter();
  const queryClient = useQueryClient();

  const onSignedIn = () => {
    queryClient.clear();
    router.history.push(next ?? "/");
  };

  return (
    <main className="grid min-h-dvh lg:grid-cols-[minmax(26rem,34rem)_1fr]">
      <div className="flex flex-col justify-between gap-10 px-6 py-8 sm:px-12">
        <div className="flex items-center gap-2.5">
          <Logo />
          <span className="font-semibold text-sm tracking-tight">LoanArk CRM Sync</span>
        </div>
        <div className="mx-auto w-full max-w-88">
          <h1 className="mb-1 font-semibold text-2xl tracking-tight">Sign in</h1>
          <p className="mb-7 text-muted">Your contacts, the same in both places.</p>
          <SignInForm
            next={next ?? "/"}
            company={company || error ? { error } : undefined}
            onSignedIn={onSignedIn}
          />
        </div>
        <NoAccount />
      </div>
      <Picture />
    </main>
  );
}

function NoAccount() {
  const { data: isOpen } = useQuery(signUpQuery());
  return (
    <p className="text-muted text-xs">
      No account?{" "}
      {isOpen ? (
        <Link to="/sign-up" className="underline underline-offset-3">
          Sign up
        </Link>
      ) : (
        "Your administrator invites you."
      )}
    </p>
  );
}

/** The promise, drawn: two columns of the same people, met in the middle. */
function Picture() {
  return (
    <div aria-hidden className="relative hidden overflow-hidden border-l bg-sunken lg:block">
      <div className="absolute inset-0 grid place-items-center">
        <div className="grid w-[min(34rem,80%)] grid-cols-[1fr_3.5rem_1fr] items-center">
          <Column side="hubspot" />
          <div className="grid gap-[0.9rem] pt-9.5">
            {ROWS.map((row) => (
              <div key={row} className="grid h-4 items-center">
                <span className="h-px bg-gradient-to-r from-hubspot to-loanark" />
              </div>
            ))}
          </div>
          <Column side="loanark" />
        </div>
      </div>
    </div>
  );
}

const ROWS = ["w-24", "w-32", "w-20", "w-28", "w-16", "w-30", "w-22"];

function Column({ side }: { side: "hubspot" | "loanark" }) {
  return (
    <div className="rounded-lg border bg-surface p-4 shadow-mid">
      <SideBadge side={side} className="mb-4 text-sm" />
      <div className="grid gap-[0.9rem]">
        {ROWS.map((width) => (
          <div key={width} className="flex h-4 items-center gap-2.5">
            <span className="size-4 rounded-full bg-selected" />
            <span className={`h-2 rounded-full bg-selected ${width}`} />
          </div>
        ))}
      </div>
    </div>
  );
}
