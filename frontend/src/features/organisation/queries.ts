import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Facet } from "@/client";
import {
  changeMemberMutation,
  changeOrganisationMutation,
  getOrganisationOptions,
  leaveOrganisationMutation,
  letSupportInMutation,
  listFacetsOptions,
  listMembersOptions,
  removeMemberMutation,
} from "@/client/@tanstack/react-query.gen";
import { invalidate } from "@/lib/query-ids";

export type { MemberOut, OrganisationOut, Role } from "@/client";

export const organisationQuery = (tenant: string) => getOrganisationOptions({ path: { tenant } });
export const membersQuery = (tenant: string) => listMembersOptions({ path: { tenant } });

/** Whose contacts there are, most first: what contacts hold as owner, and who that is. */
export const ownersQuery = (tenant: string) => ({
  ...listFacetsOptions({ path: { tenant }, query: { names: ["owner"] } }),
  select: (facets: Facet[]) => facets.flatMap(({ values }) => values.filter(({ value }) => value !== "")),
});

const TOUCHED = ["listMembers", "listTokens", "getOrganisation", "getSession"];

/** Every way to change an organisation and its members. Refusals are told in place. */
export function useOrganisationActions(tenant: string) {
  const queryClient = useQueryClient();
  const onSuccess = () => invalidate(queryClient, tenant, TOUCHED);
  const inPlace = { onSuccess, meta: { handlesError: true } };
  const change = useMutation({ ...changeOrganisationMutation(), ...inPlace });
  const changeMember = useMutation({ ...changeMemberMutation(), ...inPlace });
  const removeMember = useMutation({ ...removeMemberMutation(), ...inPlace });
  const letSupportIn = useMutation({ ...letSupportInMutation(), ...inPlace });
  // Nothing of the organisation is asked again: there is nothing to see any more.
  const leave = useMutation({ ...leaveOrganisationMutation(), meta: { handlesError: true } });
  return { change, changeMember, removeMember, letSupportIn, leave };
}
