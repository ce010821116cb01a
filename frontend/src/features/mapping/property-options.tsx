import type { ComboboxOption } from "@/components/ui/combobox";
import type { FieldDefinition, PropertyOut } from "./queries";
import { byLikeness, canMeet } from "./rules";

/** HubSpot's properties as a list to choose from, the likeliest first, each with what speaks against it. */
export function propertyOptions(
  properties: PropertyOut[],
  field: Pick<FieldDefinition, "name" | "label" | "kind">,
  used: Map<string, string>,
): ComboboxOption[] {
  return byLikeness(properties, field).map((property) => {
    const by = used.get(property.name);
    const isOthers = by !== undefined && by !== field.label;
    const notes = [
      property.type,
      !property.writable && "read-only",
      isOthers && `used by ${by}`,
      !canMeet(field.kind, property.kind) && "cannot hold it",
    ].filter(Boolean);
    return {
      value: property.name,
      label: property.label,
      code: property.name,
      note: notes.join(" · "),
    };
  });
}
