import { renderHook } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { useWalk } from "./use-walk";

const ids = [1, 2, 3, 4];
const walkAt = (shown: number, at?: string) =>
  renderHook((props: { shown: number; at: string | undefined }) => useWalk({ ids, ...props }), {
    initialProps: { shown, at },
  });

describe("a walk by keys", () => {
  it("goes on from where the last step leads, though the view is not there yet", () => {
    const { result } = walkAt(1);
    for (const _ of ["j", "j"]) result.current.headFor(ids[result.current.placeAfter(1)]);
    expect(ids[result.current.placeAfter(1)]).toBe(4);
    expect(result.current.hasArrived()).toBe(false);
  });

  it("is over when the address is reached, wherever that led", () => {
    const { result, rerender } = walkAt(1);
    result.current.headFor(3);
    rerender({ shown: 2, at: "3" });
    expect(result.current.hasArrived()).toBe(true);
    expect(result.current.placeAfter(1)).toBe(2);
  });

  it("counts from what is in view when the one it led to has gone", () => {
    const { result } = walkAt(2);
    result.current.headFor(99);
    expect(result.current.placeAfter(-1)).toBe(0);
  });

  it("to nowhere leaves what is in view to be decided", () => {
    const { result } = walkAt(2, "2");
    result.current.headFor(undefined);
    expect(result.current.hasArrived()).toBe(true);
  });
});
