import { Braces, Download, Table } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Menu, MenuContent, MenuItem, MenuLabel, MenuTrigger } from "@/components/ui/menu";
import { type EventQuery, exportAddress } from "./queries";

const FORMATS = [
  { format: "csv", label: "CSV, for a spreadsheet", icon: Table },
  { format: "ndjson", label: "JSON, a line each", icon: Braces },
] as const;

interface ExportMenuProps {
  tenant: string;
  query: EventQuery;
}

/** The log as a file, narrowed as it is shown: however long it is, the browser saves it while the server writes it. */
export function ExportMenu({ tenant, query }: ExportMenuProps) {
  const isNarrowed = Object.keys(query).length > 0;
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button>
          <Download aria-hidden /> Export
        </Button>
      </MenuTrigger>
      <MenuContent align="end">
        <MenuLabel>{isNarrowed ? "What the filters leave" : "The whole log"}</MenuLabel>
        {FORMATS.map(({ format, label, icon: Icon }) => (
          <MenuItem key={format} asChild>
            <a href={exportAddress(tenant, query, format)} download>
              <Icon aria-hidden /> {label}
            </a>
          </MenuItem>
        ))}
      </MenuContent>
    </Menu>
  );
}
