import type { QueryClient, QueryKey } from "@tanstack/react-query";

interface OperationKey {
  _id?: string;
  path?: { tenant?: string };
}

/** The generated keys are `[{ _id: operation, path, query }]`: stale-ness is told by operation and organisation. */
export async function invalidate(
  queryClient: QueryClient,
  tenant: string,
  operations: readonly string[],
  refetchType: "active" | "none" = "active",
): Promise<void> {
  const wanted = new Set(operations);
  await queryClient.invalidateQueries({
    predicate: ({ queryKey }) => matches(queryKey, tenant, wanted),
    refetchType,
  });
}

function matches([first]: QueryKey, tenant: string, wanted: Set<string>): boolean {
  const key = first as OperationKey | undefined;
  // What is of no organisation, the session, is everywhere's.
  return wanted.has(key?._id ?? "") && (key?.path?.tenant ?? tenant) === tenant;
}
