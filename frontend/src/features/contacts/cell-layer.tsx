import { Popover } from "radix-ui";
import { type ReactNode, useId, useState } from "react";
import { Button } from "@/components/ui/button";
import type { Column } from "./columns/columns";
import { FieldInput } from "./field-input";
import { formSchema } from "./field-schema";
import { showValue } from "./field-value";
import type { CellEdit } from "./use-cell-edits";

interface CellPopoverProps {
  cell: HTMLElement;
  label: string;
  isOver?: boolean;
  onClose: () => void;
  onOutside?: () => void;
  /** Takes the focus itself. */
  onOpen?: () => void;
  children: ReactNode;
}

function CellPopover({
  cell,
  label,
  isOver = false,
  onClose,
  onOutside,
  onOpen,
  children,
}: CellPopoverProps) {
  return (
    <Popover.Root open onOpenChange={(open) => !open && onClose()}>
      <Popover.Anchor virtualRef={{ current: cell }} />
      <Popover.Portal>
        <Popover.Content
          align="start"
          side="bottom"
          sideOffset={isOver ? -cell.offsetHeight + 1 : 4}
          collisionPadding={8}
          avoidCollisions={!isOver}
          aria-label={label}
          onInteractOutside={onOutside}
          // The focus goes back to the list after a save, perhaps later than the answer: a refusal stays in view.
          onFocusOutside={(event) => !isOver && event.preventDefault()}
          onOpenAutoFocus={(event) => {
            if (!onOpen) return;
            event.preventDefault();
            onOpen();
          }}
          onCloseAutoFocus={(event) => event.preventDefault()}
          onKeyDown={(event) => event.stopPropagation()}
          className="z-50 rounded-md border border-field-line bg-surface p-0.5 text-sm shadow-high"
          style={{ minWidth: Math.max(cell.offsetWidth, 168), maxWidth: "min(24rem, calc(100vw - 1rem))" }}
        >
          {children}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

export type Leaving = "stay" | "next" | "previous";

interface CellEditorProps {
  cell: HTMLElement;
  column: Column;
  value: string | null;
  /** What was typed on the cell: it replaces the value. */
  typed: string | undefined;
  onSave: (value: string, leaving: Leaving) => void;
  onCancel: () => void;
}

/** Lies on the cell it edits. Enter saves, Tab saves and goes on, Escape leaves it as it was. */
export function CellEditor({ cell, column, value, typed, onSave, onCancel }: CellEditorProps) {
  const id = useId();
  const { def } = column;
  const isText = def !== null && !["boolean", "enum", "enum_set"].includes(def.kind);
  const [draft, setDraft] = useState(isText && def?.kind !== "date" ? (typed ?? value ?? "") : (value ?? ""));
  const [fault, setFault] = useState<string | undefined>();
  const isSet = def?.kind === "enum_set";

  const begin = () => {
    const input = document.getElementById(id);
    input?.focus();
    if (input instanceof HTMLInputElement && typed === undefined && input.type !== "date") input.select();
  };

  if (!def) return null;
  const save = (next: string, leaving: Leaving) => {
    const checked = formSchema([def]).safeParse({ [def.name]: next });
    if (checked.success) onSave(next, leaving);
    else setFault(checked.error.issues[0]?.message ?? "Not valid.");
  };
  return (
    <CellPopover
      cell={cell}
      label={`Edit ${def.label}`}
      isOver
      onOpen={begin}
      onClose={onCancel}
      onOutside={() => save(draft, "stay")}
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: it hears the keys of the control within */}
      <div
        onKeyDown={(event) => {
          const leaving = event.key === "Tab" ? (event.shiftKey ? "previous" : "next") : "stay";
          if (event.key !== "Tab" && !(event.key === "Enter" && isText)) return;
          event.preventDefault();
          save(draft, leaving);
        }}
      >
        <FieldInput
          field={def}
          value={draft}
          isOpen
          onChange={(next) => {
            setDraft(next);
            setFault(undefined);
            if (!isText && !isSet) save(next, "stay");
          }}
          control={{
            id,
            "aria-label": def.label,
            "aria-invalid": fault ? true : undefined,
            "aria-describedby": fault ? `${id}-fault` : undefined,
          }}
        />
        {fault && (
          <p id={`${id}-fault`} role="alert" className="px-2 py-1.5 text-bad-ink text-xs">
            {fault}
          </p>
        )}
        {isSet && (
          <div className="flex justify-end p-1.5">
            <Button size="sm" kind="primary" onClick={() => save(draft, "stay")}>
              Save
            </Button>
          </div>
        )}
      </div>
    </CellPopover>
  );
}

interface CellNoteProps {
  cell: HTMLElement;
  column: Column;
  edit: CellEdit;
  onAgain: () => void;
  onDrop: () => void;
  onMine: () => void;
}

/** Why a cell has its old value again, and what can be done. */
export function CellNote({ cell, column, edit, onAgain, onDrop, onMine }: CellNoteProps) {
  const { def } = column;
  if (!def) return null;
  const shown = (value: string | null | undefined) => showValue(def, value) || "empty";
  const isStale = edit.state === "stale";
  return (
    <CellPopover cell={cell} label={isStale ? "Somebody saved first" : "Not saved"} onClose={onDrop}>
      <div role="alert" className="grid gap-2 p-2.5">
        <p className="font-semibold">{isStale ? "Somebody saved first" : "Not saved"}</p>
        {isStale ? (
          <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1">
            <dt className="text-muted">Theirs</dt>
            <dd className="break-words">{shown(edit.theirs)}</dd>
            <dt className="text-muted">Yours</dt>
            <dd className="break-words">{shown(edit.value)}</dd>
          </dl>
        ) : (
          <p className="text-ink-2">
            {edit.reason} <span className="text-muted">You gave “{shown(edit.value)}”.</span>
          </p>
        )}
        <div className="flex justify-end gap-1.5">
          <Button size="sm" kind="quiet" onClick={onDrop}>
            {isStale ? "Keep theirs" : "Leave it"}
          </Button>
          <Button size="sm" kind="primary" onClick={isStale ? onMine : onAgain}>
            {isStale ? "Save mine" : "Edit again"}
          </Button>
        </div>
      </div>
    </CellPopover>
  );
}
