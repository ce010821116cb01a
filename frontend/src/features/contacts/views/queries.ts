import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ViewIn } from "@/client";
import {
  changeViewMutation,
  deleteViewMutation,
  listViewsOptions,
  makeViewMutation,
} from "@/client/@tanstack/react-query.gen";
import { invalidate } from "@/lib/query-ids";

export type { ViewOut, ViewState } from "@/client";

export const viewsQuery = (tenant: string) => listViewsOptions({ path: { tenant } });

export function useViewActions(tenant: string) {
  const queryClient = useQueryClient();
  const onSuccess = () => invalidate(queryClient, tenant, ["listViews"]);
  const make = useMutation({ ...makeViewMutation(), onSuccess, meta: { handlesError: true } });
  const change = useMutation({ ...changeViewMutation(), onSuccess, meta: { handlesError: true } });
  const remove = useMutation({ ...deleteViewMutation(), onSuccess, meta: { handlesError: true } });
  return {
    make: (view: ViewIn) => make.mutateAsync({ path: { tenant }, body: view }),
    change: (id: number, parts: Partial<ViewIn>) =>
      change.mutateAsync({ path: { tenant, view_id: id }, body: parts }),
    remove: (id: number) => remove.mutateAsync({ path: { tenant, view_id: id } }),
  };
}
