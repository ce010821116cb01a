import { useCallback, useRef, useState } from "react";
import { asProblem } from "@/lib/problem";
import {
  type ContactOut,
  type ContactRow,
  useContactActions,
  useListCache,
  useWaitingEdits,
} from "./queries";

/** A value somebody gave a cell, until it is saved, or taken back with the reason. */
export interface CellEdit {
  row: ContactRow;
  field: string;
  /** What was there when the edit began, and what was given instead. */
  base: string | null;
  value: string | null;
  state: "saving" | "refused" | "stale";
  reason?: string;
  /** What somebody else saved first. */
  theirs?: string | null;
}

export type RowEdits = Readonly<Record<string, CellEdit>>;

export interface CellEditsApi {
  ofRow: (row: ContactRow) => RowEdits | undefined;
  shownIn: (row: ContactRow, field: string) => string | null;
  save: (row: ContactRow, field: string, value: string | null) => void;
  /** Takes the cell as it is now: theirs, or what was there. */
  drop: (edit: CellEdit) => void;
  saveMine: (edit: CellEdit) => void;
  /** The refusal to be told at its cell. */
  told: CellEdit | undefined;
  tell: (edit: CellEdit | undefined) => void;
}

const valueIn = (contact: ContactOut, field: string): string | null =>
  contact.fields.find(({ name }) => name === field)?.loanark ?? null;

/**
 * Saving cell by cell. What is typed is shown at once; a row's saves go one after the other, since each names the
 * version the one before made. A refusal puts the old value back and says why, where it happened.
 */
export function useCellEdits(tenant: string): CellEditsApi {
  const [edits, setEdits] = useState<Readonly<Record<string, RowEdits>>>({});
  const [told, tell] = useState<CellEdit | undefined>();
  const { edit: send, contactNow } = useContactActions(tenant);
  const showInList = useListCache(tenant);
  const waiting = useWaitingEdits(tenant);
  const versions = useRef(new Map<string, number>());
  const queues = useRef(new Map<string, Promise<void>>());

  const put = useCallback((edit: CellEdit) => {
    setEdits((before) => ({ ...before, [edit.row.id]: { ...before[edit.row.id], [edit.field]: edit } }));
    if (edit.state !== "saving") tell(edit);
  }, []);
  const drop = useCallback(({ row, field }: CellEdit) => {
    setEdits((before) => {
      const { [field]: _, ...others } = before[row.id] ?? {};
      return { ...before, [row.id]: others };
    });
    tell((now) => (now?.row.id === row.id && now.field === field ? undefined : now));
  }, []);

  async function sendOne(edit: CellEdit, version: number): Promise<void> {
    const { row, field, value } = edit;
    const contact = await send(row.id, { [field]: value }, version);
    if (!contact) return drop(edit); // It waits for the network: shown as such, below.
    versions.current.set(row.id, contact.version);
    showInList(contact);
    drop(edit);
  }

  /** Somebody saved first. Where they left this field alone, ours goes on top of theirs. */
  async function afterOthers(edit: CellEdit): Promise<void> {
    const contact = await contactNow(edit.row.id);
    versions.current.set(edit.row.id, contact.version);
    showInList(contact);
    const theirs = valueIn(contact, edit.field);
    if (theirs === edit.value) drop(edit);
    else if (theirs === edit.base) await sendOne(edit, contact.version);
    else put({ ...edit, state: "stale", theirs });
  }

  async function carry(edit: CellEdit): Promise<void> {
    const version = Math.max(versions.current.get(edit.row.id) ?? 0, edit.row.version);
    try {
      await sendOne(edit, version).catch((error: unknown) => {
        if (asProblem(error).code !== "stale") throw error;
        return afterOthers(edit);
      });
    } catch (error) {
      const { fields, detail, title } = asProblem(error);
      put({ ...edit, state: "refused", reason: fields[0]?.message ?? detail ?? title });
    }
  }

  function queue(edit: CellEdit): void {
    put({ ...edit, state: "saving" });
    const before = queues.current.get(edit.row.id) ?? Promise.resolve();
    queues.current.set(
      edit.row.id,
      before.then(() => carry(edit)),
    );
  }

  function ofRow(row: ContactRow): RowEdits | undefined {
    const kept = waiting.find(({ id, state }) => id === row.id && state === "waiting");
    if (!kept) return edits[row.id];
    const offline = Object.entries(kept.values).map(([field, value]): [string, CellEdit] => [
      field,
      { row, field, base: kept.base[field] ?? null, value, state: "saving" },
    ]);
    return { ...Object.fromEntries(offline), ...edits[row.id] };
  }

  /** What the cell shows: what is being saved, or what the row holds. */
  function shownIn(row: ContactRow, field: string): string | null {
    const edit = ofRow(row)?.[field];
    return edit?.state === "saving" ? edit.value : (row.values?.[field] ?? null);
  }

  return {
    ofRow,
    shownIn,
    save: (row, field, given) => {
      const value = given?.trim() || null;
      const base = shownIn(row, field);
      if (value === base) return;
      queue({ row, field, base, value, state: "saving" });
    },
    drop,
    // The version is the one in which theirs was seen.
    saveMine: (edit) => {
      queue({ ...edit, base: edit.theirs ?? null });
      tell(undefined);
    },
    told,
    tell,
  };
}
