/** What the address of the mapping's page says: which part, which field is open, what is looked for. */
export interface MappingSearch {
  view?: "versions" | "custom-fields";
  field?: string;
  /** A field that is to be mapped. */
  add?: string;
  find?: string;
  show?: "changed" | "care" | "one-way";
  /** Two versions that are compared. */
  from?: number;
  to?: number;
}

const VIEWS = ["versions", "custom-fields"] as const;
const SHOWN = ["changed", "care", "one-way"] as const;

const oneOf = <T extends string>(known: readonly T[], value: unknown) => known.find((one) => one === value);

function version(value: unknown): number | undefined {
  const number = Number(value);
  return Number.isInteger(number) && number > 0 ? number : undefined;
}

const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);

export function parseMappingSearch(search: Record<string, unknown>): MappingSearch {
  const parsed = {
    view: oneOf(VIEWS, search.view),
    field: text(search.field),
    add: text(search.add),
    find: text(search.find),
    show: oneOf(SHOWN, search.show),
    from: version(search.from),
    to: version(search.to),
  };
  return Object.fromEntries(Object.entries(parsed).filter(([, value]) => value !== undefined));
}
