import {
  ArrowDown,
  ArrowLeft,
  ArrowRight,
  ArrowUp,
  EyeOff,
  type LucideIcon,
  Pin,
  PinOff,
  UnfoldHorizontal,
} from "lucide-react";
import { Kbd } from "@/components/ui/kbd";
import { MenuContent, MenuItem, MenuSeparator } from "@/components/ui/menu";
import { SORTS } from "../filters";
import type { ContactSort } from "../queries";
import { canMove, movedBy, NAME, pinnedAs, resized, withColumn } from "./column-choices";
import type { Column } from "./columns";
import type { ColumnsApi } from "./use-columns";

interface ColumnMenuProps {
  column: Column;
  api: ColumnsApi;
  onSort: (sort: ContactSort) => void;
}

/** Everything that can be done to a column. */
export function ColumnMenu({ column, api, onSort }: ColumnMenuProps) {
  const { field, sorts, pinned, width } = column;
  const { choices, change } = api;
  const isName = field === NAME;
  return (
    <MenuContent align="end" className="w-60">
      {sorts && (
        <>
          {sorts.map((sort) => (
            <Item key={sort} icon={sort.startsWith("-") ? ArrowDown : ArrowUp} onSelect={() => onSort(sort)}>
              {SORTS.find(({ value }) => value === sort)?.label ?? "Sort, oldest change first"}
            </Item>
          ))}
          <MenuSeparator />
        </>
      )}
      {!isName && (
        <>
          <Item
            icon={ArrowLeft}
            keys="Ctrl ←"
            disabled={!canMove(choices, field, -1)}
            onSelect={() => change(movedBy(choices, field, -1))}
          >
            Move left
          </Item>
          <Item
            icon={ArrowRight}
            keys="Ctrl →"
            disabled={!canMove(choices, field, 1)}
            onSelect={() => change(movedBy(choices, field, 1))}
          >
            Move right
          </Item>
          <Item icon={pinned ? PinOff : Pin} onSelect={() => change(pinnedAs(choices, field, !pinned))}>
            {pinned ? "Unpin" : "Pin to the left"}
          </Item>
        </>
      )}
      <Item
        icon={UnfoldHorizontal}
        keys="⇧ ← →"
        disabled={width === null}
        onSelect={() => change(resized(choices, field, null))}
      >
        Width as it fits
      </Item>
      {!isName && (
        <>
          <MenuSeparator />
          <Item icon={EyeOff} onSelect={() => change(withColumn(choices, field, false))}>
            Hide column
          </Item>
        </>
      )}
    </MenuContent>
  );
}

interface ItemProps {
  icon: LucideIcon;
  keys?: string;
  disabled?: boolean;
  onSelect: () => void;
  children: string;
}

function Item({ icon: Icon, keys, disabled = false, onSelect, children }: ItemProps) {
  return (
    <MenuItem disabled={disabled} onSelect={onSelect}>
      <Icon aria-hidden />
      <span className="flex-1">{children}</span>
      {keys && <Kbd>{keys}</Kbd>}
    </MenuItem>
  );
}
