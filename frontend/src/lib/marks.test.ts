import { describe, expect, it } from "vitest";
import { markDifference } from "./marks";

const marked = (value: string, base: string) =>
  markDifference(value, base)
    .map(({ text, isNew }) => (isNew ? `[${text}]` : text))
    .join("");

describe("a value beside what was agreed on", () => {
  it.each([
    ["+1 512 555 1201", "+1 512 555 1111", "+1 512 555 [1201]"],
    ["12 Elm Street", "12 Oak Street", "12 [Elm] Street"],
    ["Jonathon", "Jonathan", "Jonath[o]n"],
    ["ada@new.example", "ada@old.example", "ada@[new].example"],
    ["Meridian", "", "[Meridian]"],
    ["Boise", "Boise", "Boise"],
    ["", "Boise", ""],
    ["Prime;VIP", "Prime", "Prime[;VIP]"],
  ])("%s, once %s", (value, base, shown) => expect(marked(value, base)).toBe(shown));
});
