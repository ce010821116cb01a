import { requestJson } from "@/lib/http";
import { problemFromBody } from "@/lib/problem";
import { type RequestOptions, signWithPasskey } from "@/lib/webauthn";

/** django-allauth headless, as a browser speaks it. These addresses are allauth's own and in no OpenAPI document of ours. */
const AUTH = "/api/auth/browser/v1";

interface AuthAnswer {
  data?: { flows?: { id: string; is_pending?: boolean; types?: string[] }[] };
}

/** Done; or the second step, by one of these. */
export type SignInStep = { isDone: true } | { isDone: false; types: string[] };

/** Also plants the CSRF cookie that signing in needs; so it goes first. */
export async function openAuth(): Promise<void> {
  await requestJson("GET", `${AUTH}/auth/session`, { accept: [401, 410] });
}

export async function signIn(email: string, password: string): Promise<SignInStep> {
  return nextStep(
    await requestJson<AuthAnswer>("POST", `${AUTH}/auth/login`, {
      body: { email, password },
      accept: [401, 409],
    }),
  );
}

export async function answerCode(code: string): Promise<SignInStep> {
  return nextStep(
    await requestJson<AuthAnswer>("POST", `${AUTH}/auth/2fa/authenticate`, { body: { code }, accept: [401] }),
  );
}

/** Back from the company: signed in, or before the second step. */
export async function signInGoesOn(): Promise<SignInStep> {
  return nextStep(await requestJson<AuthAnswer>("GET", `${AUTH}/auth/session`, { accept: [401, 410] }));
}

/** The second step by a passkey. */
export async function answerPasskey(): Promise<SignInStep> {
  return byPasskey(`${AUTH}/auth/webauthn/authenticate`);
}

/** Signs in by a passkey alone. */
export async function signInByPasskey(): Promise<SignInStep> {
  return byPasskey(`${AUTH}/auth/webauthn/login`);
}

async function byPasskey(path: string): Promise<SignInStep> {
  const { data } = await requestJson<{ data: { request_options: RequestOptions } }>("GET", path);
  const credential = await signWithPasskey(data.data.request_options);
  return nextStep(await requestJson<AuthAnswer>("POST", path, { body: { credential }, accept: [401] }));
}

export async function signOut(): Promise<void> {
  // allauth answers 401 to a successful sign-out: "you are signed out now".
  await requestJson("DELETE", `${AUTH}/auth/session`, { accept: [401] });
}

function nextStep({ status, data }: { status: number; data: AuthAnswer }): SignInStep {
  if (status === 200 || status === 409) return { isDone: true };
  const flow = data.data?.flows?.find((one) => one.is_pending);
  const pending = flow?.id;
  if (pending === "mfa_authenticate") return { isDone: false, types: flow?.types ?? [] };
  throw problemFromBody(status, {
    code: pending ?? "signed-out",
    title: pending === "verify_email" ? "Confirm your e-mail address first" : "This did not sign you in",
    detail:
      pending === "verify_email"
        ? "We sent a message with a link to your address. Open it, then sign in again."
        : "Nothing was changed. Ask your administrator if it goes on.",
  });
}
