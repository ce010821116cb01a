import { describe, expect, it } from "vitest";
import { formatAgo, formatCivilDate, formatDuration, formatPhone } from "./format";
import { asProblem, problemFromBody } from "./problem";

describe("problems", () => {
  it("reads field errors as a map and as allauth's list", () => {
    expect(problemFromBody(422, { errors: { email: "Taken." } }).fields).toEqual([
      { field: "email", message: "Taken." },
    ]);
    expect(problemFromBody(400, { errors: [{ message: "No.", param: "password" }] }).fields).toEqual([
      { field: "password", message: "No." },
    ]);
  });

  it("knows a web page from an answer, and a dead network from a refusal", () => {
    expect(problemFromBody(502, "<!doctype html><h1>Bad gateway</h1>").code).toBe("not-the-api");
    expect(asProblem(new TypeError("fetch failed"))).toMatchObject({ status: 0, isTransient: true });
  });
});

describe("formats", () => {
  it("keeps a civil date on its day", () => expect(formatCivilDate("2026-12-14")).toBe("Dec 14, 2026"));
  it("cuts up North American numbers only", () => {
    expect([formatPhone("+15125551000"), formatPhone("+353861234567")]).toEqual([
      "+1 512 555 1000",
      "+353861234567",
    ]);
  });
  it("says durations in two units at most", () => expect(formatDuration(3_725)).toBe("1 h 2 min"));
  it("turns to a date after a month", () => {
    const now = Date.parse("2026-11-22T12:00:00Z");
    expect([formatAgo("2026-11-22T11:56:00Z", now), formatAgo("2026-08-01T12:00:00Z", now)]).toEqual([
      "4 minutes ago",
      "Aug 1, 2026",
    ]);
  });
});
