import { expect, it } from "vitest";
import { SHORTCUTS } from "./shortcut-table";

const sources = import.meta.glob<string>("../../**/*.{ts,tsx}", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** The keys that listen anywhere: what `useHotkeys` is given, and the pages' own. */
function listening(): Set<string> {
  const found = new Set<string>();
  for (const [path, source] of Object.entries(sources)) {
    if (path.includes(".test.") || path.endsWith("use-hotkeys.ts")) continue;
    for (const [, given = ""] of source.matchAll(/useHotkeys\(\{(.*?)\}\);/gs))
      for (const [, quoted, plain] of given.matchAll(/(?:^|[\s,])(?:"([^"\n]+)"|([a-z])):/g))
        found.add(quoted ?? plain ?? "");
    for (const [, pair = ""] of source.matchAll(/\bkeys: "(. .)"/g)) found.add(pair);
  }
  return found;
}

const listed = new Set(SHORTCUTS.flatMap(([, shortcuts]) => shortcuts.flatMap(([keys]) => keys)));

it("every key that listens is listed", () => {
  expect(listening().size).toBeGreaterThan(15);
  expect([...listening()].filter((key) => !listed.has(key))).toEqual([]);
});

it("every letter, sign and pair of keys that is listed listens", () => {
  const plain = [...listed].filter((keys) => /^(mod\+)?.( .)?$/.test(keys));
  expect(plain.filter((keys) => !listening().has(keys))).toEqual([]);
});
