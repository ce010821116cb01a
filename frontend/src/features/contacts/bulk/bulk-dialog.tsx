import { useQuery } from "@tanstack/react-query";
import { ArrowRight } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Progress } from "@/components/ui/progress";
import { Select } from "@/components/ui/select";
import { Stat } from "@/components/ui/stat";
import { formatCount, plural } from "@/lib/format";
import { asProblem } from "@/lib/problem";
import { toastDone, toastFailed } from "@/lib/toast";
import { FieldInput } from "../field-input";
import { fieldListQuery, readOnlyFieldsQuery } from "../queries";
import {
  type BulkAct,
  bulkPlanQuery,
  bulkRunQuery,
  type Chosen,
  type RunOut,
  useBulkActions,
} from "./queries";

const TITLES = { edit: "Edit a field of", delete: "Delete", restore: "Restore", resync: "Resync" };
const DONE = { edit: "changed", delete: "deleted", restore: "restored", resync: "looked at again" };

interface BulkDialogProps {
  tenant: string;
  act: BulkAct;
  chosen: Chosen;
  size: number;
  onClose: () => void;
  onDone: () => void;
}

/** First what would happen, then, on Apply, that and no more; and the way back in the message after it. */
export function BulkDialog({ tenant, act, chosen, size, onClose, onDone }: BulkDialogProps) {
  const { plan, approve, cancel, undo, refresh } = useBulkActions(tenant);
  const [runId, setRunId] = useState<number | undefined>();
  const [isApplied, setApplied] = useState(false);
  const [fault, setFault] = useState<string | undefined>();
  const { data: run } = useQuery({ ...bulkRunQuery(tenant, runId ?? 0), enabled: runId !== undefined });
  const isPlanned = run?.status === "waiting";

  const ask = async (values?: Record<string, string | null>) => {
    setFault(undefined);
    try {
      setRunId((await plan(chosen, act, values)).id);
    } catch (error) {
      const { fields, detail, title } = asProblem(error);
      setFault(fields[0]?.message ?? detail ?? title);
    }
  };
  const begun = useRef(false);
  useEffect(() => {
    if (act === "edit" || begun.current) return;
    begun.current = true;
    void ask();
  });
  const isOver = isApplied && run !== undefined && run.status !== "running" && run.status !== "waiting";
  const told = useRef(false);
  useEffect(() => {
    if (!isOver || told.current || runId === undefined) return;
    told.current = true;
    refresh();
    tellOutcome(run, act, () => void undo(runId).then(tellUndo, () => undefined));
    onDone();
  });
  const leave = () => {
    if (runId !== undefined && !isApplied) void cancel(runId);
    onClose();
  };
  const apply = async () => {
    if (runId === undefined) return;
    try {
      await approve(runId);
      setApplied(true);
    } catch {
      onClose(); // The message says why.
    }
  };

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && leave()}
      title={`${TITLES[act]} ${plural(size, "contact")}`}
      description="Nothing changes before you have seen what would happen."
    >
      {runId === undefined && act === "edit" ? (
        <ChooseValue tenant={tenant} fault={fault} onAsk={ask} onCancel={leave} />
      ) : (
        <div className="grid gap-4">
          {fault && (
            <p role="alert" className="text-bad-ink text-sm">
              {fault}
            </p>
          )}
          {!fault && (!run || run.status === "running") && (
            <div className="grid gap-2 py-4 text-sm">
              <p>{isApplied ? "Being carried out…" : "Looking at what would happen…"}</p>
              <Progress
                label={isApplied ? "Carried out" : "Planned"}
                share={run?.total ? run.done / run.total : null}
              />
            </div>
          )}
          {isPlanned && runId !== undefined && <Plan tenant={tenant} runId={runId} />}
          <DialogActions>
            <Button kind="quiet" onClick={leave}>
              {isApplied ? "Close" : "Cancel"}
            </Button>
            {isPlanned && !isApplied && (
              <Button
                kind={act === "delete" ? "danger" : "primary"}
                disabled={!run.edit?.to_change}
                onClick={() => void apply()}
              >
                Apply to {formatCount(run.edit?.to_change ?? 0)}
              </Button>
            )}
          </DialogActions>
        </div>
      )}
    </Dialog>
  );
}

interface ChooseValueProps {
  tenant: string;
  fault: string | undefined;
  onAsk: (values: Record<string, string | null>) => Promise<void>;
  onCancel: () => void;
}

function ChooseValue({ tenant, fault, onAsk, onCancel }: ChooseValueProps) {
  const { data: fields = [] } = useQuery(fieldListQuery(tenant));
  const { data: readOnly } = useQuery(readOnlyFieldsQuery(tenant));
  const [name, setName] = useState("");
  const [value, setValue] = useState("");
  const [isBusy, setBusy] = useState(false);
  const choices = fields.filter((one) => !one.archived_at && !readOnly?.has(one.name));
  const field = choices.find((one) => one.name === name);
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        setBusy(true);
        void onAsk({ [name]: value.trim() || null }).finally(() => setBusy(false));
      }}
    >
      <Field label="Field">
        {(control) => (
          <Select
            {...control}
            value={name}
            placeholder="Choose a field"
            onValueChange={(next) => {
              setName(next);
              setValue("");
            }}
            options={choices.map((one) => ({ value: one.name, label: one.label }))}
          />
        )}
      </Field>
      {field && (
        <Field label="New value" error={fault} hint="Left empty, the field is emptied.">
          {(control) => (
            <FieldInput
              field={{
                ...field,
                options: field.options.map((one) => ({ value: one.value, label: one.label || one.value })),
              }}
              value={value}
              onChange={setValue}
              control={control}
            />
          )}
        </Field>
      )}
      <DialogActions>
        <Button kind="quiet" onClick={onCancel}>
          Cancel
        </Button>
        <Button type="submit" kind="primary" busy={isBusy} disabled={!field}>
          Preview
        </Button>
      </DialogActions>
    </form>
  );
}

function Plan({ tenant, runId }: { tenant: string; runId: number }) {
  const { data: run } = useQuery(bulkRunQuery(tenant, runId));
  const { data: plan } = useQuery(bulkPlanQuery(tenant, runId));
  const edit = run?.edit;
  if (!edit) return null;
  return (
    <>
      <dl className="grid grid-cols-3 gap-3 rounded-lg border bg-sunken p-3">
        <Stat label="Will change" value={formatCount(edit.to_change)} />
        <Stat label="Already so" value={formatCount(edit.already)} />
        <Stat label="Skipped" value={formatCount(edit.skipped + edit.missing)} />
      </dl>
      <ul aria-label="First contacts of the plan" className="divide-y text-sm">
        {plan?.items.map((one) => (
          <li key={one.seq} className="grid gap-0.5 py-1.5 sm:grid-cols-[10rem_minmax(0,1fr)]">
            <span className="truncate font-medium">{one.name}</span>
            {one.operations.length === 0 || one.state === "skipped" ? (
              <span className="text-muted">{one.reason}</span>
            ) : (
              one.operations.map((operation) => (
                <span key={operation.field} className="flex min-w-0 items-center gap-1.5">
                  <span className="truncate text-muted">{operation.before || "empty"}</span>
                  <ArrowRight className="size-3.5 shrink-0 text-muted" aria-label="becomes" />
                  <span className="truncate">{operation.after || "empty"}</span>
                </span>
              ))
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

/** What was done, not what was planned: some may have changed meanwhile. */
function tellOutcome(run: RunOut, act: BulkAct, undo: () => void): void {
  const { updated_in_loanark: updated = 0, created_in_loanark: made = 0, deleted = 0 } = run.counts;
  const done = `${plural(updated + made + deleted, "contact")} ${DONE[act]}`;
  if (run.status === "succeeded") toastDone(done, { undo });
  else toastFailed(`Not all was carried out: ${done}`, { detail: run.reason ?? undefined, undo });
}

/** The order to put back is accepted; few contacts are put back by then, many while one goes on. */
function tellUndo({ status, reason }: RunOut): void {
  if (status === "succeeded") toastDone("All is put back");
  else if (status === "running")
    toastDone("It is being put back", { detail: "The page Sync tells how far it is." });
  else toastFailed("Not all was put back", { detail: reason ?? undefined });
}
