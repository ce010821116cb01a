import { queryOptions } from "@tanstack/react-query";
import { drawQr } from "@/client";
import { listAuthenticators, listSessions } from "./account";

export const authenticatorsQuery = () =>
  queryOptions({ queryKey: ["account", "authenticators"], queryFn: listAuthenticators });

export const sessionsQuery = () => queryOptions({ queryKey: ["account", "sessions"], queryFn: listSessions });

/** The key of an authenticator app as a picture. */
export const qrQuery = (address: string) =>
  queryOptions({
    queryKey: ["account", "qr", address],
    queryFn: async () => (await drawQr({ body: { address }, throwOnError: true })).data.svg,
    gcTime: 0, // It shows a secret.
  });
