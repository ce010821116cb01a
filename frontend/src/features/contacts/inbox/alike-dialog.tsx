import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { ErrorState } from "@/components/ui/error-state";
import { SIDE_NAMES, SideBadge } from "@/components/ui/side";
import { Skeleton } from "@/components/ui/skeleton";
import { cn } from "@/lib/cn";
import { formatCount } from "@/lib/format";
import { showValue } from "../field-value";
import { alikeQuery, type ConflictOut, type Winner } from "./queries";

interface AlikeDialogProps {
  tenant: string;
  conflict: ConflictOut;
  isBusy: boolean;
  onClose: () => void;
  /** `sameAs`: only those with this one's pair of values. */
  onDecide: (winner: Winner, sameAs: number | null, expected: number) => void;
}

/** Many at once: how many it is about and some of them are seen before anything is decided. */
export function AlikeDialog({ tenant, conflict, isBusy, onClose, onDecide }: AlikeDialogProps) {
  const [isSame, setSame] = useState(false);
  const { data, error, refetch } = useQuery(alikeQuery(tenant, conflict.id, isSame));
  const count = data && (isSame ? data.same_values : data.same_field);
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Decide ${conflict.label} for all like this`}
      description="One decision for each of them, and one undo for all."
    >
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton className="h-56 w-full" />}
      {data && (
        <>
          <fieldset className="mb-3 grid gap-1">
            <legend className="sr-only">Which ones</legend>
            <Choice isOn={!isSame} count={data.same_field} onChoose={() => setSame(false)}>
              Everything that waits about {conflict.label}
            </Choice>
            <Choice isOn={isSame} count={data.same_values} onChoose={() => setSame(true)}>
              Only with these two values: {quoted(conflict, "hubspot")} and {quoted(conflict, "loanark")}
            </Choice>
          </fieldset>
          <Preview examples={data.examples} count={count ?? 0} />
        </>
      )}
      <DialogActions>
        {(["hubspot", "loanark"] as const).map((side) => (
          <Button
            key={side}
            disabled={!count}
            busy={isBusy}
            onClick={() => count && onDecide(side, isSame ? conflict.id : null, count)}
          >
            Use {SIDE_NAMES[side]}’s for {formatCount(count ?? 0)}
          </Button>
        ))}
      </DialogActions>
    </Dialog>
  );
}

const quoted = (conflict: ConflictOut, side: Winner) => {
  const shown = showValue(conflict, conflict[side]);
  return shown ? `“${shown}”` : "empty";
};

interface ChoiceProps {
  isOn: boolean;
  count: number;
  onChoose: () => void;
  children: React.ReactNode;
}

function Choice({ isOn, count, onChoose, children }: ChoiceProps) {
  return (
    <label
      className={cn(
        "flex min-h-9 pointer-coarse:min-h-11 items-center gap-3 rounded-md border px-3 py-1.5 text-sm",
        isOn ? "border-ink bg-sunken" : "hover:bg-hover",
      )}
    >
      <input type="radio" name="alike" checked={isOn} onChange={onChoose} className="size-4 accent-ink" />
      <span className="min-w-0 flex-1 break-words">{children}</span>
      <span className="font-semibold tabular-nums">{formatCount(count)}</span>
    </label>
  );
}

function Preview({ examples, count }: { examples: ConflictOut[]; count: number }) {
  return (
    <div className="mb-4">
      <table className="w-full table-fixed text-sm">
        <caption className="sr-only">Some of those that would be decided</caption>
        <thead>
          <tr className="h-8 border-b text-left text-muted text-xs">
            <th scope="col" className="w-[34%] font-medium">
              Contact
            </th>
            <th scope="col">
              <SideBadge side="hubspot" />
            </th>
            <th scope="col">
              <SideBadge side="loanark" />
            </th>
          </tr>
        </thead>
        <tbody>
          {examples.map((one) => (
            <tr key={one.id} className="border-line/70 border-b align-baseline">
              <th scope="row" className="truncate py-1.5 pr-2 text-left font-medium">
                {one.contact_name}
              </th>
              {(["hubspot", "loanark"] as const).map((side) => (
                <td key={side} className="break-words py-1.5 pr-2">
                  {showValue(one, one[side]) || <em className="text-ink-2">empty</em>}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {count > examples.length && (
        <p className="mt-2 text-muted text-xs">and {formatCount(count - examples.length)} more</p>
      )}
    </div>
  );
}
