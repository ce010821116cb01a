import { requestJson } from "@/lib/http";
import { type CreationOptions, makePasskey, type RequestOptions, signWithPasskey } from "@/lib/webauthn";

/** django-allauth headless: a person's own account. These addresses are allauth's and in no OpenAPI document of ours. */
const AUTH = "/api/auth/browser/v1/auth";
const ACCOUNT = "/api/auth/browser/v1/account";

export interface Authenticator {
  type: "totp" | "webauthn" | "recovery_codes";
  /** Seconds since 1970, as all times here. */
  created_at: number;
  last_used_at: number | null;
  id?: number;
  name?: string;
  total_code_count?: number;
  unused_code_count?: number;
}

export interface SessionRow {
  id: number;
  user_agent: string;
  ip: string;
  created_at: number;
  last_seen_at: number;
  is_current: boolean;
}

/** Ways to say once more who one is. */
export interface Flow {
  id: string;
  types?: string[];
}

/** Signed in, but too long ago for this: say once more who you are, then try again. */
export class ConfirmFirst extends Error {
  override readonly name = "ConfirmFirst";
  constructor(readonly flows: Flow[]) {
    super("Say once more who you are.");
  }
}

interface Answer<T> {
  data: T;
  meta?: { is_authenticated?: boolean; secret?: string; totp_url?: string };
}

async function call<T>(
  method: string,
  path: string,
  body?: unknown,
  accept: number[] = [],
): Promise<Answer<T>> {
  const { status, data } = await requestJson<Answer<T>>(method, path, {
    ...(body !== undefined && { body }),
    accept: [...accept, 401],
  });
  if (status === 401 && !accept.includes(401)) {
    const flows = (data.data as { flows?: Flow[] }).flows ?? [];
    if (data.meta?.is_authenticated) throw new ConfirmFirst(flows);
    await requestJson("GET", "/api/session"); // Throws what every page understands: signed out.
  }
  return data;
}

export const listAuthenticators = async () =>
  (await call<Authenticator[]>("GET", `${ACCOUNT}/authenticators`)).data;

export const listSessions = async () => (await call<SessionRow[]>("GET", `${AUTH}/sessions`)).data;

export const endSessions = async (sessions: number[]) =>
  void (await call("DELETE", `${AUTH}/sessions`, { sessions }));

export const changePassword = async (current: string, fresh: string) =>
  void (await call("POST", `${ACCOUNT}/password/change`, {
    ...(current && { current_password: current }),
    new_password: fresh,
  }));

/** A new key for an authenticator app. It counts once a code made with it was sent back. */
export async function offerApp(): Promise<{ secret: string; address: string }> {
  const { meta } = await call("GET", `${ACCOUNT}/authenticators/totp`, undefined, [404]);
  return { secret: meta?.secret ?? "", address: meta?.totp_url ?? "" };
}

export const addApp = async (code: string) =>
  void (await call("POST", `${ACCOUNT}/authenticators/totp`, { code }));

export const removeApp = async () => void (await call("DELETE", `${ACCOUNT}/authenticators/totp`));

/** Shown by the server once; undefined after that. */
export const firstRecoveryCodes = async () =>
  (
    await call<{ unused_codes?: string[] }>(
      "GET",
      `${ACCOUNT}/authenticators/recovery-codes`,
      undefined,
      [404],
    )
  ).data?.unused_codes;

export const newRecoveryCodes = async () =>
  (await call<{ unused_codes: string[] }>("POST", `${ACCOUNT}/authenticators/recovery-codes`, {})).data
    .unused_codes;

const PASSKEYS = `${ACCOUNT}/authenticators/webauthn`;

export async function addPasskey(name: string): Promise<void> {
  const { data } = await call<{ creation_options: CreationOptions }>("GET", `${PASSKEYS}?passwordless`);
  await call("POST", PASSKEYS, { name, credential: await makePasskey(data.creation_options) });
}

export const renamePasskey = async (id: number, name: string) =>
  void (await call("PUT", PASSKEYS, { id, name }));

export const removePasskey = async (id: number) =>
  void (await call("DELETE", PASSKEYS, { authenticators: [id] }));

export const confirmByPassword = async (password: string) =>
  void (await call("POST", `${AUTH}/reauthenticate`, { password }));

export const confirmByCode = async (code: string) =>
  void (await call("POST", `${AUTH}/2fa/reauthenticate`, { code }));

export async function confirmByPasskey(): Promise<void> {
  const { data } = await call<{ request_options: RequestOptions }>("GET", `${AUTH}/webauthn/reauthenticate`);
  await call("POST", `${AUTH}/webauthn/reauthenticate`, {
    credential: await signWithPasskey(data.request_options),
  });
}
