import { Braces, Download, Table } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Menu, MenuContent, MenuItem, MenuLabel, MenuTrigger } from "@/components/ui/menu";
import { type ContactFilters, exportAddress, type Shown } from "./queries";

export const FORMATS = [
  { format: "csv", label: "CSV, for a spreadsheet", icon: Table },
  { format: "ndjson", label: "JSON, a line each", icon: Braces },
] as const;

interface ExportMenuProps {
  tenant: string;
  filters: ContactFilters;
  shown: Shown;
  isNarrowed: boolean;
}

/** The list as a file, filtered as shown, columns as shown: the browser saves it while the server writes it. */
export function ExportMenu({ tenant, filters, shown, isNarrowed }: ExportMenuProps) {
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button aria-label="Export">
          <Download aria-hidden /> <span className="max-xl:sr-only">Export</span>
        </Button>
      </MenuTrigger>
      <MenuContent align="end">
        <MenuLabel>{isNarrowed ? "What the filters leave" : "All contacts"}, columns as shown</MenuLabel>
        {FORMATS.map(({ format, label, icon: Icon }) => (
          <MenuItem key={format} asChild>
            <a href={exportAddress(tenant, filters, shown, format)} download>
              <Icon aria-hidden /> {label}
            </a>
          </MenuItem>
        ))}
      </MenuContent>
    </Menu>
  );
}
