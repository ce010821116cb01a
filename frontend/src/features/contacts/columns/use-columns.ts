import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useMedia } from "@/lib/use-media";
import { fieldListQuery, readOnlyFieldsQuery } from "../queries";
import { type ColumnChoice, choice, DEFAULTS, resized } from "./column-choices";
import { useKeptColumns } from "./column-store";
import { type Column, columnsFrom, fieldsOf, layoutOf } from "./columns";

export interface ColumnsApi {
  choices: ColumnChoice[];
  columns: Column[];
  /** What to ask the server for. */
  fields: string[];
  layout: ReturnType<typeof layoutOf>;
  /** Something was chosen on this device that no view holds. */
  isOwn: boolean;
  change: (choices: ColumnChoice[]) => void;
  /** As the view has them, or as everybody begins. */
  reset: () => void;
  /** While a border is being pulled; kept when it is let go of. */
  pull: (field: string, width: number) => void;
  letGo: () => void;
}

const NONE: ReadonlySet<string> = new Set();

function useDefaults(): ColumnChoice[] {
  const lg = useMedia("(min-width: 64rem)");
  const xl = useMedia("(min-width: 80rem)");
  const xxl = useMedia("(min-width: 96rem)");
  return useMemo(() => {
    const fits = { lg, xl, "2xl": xxl };
    return DEFAULTS.filter(({ from }) => from === undefined || fits[from]).map(({ field }) => choice(field));
  }, [lg, xl, xxl]);
}

/** The columns in force: chosen here, else the view's, else those that fit. */
export function useColumns(
  tenant: string,
  view: string | undefined,
  ofView: ColumnChoice[] | undefined,
): ColumnsApi {
  const { kept, keep } = useKeptColumns(tenant, view);
  const defaults = useDefaults();
  const { data: known } = useQuery(fieldListQuery(tenant));
  const { data: readOnly = NONE } = useQuery(readOnlyFieldsQuery(tenant));
  const [pulled, setPulled] = useState<{ field: string; width: number } | undefined>();
  // The same columns for the same words, or every drawing would be a new list.
  const viewed = JSON.stringify(ofView?.length ? ofView : null);
  const said = useMemo(
    () => kept ?? (JSON.parse(viewed) as ColumnChoice[] | null) ?? undefined,
    [kept, viewed],
  );
  const chosen = said ?? defaults;
  // Also those that do not fit now: a wider window asks nothing anew.
  const fields = useMemo(() => fieldsOf(said ?? DEFAULTS), [said]);
  const columns = useMemo(() => columnsFrom(chosen, known, readOnly), [chosen, known, readOnly]);
  const layout = useMemo(() => {
    const widths = pulled ? resized(columns, pulled.field, pulled.width) : columns;
    return layoutOf(columns.map((column, at) => ({ ...column, width: widths[at]?.width ?? null })));
  }, [columns, pulled]);

  return {
    choices: chosen,
    columns,
    fields,
    layout,
    isOwn: kept !== undefined,
    change: keep,
    reset: () => keep(undefined),
    pull: (field, width) => setPulled({ field, width }),
    letGo: () => {
      if (pulled) keep(resized(chosen, pulled.field, pulled.width));
      setPulled(undefined);
    },
  };
}
