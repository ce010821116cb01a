import { expect, it } from "vitest";
import { noCounts, runs, undoRun } from "@/test/fixtures";
import type { RunOut } from "./queries";
import { canBeUndone, undoesOf } from "./undo";

const sweep = {
  ...(runs[2] as RunOut),
  kind: "sweep" as const,
  counts: { ...noCounts, updated_in_loanark: 1 },
};

it("offers an undo of what is over and changed something in LoanArk", () => {
  expect(canBeUndone(sweep)).toBe(true);
  expect(canBeUndone({ ...sweep, kind: "backfill", status: "partial" })).toBe(true);
  expect(canBeUndone({ ...sweep, status: "cancelled", counts: { ...noCounts, deleted: 1 } })).toBe(true);
});

it("offers none of what is under way, changed nothing here, or is an undo or a preview", () => {
  expect(canBeUndone({ ...sweep, status: "running" })).toBe(false);
  expect(canBeUndone({ ...sweep, status: "held" })).toBe(false);
  expect(canBeUndone({ ...sweep, counts: { ...noCounts, updated_in_hubspot: 9 } })).toBe(false);
  expect(canBeUndone({ ...sweep, kind: "preview" })).toBe(false);
  expect(canBeUndone({ ...undoRun, status: "succeeded", counts: sweep.counts })).toBe(false);
});

it("says moments as people read them, and leaves every other word alone", () => {
  expect(undoesOf("undoes run 7")).toBe("undoes run 7");
  const said = undoesOf(
    "undoes the changes of Dana from 2026-03-01T09:00:00+00:00 to 2026-03-01T10:30:00.123456+00:00",
  );
  expect(said).toMatch(/^undoes the changes of Dana from (Feb 28|Mar 1), 2026.* to (Feb 28|Mar 1), 2026/);
  expect(said).not.toContain("+00:00");
});
