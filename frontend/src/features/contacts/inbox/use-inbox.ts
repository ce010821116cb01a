import { useRef } from "react";
import { plural } from "@/lib/format";
import { asProblem } from "@/lib/problem";
import { toastDone, toastFailed } from "@/lib/toast";
import { showValue } from "../field-value";
import { type ConflictOut, useDecisions, type Winner } from "./queries";

const NAMES: Record<Winner, string> = { hubspot: "HubSpot", loanark: "LoanArk" };

export function told(error: unknown): void {
  const problem = asProblem(error);
  toastFailed(problem.title, { detail: problem.detail });
}

/** Deciding with a way back: each decision is told with an undo, and `undoLast` takes back the one before, and so on. */
export function useInbox(tenant: string, onReopened: (id: number) => void) {
  const decisions = useDecisions(tenant);
  /** What was decided on this visit, the last at the end. */
  const past = useRef<number[][]>([]);

  const takeBack = async (ids: number[]) => {
    past.current = past.current.filter((one) => one !== ids);
    try {
      const { reopened, refused } = await decisions.reopen(ids);
      const [first] = refused;
      if (first) {
        toastFailed(`${plural(refused.length, "decision")} could not be taken back`, {
          detail: `${first.contact_name}: ${first.reason}`,
        });
      }
      if (reopened.length === 0) return;
      toastDone(
        reopened.length === 1 ? "It waits again" : `${plural(reopened.length, "conflict")} wait again`,
      );
      if (reopened.length === 1 && reopened[0] !== undefined) onReopened(reopened[0]);
    } catch (error) {
      told(error);
    }
  };
  const remember = (ids: number[]) => {
    past.current.push(ids);
    return { undo: () => void takeBack(ids) };
  };

  const decide = async (conflict: ConflictOut, winner: Winner | "typed", value?: string | null) => {
    try {
      await decisions.decide(conflict.id, winner, value);
    } catch (error) {
      if (winner !== "typed") told(error);
      throw error;
    }
    const what =
      winner === "typed" ? (value ? `“${showValue(conflict, value)}”` : "empty") : `as in ${NAMES[winner]}`;
    toastDone(`${conflict.label} of ${conflict.contact_name} is ${what}`, remember([conflict.id]));
  };

  const decideAlike = async (
    conflict: ConflictOut,
    winner: Winner,
    sameAs: number | null,
    expected: number,
  ) => {
    try {
      const { decided, refused, left } = await decisions.decideAlike(
        winner,
        conflict.field,
        sameAs,
        expected,
      );
      const rest = [
        left > 0 && `${plural(left, "more")} like them wait: ask again.`,
        refused[0] && `${plural(refused.length, "one", "ones")} could not: ${refused[0].reason}`,
      ].filter(Boolean);
      if (decided.length === 0) return toastFailed("None was decided", { detail: rest.join(" ") });
      toastDone(`${conflict.label} is as in ${NAMES[winner]} for ${plural(decided.length, "contact")}`, {
        detail: rest.join(" ") || undefined,
        ...remember(decided),
      });
    } catch (error) {
      told(error);
    }
  };

  const undoLast = () => {
    const last = past.current.at(-1);
    if (last) void takeBack(last);
  };
  return { decide, decideAlike, undoLast, isDecidingMany: decisions.isDecidingMany };
}
