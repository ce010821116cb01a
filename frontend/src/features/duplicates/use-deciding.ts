import { useRef, useState } from "react";
import { plural } from "@/lib/format";
import { asProblem, type Problem } from "@/lib/problem";
import { toastDone, toastFailed } from "@/lib/toast";
import { type Group, type MergeIn, useDecisions } from "./queries";
import { namesOf, pairsAmong } from "./words";

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
  /** To the group of this pair. */
  onGo: (pairId: number | undefined) => void;
}

/** Deciding with a way back: each decision is told with an undo, and `undoLast` takes back the one before, and so on. */
export function useDeciding({ tenant, groups, index, onGo }: DecidingOptions) {
  const decisions = useDecisions(tenant);
  const [fault, setFault] = useState<{ pair: number | undefined; problem: Problem }>();
  /** How what was decided on this visit is taken back, the last at the end. */
  const past = useRef<(() => Promise<void>)[]>([]);

  const remember = (takeBack: () => Promise<unknown>) => {
    const undo = async () => {
      past.current = past.current.filter((one) => one !== undo);
      await takeBack().then(() => toastDone("They wait for a decision again"), tellFault);
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
      onGo(next?.pairs[0]?.id);
      return done;
    } catch (error) {
      setFault({ pair: group.pairs[0]?.id, problem: asProblem(error) });
      return undefined;
    }
  };

  const merge = async (group: Group, body: MergeIn) => {
    const isWhole = body.members.length === group.members.length;
    const merges = await decide(group, isWhole, () => decisions.merge(body));
    if (!merges) return;
    const [first] = merges;
    if (!first) {
      toastDone(`${namesOf(group.members)}: one person`, {
        detail: "HubSpot’s contact becomes the counterpart of the one that is here, next.",
      });
      return;
    }
    const takeBack = async () => {
      // Each is undone as the book was when it was made: the last one first.
      for (const { id } of [...merges].reverse()) await decisions.undo(id);
      // An undone merge means that they are two; here it means that nothing is decided.
      await decisions.reopen(pairsAmong(group, body.members));
      onGo(group.pairs[0]?.id);
    };
    toastDone(`${plural(merges.length + 1, "contact")} are one now: ${first.name}`, {
      detail: first.hubspot_words,
      ...remember(takeBack),
    });
  };

  const reject = async (group: Group, pairs: number[]) => {
    const isWhole = pairs.length === group.pairs.length;
    const done = await decide(group, isWhole, () => decisions.reject(pairs));
    if (!done) return;
    const takeBack = async () => {
      await decisions.reopen(done.pairs);
      onGo(done.pairs[0]);
    };
    toastDone(`${namesOf(group.members)}: not the same person`, {
      detail: "They are not proposed again.",
      ...remember(takeBack),
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
