import { humanise } from "@/lib/format";
import type { ContactSort, FieldDefinition, FieldOut } from "../queries";
import { type ColumnChoice, NAME } from "./column-choices";

/** A column as the list draws it. */
export interface Column extends ColumnChoice {
  label: string;
  /** What a cell of it holds; null where it is no field of the contact: the name, its state, its times. */
  def: Pick<FieldOut, "name" | "kind" | "options" | "label"> | null;
  /** The sorts its heading switches between, the first on the first click. */
  sorts?: [ContactSort, ContactSort];
  /** In pixels. */
  least: number;
  share: number;
  isEditable: boolean;
  isNumber: boolean;
}

interface BuiltIn {
  label: string;
  least: number;
  share: number;
  sorts?: [ContactSort, ContactSort];
}

/** Columns that are no single field. */
export const BUILT_IN: Record<string, BuiltIn> = {
  [NAME]: { label: "Name", least: 212, share: 1.3, sorts: ["lastname", "-lastname"] },
  sync: { label: "Sync", least: 150, share: 1.4 },
  created_at: { label: "Created", least: 132, share: 0.4, sorts: ["-created_at", "created_at"] },
  updated_at: { label: "Changed", least: 112, share: 0.4, sorts: ["-updated_at", "updated_at"] },
};

const LEAST: Partial<Record<FieldOut["kind"], number>> = {
  email: 196,
  phone: 142,
  decimal: 118,
  boolean: 104,
  date: 122,
  instant: 168,
  enum_set: 160,
};

export function columnsFrom(
  choices: ColumnChoice[],
  fields: FieldDefinition[] | undefined,
  readOnly: ReadonlySet<string>,
): Column[] {
  return choices.flatMap((choice): Column[] => {
    const builtIn = BUILT_IN[choice.field];
    if (builtIn) return [{ ...choice, ...builtIn, def: null, isEditable: false, isNumber: false }];
    const field = fields?.find(({ name }) => name === choice.field);
    if (fields && !field) return []; // It was of a field that is gone.
    const kind = field?.kind ?? "text";
    return [
      {
        ...choice,
        label: field?.label ?? humanise(choice.field),
        def: {
          name: choice.field,
          kind,
          label: field?.label ?? humanise(choice.field),
          options: (field?.options ?? []).map(({ value, label }) => ({ value, label: label || value })),
        },
        least: LEAST[kind] ?? 130,
        share: kind === "email" ? 1.4 : kind === "text" ? 1 : 0.6,
        isEditable: field !== undefined && !field.archived_at && !readOnly.has(choice.field),
        isNumber: kind === "decimal",
      },
    ];
  });
}

/** The column of the boxes that choose rows. */
const BOX = 40;

interface Layout {
  /** For `grid-template-columns`. */
  template: string;
  /** The least the whole is wide. */
  least: number;
  /** Where each pinned column stands, from the left; undefined where it is not pinned. */
  lefts: (number | undefined)[];
  /** How much on the left stays. */
  pinned: number;
}

/** What stays has a width of its own, or the next would not know where to stand. */
export const widthOf = ({ width, pinned, least }: Column): number | null => width ?? (pinned ? least : null);

export function layoutOf(columns: Column[]): Layout {
  let pinned = BOX;
  const lefts = columns.map((column) => {
    if (!column.pinned) return undefined;
    const left = pinned;
    pinned += widthOf(column) ?? 0;
    return left;
  });
  const tracks = columns.map((column) => {
    const width = widthOf(column);
    return width === null ? `minmax(${column.least}px,${column.share}fr)` : `${width}px`;
  });
  // All of them measured, and room left over: it is nobody's, at the end.
  const rest = columns.some((column) => widthOf(column) === null) ? "" : " minmax(0,1fr)";
  return {
    template: `${BOX}px ${tracks.join(" ")}${rest}`,
    least: BOX + columns.reduce((sum, column) => sum + (widthOf(column) ?? column.least), 0),
    lefts,
    pinned,
  };
}

/** What to ask the server for: in an order of its own, so that moving a column asks nothing anew. */
export function fieldsOf(choices: { field: string }[]): string[] {
  const shown = choices.map(({ field }) => field).filter((field) => !(field in BUILT_IN));
  return [...new Set(["firstname", "lastname", "email", ...shown])].sort();
}
