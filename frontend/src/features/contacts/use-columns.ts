import { useMedia } from "@/lib/use-media";
import { COLUMNS, type Column } from "./columns";

/** The columns that fit, and the grid they stand in. */
export function useColumns(): { columns: Column[]; template: string } {
  const fits = {
    lg: useMedia("(min-width: 64rem)"),
    xl: useMedia("(min-width: 80rem)"),
    "2xl": useMedia("(min-width: 96rem)"),
  };
  const columns = COLUMNS.filter(({ from }) => from === undefined || fits[from]);
  return { columns, template: columns.map(({ width }) => width).join(" ") };
}
