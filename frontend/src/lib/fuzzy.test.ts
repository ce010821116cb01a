import { expect, it } from "vitest";
import { scoreOf } from "./fuzzy";

it("fits beginnings of words in any order, initials, and letters left out", () => {
  for (const typed of ["comp", "everything comp", "ce", "cmpr", "", "évery"])
    expect(scoreOf("Compare everything", typed), typed).toBeGreaterThan(0);
  for (const typed of ["compare nothing", "xe", "erapmoc"])
    expect(scoreOf("Compare everything", typed), typed).toBe(0);
});

it("prefers the whole word to its beginning, and that to its middle", () => {
  const [whole, beginning, middle] = ["Sync", "Synchronise", "Resync"].map((text) => scoreOf(text, "sync"));
  expect(whole).toBeGreaterThan(beginning ?? 0);
  expect(beginning).toBeGreaterThan(middle ?? 0);
});
