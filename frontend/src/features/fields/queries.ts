import { useMutation, useQueryClient } from "@tanstack/react-query";
import {
  archiveFieldMutation,
  changeFieldMutation,
  defineFieldMutation,
  listFieldsOptions,
} from "@/client/@tanstack/react-query.gen";
import { invalidate } from "@/lib/query-ids";

export type { FieldDefinition, FieldOption, Kind } from "@/client";

export const fieldsQuery = (tenant: string) => listFieldsOptions({ path: { tenant } });

const TOUCHED = [
  "listFields",
  "getMapping",
  "listMappingVersions",
  "getContact",
  "listContacts",
  "getOverview",
];

/** Every way to change the organisation's own fields. */
export function useFieldActions(tenant: string) {
  const queryClient = useQueryClient();
  const onSuccess = () => invalidate(queryClient, tenant, TOUCHED);
  const inPlace = { onSuccess, meta: { handlesError: true } };
  const define = useMutation({ ...defineFieldMutation(), ...inPlace });
  const change = useMutation({ ...changeFieldMutation(), ...inPlace });
  const archive = useMutation({ ...archiveFieldMutation(), onSuccess });
  const bringBack = useMutation({ ...changeFieldMutation(), onSuccess });
  return { define, change, archive, bringBack };
}
