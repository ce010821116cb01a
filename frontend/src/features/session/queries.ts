import { getSessionOptions } from "@/client/@tanstack/react-query.gen";

export type { Organisation, Permission, Person, Session } from "@/client";

const KEPT_FOR_MS = 5 * 60_000;

/** Who is signed in; a 401 problem when nobody is. */
export const sessionQuery = () => ({ ...getSessionOptions(), staleTime: KEPT_FOR_MS });
