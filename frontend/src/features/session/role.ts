import { useSuspenseQuery } from "@tanstack/react-query";
import { sessionQuery } from "./queries";

interface Rights {
  canEdit: boolean;
  canManage: boolean;
  canAdminister: boolean;
}

const EDITORS = ["loan_officer", "sales_manager", "administrator"];
const MANAGERS = ["sales_manager", "administrator"];

/** What the signed-in person may do here. Only decides what is offered: the server has the last word. */
export function useRights(tenant: string): Rights {
  const { data: session } = useSuspenseQuery(sessionQuery());
  const role: string = session.organisations.find(({ slug }) => slug === tenant)?.role ?? "";
  return {
    canEdit: EDITORS.includes(role),
    canManage: MANAGERS.includes(role),
    canAdminister: role === "administrator",
  };
}
