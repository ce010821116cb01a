import { Download, RefreshCw, RotateCcw, SquarePen, Trash2, X } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Menu, MenuContent, MenuItem, MenuLabel, MenuTrigger } from "@/components/ui/menu";
import { formatCount, plural } from "@/lib/format";
import { asProblem } from "@/lib/problem";
import { saveFile } from "@/lib/save-file";
import { toastDone, toastFailed } from "@/lib/toast";
import { FORMATS } from "../export-menu";
import type { ContactFilters, FileFormat, Shown } from "../queries";
import { BulkDialog } from "./bulk-dialog";
import { type BulkAct, type Chosen, readChosen, useBulkActions } from "./queries";
import { MOST_NAMED } from "./selection";
import type { SelectionApi } from "./use-selection";

interface BulkBarProps {
  tenant: string;
  api: SelectionApi;
  filters: ContactFilters;
  /** What a file of them holds: the columns of the list. */
  shown: Shown;
  total: number;
  canEdit: boolean;
}

/** How many are chosen, and what can be done with them. */
export function BulkBar({ tenant, api, filters, shown, total, canEdit }: BulkBarProps) {
  const [act, setAct] = useState<BulkAct | undefined>();
  const [isExporting, setExporting] = useState(false);
  const { resync } = useBulkActions(tenant);
  const { selection, size, loaded } = api;
  const chosen: Chosen = selection.all
    ? { filters, except: [...selection.except] }
    : { ids: [...selection.ids] };
  const isTooMany = !selection.all && size > MOST_NAMED;

  const askAgain = async () => {
    try {
      const count = await resync(chosen);
      toastDone(`${plural(count, "contact is", "contacts are")} looked at again`);
      api.clear();
    } catch (error) {
      toastFailed("Nothing was started", { detail: asProblem(error).detail });
    }
  };

  const takeAlong = async (format: FileFormat) => {
    setExporting(true);
    try {
      const { content, name } = await readChosen(tenant, chosen, shown, format);
      saveFile(content, name);
    } catch (error) {
      toastFailed("No file was made", { detail: asProblem(error).detail });
    } finally {
      setExporting(false);
    }
  };

  return (
    <section
      aria-label="Chosen contacts"
      className="appear absolute inset-x-0 bottom-9 z-20 mx-auto flex w-fit max-w-full flex-wrap items-center gap-x-1.5 gap-y-1 rounded-xl border border-line-strong bg-surface p-1.5 pl-3.5 text-sm shadow-high max-md:bottom-2"
    >
      <p role="status" className="font-semibold tabular-nums">
        {formatCount(size)} chosen
      </p>
      {!selection.all && loaded === true && total > size && (
        <Button kind="quiet" size="sm" onClick={api.chooseAll}>
          Choose all {formatCount(total)} that match
        </Button>
      )}
      <span aria-hidden className="mx-1 h-5 w-px bg-line-strong" />
      {canEdit &&
        !isTooMany &&
        (filters.deleted ? (
          <Button kind="quiet" size="sm" onClick={() => setAct("restore")}>
            <RotateCcw aria-hidden /> Restore
          </Button>
        ) : (
          <>
            <Button kind="quiet" size="sm" onClick={() => setAct("edit")}>
              <SquarePen aria-hidden /> Edit field…
            </Button>
            <Button kind="quiet" size="sm" onClick={() => void askAgain()}>
              <RefreshCw aria-hidden /> Resync
            </Button>
            <Button kind="quiet" size="sm" className="text-bad-ink" onClick={() => setAct("delete")}>
              <Trash2 aria-hidden /> Delete
            </Button>
          </>
        ))}
      {!isTooMany && (
        <Menu>
          <MenuTrigger asChild>
            <Button kind="quiet" size="sm" busy={isExporting}>
              {!isExporting && <Download aria-hidden />} Export
            </Button>
          </MenuTrigger>
          <MenuContent side="top">
            <MenuLabel>{plural(size, "contact")}, columns as shown</MenuLabel>
            {FORMATS.map(({ format, label, icon: Icon }) => (
              <MenuItem key={format} onSelect={() => void takeAlong(format)}>
                <Icon aria-hidden /> {label}
              </MenuItem>
            ))}
          </MenuContent>
        </Menu>
      )}
      <Button kind="quiet" size="icon-sm" aria-label="Choose none" onClick={api.clear}>
        <X aria-hidden />
      </Button>
      {act && (
        <BulkDialog
          tenant={tenant}
          act={act}
          chosen={chosen}
          size={size}
          onClose={() => setAct(undefined)}
          onDone={() => {
            setAct(undefined);
            api.clear();
          }}
        />
      )}
    </section>
  );
}
