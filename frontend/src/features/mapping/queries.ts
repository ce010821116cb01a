import { getMappingOptions } from "@/client/@tanstack/react-query.gen";

export type { MappedField, MappingOut, UnmappedField } from "@/client";

export const mappingQuery = (tenant: string) => getMappingOptions({ path: { tenant } });
