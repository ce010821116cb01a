/** The address bar, readable: `?search=anna&sync=conflict&sync=failing`. A key said twice is a list. */

type Search = Record<string, unknown>;

export function parseSearch(searchString: string): Search {
  const search: Record<string, string | string[]> = {};
  for (const [key, value] of new URLSearchParams(searchString)) {
    const before = search[key];
    search[key] = before === undefined ? value : [before, value].flat();
  }
  return search;
}

export function stringifySearch(search: Search): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    for (const one of [value].flat()) {
      if (one !== undefined && one !== null && one !== "" && one !== false) params.append(key, String(one));
    }
  }
  const text = params.toString();
  return text === "" ? "" : `?${text}`;
}
