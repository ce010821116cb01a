import { useRef, useState } from "react";
import { plural } from "@/lib/format";
import { asProblem, type Problem } from "@/lib/problem";
import { toastDone, toastFailed } from "@/lib/toast";
import { type Group, type MergeIn, useDecisions } from "./queries";
import { namesOf } from "./words";

export function tellFault(error: unknown): void {
  const problem = asProblem(error);
  toastFailed(problem.title, { detail: problem.detail });
}

interface DecidingOptions {
  tenant: string;
  /** Those that wait, in their order. */
  groups: Group[];
  /** The one that is looked at. */
  index: number;
  onGo: (id: number | undefined) => void;
}

/** Deciding with a way back: each decision is told with an undo, and `undoLast` takes back the one before, and so on. */
export function useDeciding({ tenant, groups, index, onGo }: DecidingOptions) {
  const decisions = useDecisions(tenant);
  const [fault, setFault] = useState<{ group: number; problem: Problem }>();
  /** How what was decided on this visit is taken back, the last at the end. */
  const past = useRef<(() => Promise<void>)[]>([]);

  const remember = (title: string, takeBack: () => Promise<unknown>) => {
    const undo = async () => {
      past.current = past.current.filter((one) => one !== undo);
      await takeBack().then(() => toastDone(title), tellFault);
    };
    past.current.push(undo);
    return { undo: () => void undo() };
  };

  /** The next one is there when the server has said yes; after a no this one stays, and says why. */
  const decide = async <T>(group: Group, isWhole: boolean, act: () => Promise<T>): Promise<T | undefined> => {
    setFault(undefined);
    try {
      const done = await act();
      const next = groups[index + 1] ?? groups[index - 1];
      if (isWhole) decisions.takeOut(group.id);
      onGo(next?.id);
      return done;
    } catch (error) {
      setFault({ group: group.id, problem: asProblem(error) });
      return undefined;
    }
  };

  const merge = async (group: Group, body: MergeIn) => {
    const isWhole = body.members.length === group.members.length;
    const merges = await decide(group, isWhole, () => decisions.merge(body));
    const [first] = merges ?? [];
    if (!merges || !first) return;
    const takeBack = async () => {
      // Each is undone as the book was when it was made: the last one first.
      for (const { id } of [...merges].reverse()) await decisions.undo(id);
      onGo(group.id);
    };
    toastDone(`${plural(merges.length + 1, "contact")} are one now: ${first.name}`, {
      detail: first.hubspot_words,
      ...remember(
        merges.length > 1 ? "They are contacts of their own again" : "They are two contacts again",
        takeBack,
      ),
    });
  };

  const reject = async (group: Group, pairs: number[]) => {
    const isWhole = pairs.length === group.pairs.length;
    const done = await decide(group, isWhole, () => decisions.reject(pairs));
    if (!done) return;
    const takeBack = async () => {
      await decisions.reopen(done.pairs);
      onGo(group.id);
    };
    toastDone(`${namesOf(group.members)}: not the same person`, {
      detail: "They are not proposed again.",
      ...remember("They wait for a decision again", takeBack),
    });
  };

  return {
    merge,
    reject,
    undoLast: () => void past.current.at(-1)?.(),
    fault,
    forgetFault: () => setFault(undefined),
    isBusy: decisions.isDeciding,
  };
}
