import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { exportMapping, type FieldRuleIn, type MappingOut, sampleMapping } from "@/client";
import {
  createPropertiesMutation,
  diffMappingVersionsOptions,
  getMappingOptions,
  getMappingQueryKey,
  getMissingPropertiesOptions,
  importMappingMutation,
  listFacetsOptions,
  listFieldsOptions,
  listMappingVersionsOptions,
  listPropertiesOptions,
  previewMappingMutation,
  putMappingMutation,
  refreshMappingMutation,
  restoreMappingVersionMutation,
} from "@/client/@tanstack/react-query.gen";
import { invalidate } from "@/lib/query-ids";

export type {
  Facet,
  FieldDefinition,
  MappedField,
  MappingDifference,
  MappingOut,
  MappingVersionOut,
  MissingOut,
  MissingProperty,
  PropertyOut,
  SampleRow,
  SampleSide,
  UnmappedField,
  VersionDiff,
} from "@/client";

/** One field's rule, with nothing left to a default. */
export type Rule = Required<Omit<FieldRuleIn, "blank_may_overwrite" | "transform">> & {
  blank_may_overwrite: boolean;
  transform: NonNullable<FieldRuleIn["transform"]> | null;
};
export type Transform = NonNullable<Rule["transform"]>;

export const mappingQuery = (tenant: string) => getMappingOptions({ path: { tenant } });
export const propertiesQuery = (tenant: string) => listPropertiesOptions({ path: { tenant } });
export const definitionsQuery = (tenant: string) => listFieldsOptions({ path: { tenant } });
export const versionsQuery = (tenant: string) => listMappingVersionsOptions({ path: { tenant } });
export const missingQuery = (tenant: string) => getMissingPropertiesOptions({ path: { tenant } });
/** How many contacts have which value: of the few fields the server counts. */
export const valueCountsQuery = (tenant: string) => listFacetsOptions({ path: { tenant } });

export const diffQuery = (tenant: string, version: number, other: number) => ({
  ...diffMappingVersionsOptions({ path: { tenant, version, other } }),
  staleTime: Number.POSITIVE_INFINITY, // Versions do not change.
});

const SAMPLE_SIZE = 5;
const SAMPLE_FRESH_MS = 60_000;

/** What a rule would make of some contacts as they are now. It asks HubSpot, so it is not asked twice for the same. */
export const sampleQuery = (tenant: string, rule: Rule) =>
  queryOptions({
    queryKey: [{ _id: "sampleMapping", path: { tenant }, body: rule }],
    queryFn: async ({ signal }) => {
      const body = { rule, contacts: SAMPLE_SIZE };
      const { data } = await sampleMapping({ path: { tenant }, body, signal, throwOnError: true });
      return data.rows;
    },
    staleTime: SAMPLE_FRESH_MS,
    placeholderData: keepPreviousData,
  });

/** The mapping in force as a document. */
export async function readDocument(tenant: string): Promise<{ version: number; yaml: string }> {
  const { data } = await exportMapping({ path: { tenant }, throwOnError: true });
  return data;
}

const TOUCHED = [
  "listMappingVersions",
  "listProperties",
  "getMissingProperties",
  "listFields",
  "getOverview",
  "getContact",
];

/** Every way to change the mapping. What was saved is shown at once; refusals are told in place where it says so. */
export function useMappingActions(tenant: string) {
  const queryClient = useQueryClient();
  const onSuccess = (mapping: MappingOut) => {
    queryClient.setQueryData(getMappingQueryKey({ path: { tenant } }), mapping);
    return invalidate(queryClient, tenant, TOUCHED);
  };
  const inPlace = { meta: { handlesError: true } };
  const save = useMutation({ ...putMappingMutation(), ...inPlace, onSuccess });
  const restore = useMutation({ ...restoreMappingVersionMutation(), onSuccess });
  const refresh = useMutation({ ...refreshMappingMutation(), onSuccess });
  const preview = useMutation({ ...previewMappingMutation(), ...inPlace });
  const importDocument = useMutation({ ...importMappingMutation(), ...inPlace, onSuccess });
  const createProperties = useMutation({
    ...createPropertiesMutation(),
    ...inPlace,
    onSuccess: () => invalidate(queryClient, tenant, ["getMapping", ...TOUCHED]),
  });
  return { save, restore, refresh, preview, importDocument, createProperties };
}
