import { expect, it } from "vitest";
import { transformWords } from "./transform";

it.each([
  [{ kind: "trim" }, "spaces around it are cut off"],
  [{ kind: "case", to: "upper" }, "in capital letters"],
  [{ kind: "phone" }, "as an international number"],
  [{ kind: "options", map: { vip: "V" } }, "1 option under other names"],
  [{ kind: "scale", factor: "0.01" }, "HubSpot’s number times 0.01"],
  [{ kind: "date", zone: "America/New_York" }, "the day in America/New York"],
  [{ kind: "split_name", part: "first" }, "the first name out of the whole"],
  [{ kind: "join_name" }, "first and last name together"],
] as const)("says in words what happens to a value: %o", (transform, words) => {
  expect(transformWords(transform)).toBe(words);
});
