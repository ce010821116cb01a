import { describe, expect, it } from "vitest";
import { arrange, choice, movedBy, movedTo, pinnedAs, resized, withColumn } from "./column-choices";

const names = (choices: { field: string }[]) => choices.map(({ field }) => field).join(" ");
const START = arrange(["email", "name", "phone", "city"].map(choice));

describe("columns", () => {
  it("begin with the name, however they were kept", () => {
    expect(names(START)).toBe("name email phone city");
    expect(names(withColumn(START, "name", false))).toBe("name email phone city");
    expect(names(movedTo(START, "name", "city"))).toBe("name email phone city");
  });

  it("are added at the end, and each once", () => {
    expect(names(withColumn(START, "state", true))).toBe("name email phone city state");
    expect(names(withColumn(START, "email", true))).toBe("name phone city email");
    expect(names(withColumn(START, "phone", false))).toBe("name email city");
  });

  it("go where they are dropped, and one step by keys", () => {
    expect(names(movedTo(START, "city", "email"))).toBe("name city email phone");
    expect(names(movedTo(START, "email", "city"))).toBe("name phone city email");
    expect(names(movedBy(START, "phone", 1))).toBe("name email city phone");
    expect(movedBy(START, "email", -1)).toBe(START);
  });

  it("stand with their like: dropped among pinned ones, a column is pinned", () => {
    const pinned = pinnedAs(START, "city", true);
    expect(names(pinned)).toBe("name city email phone");
    expect(movedBy(pinned, "email", -1)).toBe(pinned);
    const joined = movedTo(pinned, "phone", "city");
    expect(names(joined)).toBe("name phone city email");
    expect(joined[1]?.pinned).toBe(true);
    expect(names(pinnedAs(joined, "phone", false))).toBe("name city phone email");
  });

  it("are never too narrow to be taken hold of", () => {
    expect(resized(START, "email", 4)[1]?.width).toBe(72);
    expect(resized(START, "email", 9_999)[1]?.width).toBe(640);
    expect(resized(START, "email", null)[1]?.width).toBeNull();
  });
});
