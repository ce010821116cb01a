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
    if (Array.isArray(value)) for (const one of value) params.append(key, String(one));
    else if (value !== undefined && value !== null && value !== "" && value !== false)
      params.set(key, String(value));
  }
  const text = params.toString();
  return text === "" ? "" : `?${text}`;
}

/** Of what the address says, the named texts. */
export function pickStrings<K extends string>(
  search: Search,
  keys: readonly K[],
): Partial<Record<K, string>> {
  const found = keys
    .map((key) => [key, search[key]] as const)
    .filter(([, value]) => typeof value === "string");
  return Object.fromEntries(found) as Partial<Record<K, string>>;
}
