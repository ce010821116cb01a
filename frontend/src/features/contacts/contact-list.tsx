import { ArrowUp } from "lucide-react";
import { type ReactNode, useCallback, useMemo, useState } from "react";
import type { Side } from "@/components/ui/side";
import { formatCount } from "@/lib/format";
import { type SelectionApi, useSelection } from "./bulk/use-selection";
import type { ColumnsApi } from "./columns/use-columns";
import { ContactCards } from "./contact-cards";
import { ContactGrid } from "./contact-grid";
import type { ContactRow, ContactSort } from "./queries";
import { useCellEdits } from "./use-cell-edits";
import type { Left } from "./use-grid-place";
import { useSteadyRows } from "./use-steady-rows";

export interface ListProps {
  tenant: string;
  pages: ContactRow[][];
  /** They answer the question before this one. */
  isStandIn: boolean;
  total: number | undefined;
  isEstimate: boolean;
  columns: ColumnsApi;
  side: Side;
  /** The other side's rows by id, where the two are compared. */
  others: Map<string, ContactRow> | undefined;
  canEdit: boolean;
  isPhone: boolean;
  /** These are deleted contacts: they are restored, not edited. */
  isDeleted: boolean;
  sort: ContactSort;
  onSort: (sort: ContactSort) => void;
  onOpen: (contact: ContactRow) => void;
  hasMore: boolean;
  isLoadingMore: boolean;
  onMore: () => void;
  isLoading: boolean;
  isSelecting: boolean;
  onSelecting: (isOn: boolean) => void;
  /** Where to begin: the row somebody came back from. */
  start?: Left | undefined;
  onLeave: (left: Left) => void;
  /** What can be done with those that are chosen. */
  actions: (selection: SelectionApi) => ReactNode;
}

type Holds = Partial<Record<"scrolled" | "pointed" | "focused" | "editing", boolean>>;

/** The list: a grid on a desk, cards on a phone. While somebody is at it, rows do not move. */
export function ContactList(props: ListProps) {
  const { isPhone } = props;
  const [holds, setHolds] = useState<Holds>({});
  const onHold = useCallback(
    (part: keyof Holds, isOn: boolean) =>
      setHolds((before) => ((before[part] ?? false) === isOn ? before : { ...before, [part]: isOn })),
    [],
  );
  const isHeld = Object.values(holds).includes(true);
  const { rows, waiting, show } = useSteadyRows(props.pages, isHeld, props.isStandIn);
  const selection = useSelection(rows, props.total ?? 0);
  const edits = useCellEdits(props.tenant);
  const parts = { ...props, rows, selection, onHold };
  const loaded = useMemo(() => formatCount(rows.length), [rows.length]);

  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      {waiting > 0 && !props.isStandIn && (
        <div className="pointer-events-none absolute inset-x-0 top-11 z-20 flex justify-center max-md:top-1">
          <button
            type="button"
            onClick={() => {
              show();
              document.querySelector("[role=grid]")?.scrollTo({ top: 0 });
            }}
            className="appear pointer-events-auto inline-flex h-8 pointer-coarse:h-11 items-center gap-1.5 rounded-full bg-ink px-3.5 font-medium text-on-ink text-xs shadow-high hover:bg-ink-2"
          >
            <ArrowUp className="size-3.5" aria-hidden />
            {formatCount(waiting)} new or moved – show
          </button>
        </div>
      )}
      {isPhone ? <ContactCards {...parts} /> : <ContactGrid {...parts} edits={edits} />}
      {!isPhone && (
        <p className="pt-1.5 text-2xs text-muted tabular-nums" aria-hidden>
          {props.total !== undefined && rows.length < props.total
            ? `${loaded} of ${props.isEstimate ? "about " : ""}${formatCount(props.total)} loaded; the rest comes as you scroll`
            : "\u00a0"}
        </p>
      )}
      {selection.size > 0 && props.actions(selection)}
      <p role="status" className="sr-only">
        {waiting > 0 ? `${waiting} contacts are new or moved` : ""}
      </p>
    </div>
  );
}
