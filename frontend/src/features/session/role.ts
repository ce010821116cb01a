import { useSuspenseQuery } from "@tanstack/react-query";
import { type Permission, sessionQuery } from "./queries";

interface Rights {
  /** What else the person may do, by the server's own names. */
  can: (permission: Permission) => boolean;
  canEdit: boolean;
  canManage: boolean;
  /** Only contacts that are theirs are shown. */
  seesOwnOnly: boolean;
}

/** What the signed-in person may do here. Only decides what is offered: the server has the last word. */
export function useRights(tenant: string): Rights {
  const { data: session } = useSuspenseQuery(sessionQuery());
  const organisation = session.organisations.find(({ slug }) => slug === tenant);
  const can = (permission: Permission) => organisation?.permissions.includes(permission) ?? false;
  return {
    can,
    canEdit: can("contacts:write"),
    canManage: can("sync:run"),
    seesOwnOnly: organisation?.own_contacts ?? false,
  };
}
