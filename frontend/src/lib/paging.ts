/** Keyset paging, as the generated infinite options want it: a cursor is the next page's parameter, the first has none. */
export const keysetPaging = {
  // The generated code merges an object into the request, and trips over null; its type asks for the path again.
  initialPageParam: {} as never,
  getNextPageParam: (last: { next_cursor: string | null }) => last.next_cursor,
};
