import { Download, FileUp, MoreHorizontal, RefreshCw } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Menu, MenuContent, MenuItem, MenuTrigger } from "@/components/ui/menu";
import { plural } from "@/lib/format";
import { asProblem } from "@/lib/problem";
import { saveFile } from "@/lib/save-file";
import { toastDone, toastFailed } from "@/lib/toast";
import { ImportDialog } from "./import-dialog";
import { readDocument, useMappingActions } from "./queries";

interface DocumentMenuProps {
  tenant: string;
  labels: Map<string, string>;
  canWrite: boolean;
  hasDraft: boolean;
}

/** The mapping as a file, and HubSpot's properties read anew. */
export function DocumentMenu({ tenant, labels, canWrite, hasDraft }: DocumentMenuProps) {
  const [isImporting, setImporting] = useState(false);
  const { refresh } = useMappingActions(tenant);
  const onExport = () =>
    void readDocument(tenant).then(
      ({ version, yaml }) =>
        saveFile(new Blob([yaml], { type: "application/yaml" }), `${tenant}-mapping-v${version}.yaml`),
      (error) => toastFailed(asProblem(error).title, { detail: asProblem(error).detail }),
    );
  const onRefresh = () =>
    refresh.mutate(
      { path: { tenant } },
      {
        onSuccess: ({ property_count, fields }) => {
          const resting = fields.filter(({ paused }) => paused).length;
          toastDone(`${plural(property_count, "property", "properties")} read from HubSpot`, {
            detail: resting ? `${plural(resting, "field rests", "fields rest")}.` : "Every field can go on.",
          });
        },
      },
    );
  return (
    <>
      {canWrite && (
        <Button onClick={onRefresh} busy={refresh.isPending}>
          {!refresh.isPending && <RefreshCw aria-hidden />} Read HubSpot’s properties
        </Button>
      )}
      <Menu>
        <MenuTrigger asChild>
          <Button size="icon" aria-label="The mapping as a file">
            <MoreHorizontal aria-hidden />
          </Button>
        </MenuTrigger>
        <MenuContent align="end">
          <MenuItem onSelect={onExport}>
            <Download aria-hidden /> Export as YAML
          </MenuItem>
          {canWrite && (
            <MenuItem onSelect={() => setImporting(true)} disabled={hasDraft}>
              <FileUp aria-hidden /> Import YAML…
            </MenuItem>
          )}
        </MenuContent>
      </Menu>
      {isImporting && <ImportDialog tenant={tenant} labels={labels} onClose={() => setImporting(false)} />}
    </>
  );
}
