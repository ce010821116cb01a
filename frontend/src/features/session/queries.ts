import { beginCompanySignIn as beginCompanySignInCall, type Session } from "@/client";
import { getSessionOptions } from "@/client/@tanstack/react-query.gen";
import { requestJson } from "@/lib/http";
import { isSignUpOpen } from "./password";

export type { Organisation, Permission, Person, Session } from "@/client";

const KEPT_FOR_MS = 5 * 60_000;

/** The same where both are fine: null when nobody is. */
export const visitorQuery = () => ({
  queryKey: ["visitor"],
  queryFn: async (): Promise<Session | null> => {
    const { status, data } = await requestJson<Session>("GET", "/api/session", { accept: [401] });
    return status === 401 ? null : data;
  },
});

/** Whether people may sign up by themselves. */
export const signUpQuery = () => ({
  queryKey: ["sign-up"],
  queryFn: isSignUpOpen,
  retry: false,
  staleTime: Number.POSITIVE_INFINITY,
});

/** Where one signs in who has this address at a company. */
export async function beginCompanySignIn(email: string, next: string): Promise<string> {
  const { data } = await beginCompanySignInCall({ body: { email, next }, throwOnError: true });
  return data.url;
}

/** Who is signed in; a 401 problem when nobody is. */
export const sessionQuery = () => ({ ...getSessionOptions(), staleTime: KEPT_FOR_MS });
