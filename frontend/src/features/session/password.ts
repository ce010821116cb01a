import { requestJson } from "@/lib/http";

/** django-allauth headless: what the links in its e-mails lead to. */
const AUTH = "/api/auth/browser/v1/auth";

/** Asks for a message with a link. It says the same whether there is such an account or not. */
export async function requestReset(email: string): Promise<void> {
  await requestJson("POST", `${AUTH}/password/request`, { body: { email }, accept: [401] });
}

/** Throws a problem unless the link is still good. */
export async function checkResetKey(key: string): Promise<void> {
  await requestJson("GET", `${AUTH}/password/reset`, { headers: { "X-Password-Reset-Key": key } });
}

export async function resetPassword(key: string, password: string): Promise<void> {
  // 401 means: the password is set, now sign in with it.
  await requestJson("POST", `${AUTH}/password/reset`, { body: { key, password }, accept: [401] });
}

/** Whether people may sign up by themselves. */
export async function isSignUpOpen(): Promise<boolean> {
  const { data } = await requestJson<{ data: { account: { is_open_for_signup: boolean } } }>(
    "GET",
    "/api/auth/browser/v1/config",
  );
  return data.data.account.is_open_for_signup;
}

/** It says the same whether there is such an account or not: look into your mailbox. */
export async function signUp(email: string, password: string): Promise<void> {
  await requestJson("POST", `${AUTH}/signup`, { body: { email, password }, accept: [401] });
}

export async function verifyEmail(key: string): Promise<void> {
  await requestJson("POST", `${AUTH}/email/verify`, { body: { key }, accept: [401] });
}
