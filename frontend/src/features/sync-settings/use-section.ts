import { useState } from "react";
import { asProblem } from "@/lib/problem";
import { toastDone } from "@/lib/toast";
import {
  type DuplicateSettingsOut,
  type SyncSettingsOut,
  useChangeDuplicateSettings,
  useChangeSettings,
} from "./queries";

type Choices = Omit<SyncSettingsOut, "paused">;

/** Some settings of the sync as they are being changed. */
export function useSection<K extends keyof Choices>(
  tenant: string,
  settings: SyncSettingsOut,
  keys: readonly K[],
) {
  return useDraft<Pick<Choices, K>>(picked(settings, keys), useChangeSettings(tenant), tenant);
}

/** How duplicates are treated, as it is being changed. */
export function useDuplicateSection<K extends keyof DuplicateChoices>(
  tenant: string,
  settings: DuplicateSettingsOut,
  keys: readonly K[],
) {
  return useDraft<Pick<DuplicateChoices, K>>(
    picked(settings, keys),
    useChangeDuplicateSettings(tenant),
    tenant,
  );
}

type DuplicateChoices = Omit<DuplicateSettingsOut, "defaults">;

const picked = <T, K extends keyof T>(source: T, keys: readonly K[]) =>
  Object.fromEntries(keys.map((key) => [key, source[key]])) as Pick<T, K>;

/** Values of settings are texts, numbers, or few of them by name. */
const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

interface Change<T> {
  mutateAsync: (asked: { path: { tenant: string }; body: T }) => Promise<unknown>;
  isPending: boolean;
  isError: boolean;
  error: unknown;
  reset: () => void;
}

/** Settings that are saved together, with an undo. */
function useDraft<T extends object>(saved: T, change: Change<T>, tenant: string) {
  const [typed, setTyped] = useState<Partial<T>>({});
  const values: T = { ...saved, ...typed };
  const isDirty = (Object.keys(saved) as (keyof T)[]).some((key) => !isSame(values[key], saved[key]));
  const problem = change.isError ? asProblem(change.error) : undefined;
  const put = (body: T) => change.mutateAsync({ path: { tenant }, body });
  return {
    values,
    isDirty,
    isSaving: change.isPending,
    problem,
    fault: (key: keyof T) => problem?.fields.find(({ field }) => field === key)?.message,
    set: (next: Partial<T>) => setTyped((before) => ({ ...before, ...next })),
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
