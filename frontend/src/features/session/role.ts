import { useSuspenseQuery } from "@tanstack/react-query";
import { type Permission, sessionQuery } from "./queries";

interface Rights {
  /** What else the person may do, by the server's own names. */
  can: (permission: Permission) => boolean;
  canEdit: boolean;
  canManage: boolean;
}

/** What the signed-in person may do here. Only decides what is offered: the server has the last word. */
export function useRights(tenant: string): Rights {
  const { data: session } = useSuspenseQuery(sessionQuery());
  const held = session.organisations.find(({ slug }) => slug === tenant)?.permissions ?? [];
  const can = (permission: Permission) => held.includes(permission);
  return { can, canEdit: can("contacts:write"), canManage: can("sync:run") };
}
