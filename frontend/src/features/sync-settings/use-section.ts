import { useState } from "react";
import { asProblem } from "@/lib/problem";
import { toastDone } from "@/lib/toast";
import { type SyncSettingsOut, useChangeSettings } from "./queries";

type Choices = Omit<SyncSettingsOut, "paused">;

/** Some settings as they are being changed: saved together, with an undo. */
export function useSection<K extends keyof Choices>(
  tenant: string,
  settings: SyncSettingsOut,
  keys: readonly K[],
) {
  const [typed, setTyped] = useState<Partial<Pick<Choices, K>>>({});
  const change = useChangeSettings(tenant);
  const pick = (source: Pick<Choices, K>) =>
    Object.fromEntries(keys.map((key) => [key, source[key]])) as Pick<Choices, K>;
  const saved = pick(settings);
  const values = { ...saved, ...typed };
  const isDirty = keys.some((key) => values[key] !== saved[key]);
  const problem = change.isError ? asProblem(change.error) : undefined;
  const put = (body: Pick<Choices, K>) => change.mutateAsync({ path: { tenant }, body });
  return {
    values,
    isDirty,
    isSaving: change.isPending,
    problem,
    fault: (key: K) => problem?.fields.find(({ field }) => field === key)?.message,
    set: (next: Partial<Pick<Choices, K>>) => setTyped((before) => ({ ...before, ...next })),
    discard: () => {
      setTyped({});
      change.reset();
    },
    save: (title: string) =>
      void put(values).then(
        () => {
          setTyped({});
          toastDone(title, {
            undo: () =>
              void put(saved).then(
                () => toastDone("As it was before"),
                () => undefined, // Told beside the form.
              ),
          });
        },
        () => undefined, // Told beside the form.
      ),
  };
}

export type SectionState = Pick<
  ReturnType<typeof useSection<never>>,
  "isDirty" | "isSaving" | "problem" | "discard" | "save"
>;
