import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/card";
import type { UnmappedField } from "./queries";

interface UnmappedProps {
  fields: UnmappedField[];
  onMap: ((field: string) => void) | null;
}

/** Fields that only LoanArk has, and why. */
export function Unmapped({ fields, onMap }: UnmappedProps) {
  if (fields.length === 0) return null;
  return (
    <Panel title="In LoanArk only" bodyClassName="p-0">
      <ul className="grid lg:grid-cols-2">
        {fields.map(({ field, label, reason }) => (
          <li key={field} className="flex items-center gap-3 border-b px-4 py-2 text-sm last:border-b-0">
            <span className="min-w-0 flex-1">
              <span className="block font-medium">{label}</span>
              <span className="block text-muted text-xs">{reason}</span>
            </span>
            {onMap && (
              <Button size="sm" aria-label={`Map ${label}`} onClick={() => onMap(field)}>
                Map
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
