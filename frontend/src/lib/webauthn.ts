/** Passkeys in a browser: the server speaks JSON with base64url texts, the browser wants bytes. */

interface CredentialReference {
  id: string;
  type: "public-key";
  transports?: AuthenticatorTransport[];
}

export interface CreationOptions {
  publicKey: Omit<PublicKeyCredentialCreationOptions, "challenge" | "user" | "excludeCredentials"> & {
    challenge: string;
    user: { id: string; name: string; displayName: string };
    excludeCredentials?: CredentialReference[];
  };
}

export interface RequestOptions {
  publicKey: Omit<PublicKeyCredentialRequestOptions, "challenge" | "allowCredentials"> & {
    challenge: string;
    allowCredentials?: CredentialReference[];
  };
}

/** The person turned the browser's question down, or it ran out. */
export class PasskeyRefused extends Error {
  override readonly name = "PasskeyRefused";
}

/** Passkeys belong to a name: browsers make none for an address in numbers, nor without https (localhost apart). */
export function passkeysWorkHere(): boolean {
  return (
    typeof window.PublicKeyCredential === "function" &&
    window.isSecureContext &&
    !/^[\d.]+$|:/.test(window.location.hostname)
  );
}

export async function makePasskey({ publicKey }: CreationOptions): Promise<unknown> {
  const made = await asked(() =>
    navigator.credentials.create({
      publicKey: {
        ...publicKey,
        challenge: bytes(publicKey.challenge),
        user: { ...publicKey.user, id: bytes(publicKey.user.id) },
        excludeCredentials: references(publicKey.excludeCredentials),
      },
    }),
  );
  const response = made.response as AuthenticatorAttestationResponse;
  return answer(made, {
    clientDataJSON: response.clientDataJSON,
    attestationObject: response.attestationObject,
  });
}

export async function signWithPasskey({ publicKey }: RequestOptions): Promise<unknown> {
  const found = await asked(() =>
    navigator.credentials.get({
      publicKey: {
        ...publicKey,
        challenge: bytes(publicKey.challenge),
        allowCredentials: references(publicKey.allowCredentials),
      },
    }),
  );
  const response = found.response as AuthenticatorAssertionResponse;
  return answer(found, {
    clientDataJSON: response.clientDataJSON,
    authenticatorData: response.authenticatorData,
    signature: response.signature,
    ...(response.userHandle && { userHandle: response.userHandle }),
  });
}

async function asked(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const credential = await ask();
    if (credential) return credential as PublicKeyCredential;
  } catch (error) {
    if (error instanceof DOMException && error.name === "InvalidStateError") {
      throw new PasskeyRefused("This device has a passkey for your account already.");
    }
    if (!(error instanceof DOMException)) throw error;
  }
  throw new PasskeyRefused("No passkey was used. Nothing was changed; try again when you are ready.");
}

function answer(credential: PublicKeyCredential, response: Record<string, ArrayBuffer>): unknown {
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response: Object.fromEntries(Object.entries(response).map(([name, value]) => [name, text(value)])),
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

function references(given: CredentialReference[] = []): PublicKeyCredentialDescriptor[] {
  return given.map((one) => ({ ...one, id: bytes(one.id) }));
}

export function bytes(base64url: string): ArrayBuffer {
  const plain = atob(base64url.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0)).buffer;
}

export function text(value: ArrayBuffer): string {
  const plain = String.fromCharCode(...new Uint8Array(value));
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
