import { useQuery } from "@tanstack/react-query";
import { ArrowUp } from "lucide-react";
import { plural } from "@/lib/format";
import { type EventOut, type EventPage, type EventQuery, newestQuery, useShowNewest } from "./queries";

interface NewEntriesProps {
  tenant: string;
  query: EventQuery;
  /** The newest page as it is shown. */
  first: EventPage;
  /** Everything that is shown. */
  shown: EventOut[];
}

/** Says that there is more by now, and shows it when somebody wants it: nothing moves while they read. */
export function NewEntries({ tenant, query, first, shown }: NewEntriesProps) {
  const { data: newest } = useQuery({ ...newestQuery(tenant, query), initialData: first });
  const showNewest = useShowNewest(tenant, query);
  const known = new Set(shown.map(({ id }) => id));
  const count = newest.items.filter(({ id }) => !known.has(id)).length;
  const isAll = count === newest.items.length && newest.next_cursor !== null;
  return (
    <div role="status" className="pointer-events-none sticky top-14 z-10 flex h-0 justify-center md:top-2">
      {count > 0 && (
        <button
          type="button"
          onClick={() => {
            showNewest(newest);
            window.scrollTo({ top: 0 });
          }}
          className="appear pointer-events-auto mt-0.5 inline-flex h-6.5 pointer-coarse:h-11 pointer-coarse:-translate-y-2 items-center gap-1.5 rounded-full bg-ink px-3.5 font-medium text-on-ink text-xs shadow-high hover:bg-ink-2"
        >
          <ArrowUp className="size-3.5" aria-hidden />
          {isAll ? `More than ${count} new entries` : plural(count, "new entry", "new entries")}
        </button>
      )}
    </div>
  );
}
