import { describe, expect, it } from "vitest";
import { displaced, held, orderOf } from "./list-order";

const rows = (letters: string, value = 1) => [...letters].map((id) => ({ id, value }));
const ids = (list: { id: string }[]) => list.map(({ id }) => id).join("");

describe("a list that is held still", () => {
  const order = orderOf([rows("abcd")]);

  it("keeps its order and shows the newest values", () => {
    const shown = held(order, [rows("dabc", 2)], new Map());
    expect(ids(shown)).toBe("abcd");
    expect(shown.every(({ value }) => value === 2)).toBe(true);
  });

  it("shows what left as it was last seen, and lets later pages join", () => {
    const seen = new Map(rows("abcd").map((row) => [row.id, row]));
    expect(ids(held(order, [rows("xabc", 2), rows("def")], seen))).toBe("abcdef");
    expect(held(order, [rows("xabc", 2)], seen)[3]).toEqual({ id: "d", value: 1 });
  });

  it.each([
    ["abcd", 0],
    ["dabc", 1],
    ["xabc", 1],
    ["xyab", 2],
    ["abc", 1],
    ["dcba", 3],
  ])("counts what the new order %s would move: %i", (now, count) => {
    expect(displaced(order, [rows(now)])).toBe(count);
  });
});
