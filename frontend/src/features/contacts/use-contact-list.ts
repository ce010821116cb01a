import { useInfiniteQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useState } from "react";
import type { Side } from "@/components/ui/side";
import { type ContactSearch, DEFAULT_SORT, filtersIn } from "./filters";
import { type ContactRow, contactsQuery } from "./queries";

const NO_PAGES: ContactRow[][] = [];

/** The rows that the address asks for; and, once somebody compares the sides, the other side's of the same contacts. */
export function useContactList(tenant: string, search: ContactSearch, fields: string[]) {
  const { sort = DEFAULT_SORT } = search;
  const side: Side = search.side ?? "loanark";
  const filters = filtersIn(search);
  const list = useInfiniteQuery(contactsQuery(tenant, filters, sort, { fields, side }));
  const pages = useMemo(() => list.data?.pages.map(({ items }) => items) ?? NO_PAGES, [list.data]);

  const [isComparing, setComparing] = useState(side === "hubspot");
  if (side === "hubspot" && !isComparing) setComparing(true);
  const otherSide: Side = side === "hubspot" ? "loanark" : "hubspot";
  const mirror = useInfiniteQuery({
    ...contactsQuery(tenant, filters, sort, { fields, side: otherSide }),
    enabled: isComparing,
  });
  const { fetchNextPage: moreOfMirror, isFetching: isMirroring, hasNextPage: hasMirrorMore } = mirror;
  const isBehind = isComparing && (mirror.data?.pages.length ?? 0) < pages.length;
  useEffect(() => {
    if (isBehind && hasMirrorMore && !isMirroring) void moreOfMirror();
  }, [isBehind, hasMirrorMore, isMirroring, moreOfMirror]);
  const others = useMemo(
    () =>
      isComparing && mirror.data && !mirror.isPlaceholderData
        ? new Map(mirror.data.pages.flatMap(({ items }) => items).map((row) => [row.id, row]))
        : undefined,
    [isComparing, mirror.data, mirror.isPlaceholderData],
  );

  const { fetchNextPage } = list;
  const onMore = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  return { list, pages, first: list.data?.pages[0], others, onMore, filters, sort, side };
}
