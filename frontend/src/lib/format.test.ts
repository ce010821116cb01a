import { afterEach, expect, it, vi } from "vitest";
import {
  formatCivilDate,
  formatCount,
  formatDateTime,
  formatDayName,
  formatDecimal,
  formatTime,
} from "./format";
import { chooseRegion, currentRegion } from "./region";

const AT = "2026-11-22T23:30:00Z";
const plain = (text: string) => text.replaceAll(/\s/g, " "); // Some regions part by narrow spaces.

afterEach(() => {
  vi.restoreAllMocks();
  chooseRegion({ locale: "", timeZone: "" });
});

it("follows the browser until one chooses", () => {
  expect(currentRegion()).toEqual({ locale: "en-US", timeZone: "UTC" });
  expect([formatCount(41_341), plain(formatDateTime(AT))]).toEqual(["41,341", "Nov 22, 2026, 11:30 PM"]);
  vi.spyOn(navigator, "languages", "get").mockReturnValue(["c@broken", "de-DE"]);
  chooseRegion({});
  expect(formatCount(41_341)).toBe("41.341");
});

it("writes numbers, dates and the clock as the chosen region does, at once", () => {
  const seen = ["en-GB", "de-DE", "fr-FR", "es-MX"].map((locale) => {
    chooseRegion({ locale });
    return [formatCount(41_341), formatDecimal(412_500.5), formatDateTime(AT), formatTime(AT)].map(plain);
  });
  expect(seen[0]).toEqual(["41,341", "412,500.5", "22 Nov 2026, 23:30", "23:30"]);
  expect(seen[1]).toEqual(["41.341", "412.500,5", "22.11.2026, 23:30", "23:30"]);
  expect(seen[2]).toEqual(["41 341", "412 500,5", "22 nov. 2026, 23:30", "23:30"]);
  expect(seen[3]?.slice(0, 2)).toEqual(["41,341", "412,500.5"]);
});

it("tells days in the chosen time zone, and leaves a date without a time on its day", () => {
  const now = new Date("2026-11-23T00:30:00Z");
  expect(formatDayName(AT, now)).toBe("Yesterday");
  chooseRegion({ timeZone: "America/Denver" });
  expect(formatDayName(AT, now)).toBe("Today");
  expect(plain(formatTime(AT))).toBe("4:30 PM");
  expect(formatCivilDate("2026-12-14")).toBe("Dec 14, 2026");
});

it("takes no zone or region that there is not", () => {
  localStorage.setItem("loanark.time-zone", "Mars/Olympus");
  localStorage.setItem("loanark.region", "not a locale");
  chooseRegion({});
  expect(currentRegion()).toEqual({ locale: "en-US", timeZone: "UTC" });
});
