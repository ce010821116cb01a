import { Columns3 } from "lucide-react";
import { Popover } from "radix-ui";
import { Button } from "@/components/ui/button";
import { Segmented } from "@/components/ui/segmented";
import { DENSITIES, setDensity, useDensity } from "@/lib/density";
import { ColumnPicker } from "./column-picker";
import type { ColumnsApi } from "./use-columns";

/** Which columns there are, in which order: by dragging, by keys, or from the headings. */
export function ColumnsPopover({ tenant, api }: { tenant: string; api: ColumnsApi }) {
  const density = useDensity();
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <Button aria-label="Columns">
          <Columns3 aria-hidden /> <span className="max-xl:sr-only">Columns</span>
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          sideOffset={6}
          collisionPadding={8}
          aria-label="Columns"
          className="appear z-50 flex max-h-[min(34rem,var(--radix-popover-content-available-height))] w-76 flex-col rounded-lg border bg-surface shadow-high"
        >
          <ColumnPicker tenant={tenant} api={api} className="min-h-0 flex-1 overflow-y-auto" />
          {api.isOwn && (
            <div className="flex justify-end border-t p-1.5">
              <Button kind="quiet" size="sm" onClick={api.reset}>
                Back to the view’s columns
              </Button>
            </div>
          )}
          <div className="flex items-center justify-between border-t p-1.5 pl-3 text-sm">
            Rows
            <Segmented label="Rows" value={density} onValueChange={setDensity} options={DENSITIES} />
          </div>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
