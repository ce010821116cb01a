import { useMutation, useQueryClient } from "@tanstack/react-query";
import {
  acceptInvitationMutation,
  changeSignInRulesMutation,
  getCompanySignInOptions,
  getInvitationOptions,
  getSignInRulesOptions,
  inviteMutation,
  listInvitationsOptions,
  removeCompanySignInMutation,
  resendInvitationMutation,
  revokeInvitationMutation,
  setCompanySignInMutation,
} from "@/client/@tanstack/react-query.gen";
import { asProblem } from "@/lib/problem";
import { invalidate } from "@/lib/query-ids";

export type { CompanySignIn, Invitation, InvitationToAccept, Role } from "@/client";

export const invitationsQuery = (tenant: string) => listInvitationsOptions({ path: { tenant } });

export const signInRulesQuery = (tenant: string) => getSignInRulesOptions({ path: { tenant } });

export const companyQuery = (tenant: string) => getCompanySignInOptions({ path: { tenant } });

export function useCompanyActions(tenant: string) {
  const queryClient = useQueryClient();
  const onSuccess = () => invalidate(queryClient, tenant, ["getCompanySignIn"]);
  const path = { tenant };
  const set = useMutation({ ...setCompanySignInMutation({ path }), onSuccess, meta: { handlesError: true } });
  const remove = useMutation({ ...removeCompanySignInMutation({ path }), onSuccess });
  return { set, remove };
}

/** What a link invites to; a 404 problem when it does not work any more. */
export const invitationQuery = (token: string) => ({
  ...getInvitationOptions({ path: { token } }),
  retry: (failures: number, error: Error) => failures < 2 && asProblem(error).isTransient,
  staleTime: Number.POSITIVE_INFINITY,
});

export function useAccept(token: string) {
  return useMutation({ ...acceptInvitationMutation({ path: { token } }), meta: { handlesError: true } });
}

export function useInvitationActions(tenant: string) {
  const queryClient = useQueryClient();
  const onSuccess = () => invalidate(queryClient, tenant, ["listInvitations"]);
  const path = { tenant };
  const invite = useMutation({
    ...inviteMutation({ path }),
    onSettled: onSuccess, // A mail that could not be sent leaves an invitation behind.
    meta: { handlesError: true },
  });
  const resend = useMutation({ ...resendInvitationMutation(), onSuccess });
  const revoke = useMutation({ ...revokeInvitationMutation(), onSuccess });
  return { invite, resend, revoke };
}

export function useChangeRules(tenant: string) {
  const queryClient = useQueryClient();
  return useMutation({
    ...changeSignInRulesMutation({ path: { tenant } }),
    onSuccess: () => invalidate(queryClient, tenant, ["getSignInRules"]),
  });
}
