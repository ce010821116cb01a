import { SlidersHorizontal } from "lucide-react";
import { useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { plural } from "@/lib/format";
import { ActiveFilters } from "./active-filters";
import { countFilters } from "./filters";
import { type ListHeadProps, ListSearch, ListTitle, NewContact } from "./list-head";
import { ListSheet } from "./list-sheet";

interface PhoneHeadProps extends ListHeadProps {
  isSelecting: boolean;
  onSelecting: (isOn: boolean) => void;
}

/** The list's head on a phone: what is used all the time; the rest in one sheet, and what is in force as chips. */
export function PhoneHead(props: PhoneHeadProps) {
  const { tenant, search, onChange, views, isSelecting, onSelecting } = props;
  const [isOpen, setOpen] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const count = countFilters(search);
  return (
    <>
      <div className="flex items-center gap-2.5">
        <ListTitle {...props} />
        <div className="ml-auto flex items-center gap-2">
          <Button kind="quiet" aria-pressed={isSelecting} onClick={() => onSelecting(!isSelecting)}>
            {isSelecting ? "Done" : "Select"}
          </Button>
          <NewContact {...props} />
        </div>
      </div>
      <div className="flex gap-2">
        <ListSearch {...props} />
        <Button
          ref={opener}
          aria-label={`Filters and view${count > 0 ? `, ${plural(count, "filter")} on` : ""}`}
          aria-haspopup="dialog"
          onClick={() => setOpen(true)}
        >
          <SlidersHorizontal aria-hidden /> Filters
          {count > 0 && (
            <span className="grid h-5 min-w-5 place-items-center rounded-full bg-ink px-1 font-semibold text-2xs text-on-ink tabular-nums">
              {count}
            </span>
          )}
        </Button>
      </div>
      <ActiveFilters
        tenant={tenant}
        search={search}
        onChange={onChange}
        view={views.current?.name}
        onLast={() => opener.current?.focus()}
      />
      <ListSheet {...props} open={isOpen} onOpenChange={setOpen} />
    </>
  );
}
