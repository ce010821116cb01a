import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Plus, SearchX, UsersRound } from "lucide-react";
import { useCallback, useMemo, useState } from "react";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { SearchBox } from "@/components/ui/search-box";
import { Select } from "@/components/ui/select";
import { Tooltip } from "@/components/ui/tooltip";
import { ContactTable } from "@/features/contacts/contact-table";
import { CreateContact } from "@/features/contacts/create-contact";
import { FilterBar } from "@/features/contacts/filter-bar";
import { type ContactSearch, countFilters, DEFAULT_SORT, SORTS } from "@/features/contacts/filters";
import { placeIn, rememberPlace } from "@/features/contacts/list-memory";
import { type ContactSort, contactsQuery, facetsQuery } from "@/features/contacts/queries";
import { useRights } from "@/features/session/role";
import { formatCount } from "@/lib/format";
import { useHotkeys } from "@/lib/use-hotkeys";
import { useTitle } from "@/lib/use-title";

const NO_FACETS: never[] = [];

export default function ContactsPage() {
  useTitle("Contacts");
  const { tenant } = useParams({ from: "/$tenant" });
  const search = useSearch({ from: "/$tenant/contacts" });
  const { canEdit, seesOwnOnly } = useRights(tenant);
  const navigate = useNavigate();
  const [isCreating, setCreating] = useState(false);
  const { sort = DEFAULT_SORT, ...filters } = search;

  const list = useInfiniteQuery(contactsQuery(tenant, filters, sort));
  const facets = useQuery(facetsQuery(tenant, filters));
  const contacts = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const first = list.data?.pages[0];
  const isNarrowed = countFilters(search) > 0 || Boolean(search.search);

  const change = (next: ContactSearch) =>
    navigate({ to: "/$tenant/contacts", params: { tenant }, search: next, replace: true });
  const onSearch = useCallback(
    (text: string) =>
      void navigate({
        to: "/$tenant/contacts",
        params: { tenant },
        search: ({ search: _, ...rest }: ContactSearch) => (text ? { ...rest, search: text } : rest),
        replace: true,
      }),
    [navigate, tenant],
  );
  const { fetchNextPage } = list;
  const onMore = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  const onLeave = useCallback(
    (place: { offset: number; row: number }) => rememberPlace({ search, ...place }),
    [search],
  );
  useHotkeys({
    n: (event) => {
      if (!canEdit) return;
      event.preventDefault();
      setCreating(true);
    },
  });

  return (
    <div className="flex h-[calc(100dvh-3rem)] flex-col gap-2.5 px-4 pt-4 pb-16 md:h-dvh md:px-4 md:pt-5 md:pb-5 lg:px-6">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2.5">
        <h1 className="font-semibold text-xl">Contacts</h1>
        <p aria-live="polite" className="mt-0.5 min-w-14 text-muted text-sm tabular-nums">
          {first &&
            `${first.total_is_estimate ? "about " : ""}${formatCount(first.total)}${seesOwnOnly ? " of yours" : ""}`}
        </p>
        <div className="flex gap-2 max-md:order-last max-md:basis-full md:min-w-48 md:max-w-96 md:flex-1">
          <SearchBox
            label="Search contacts"
            placeholder="Name, e-mail, company or phone"
            value={search.search ?? ""}
            onSearch={onSearch}
          />
          <Select
            aria-label="Sort"
            value={sort}
            onValueChange={(value) => change({ ...search, sort: value as ContactSort })}
            options={SORTS}
            className="w-auto shrink-0 pointer-coarse:text-sm md:hidden"
          />
        </div>
        {canEdit && (
          <Tooltip label="New contact" shortcut="N">
            <Button kind="primary" className="ml-auto" onClick={() => setCreating(true)}>
              <Plus aria-hidden /> New contact
            </Button>
          </Tooltip>
        )}
      </div>
      <FilterBar facets={facets.isError ? NO_FACETS : facets.data} search={search} onChange={change} />
      {list.error && !list.data ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : list.data && contacts.length === 0 ? (
        <NoContacts
          isNarrowed={isNarrowed}
          onClear={() => change({})}
          onCreate={canEdit ? () => setCreating(true) : undefined}
        />
      ) : (
        <ContactTable
          key={JSON.stringify([filters, sort])}
          contacts={contacts}
          total={first?.total}
          sort={sort}
          onSort={(next) => change({ ...search, sort: next })}
          onOpen={({ id }) =>
            navigate({ to: "/$tenant/contacts/$contactId", params: { tenant, contactId: id } })
          }
          hasMore={list.hasNextPage}
          isLoadingMore={list.isFetchingNextPage}
          onMore={onMore}
          isLoading={list.isPending}
          start={placeIn(search)}
          onLeave={onLeave}
        />
      )}
      <CreateContact tenant={tenant} open={isCreating} onOpenChange={setCreating} />
    </div>
  );
}

function NoContacts({
  isNarrowed,
  onClear,
  onCreate,
}: {
  isNarrowed: boolean;
  onClear: () => void;
  onCreate: (() => void) | undefined;
}) {
  if (isNarrowed) {
    return (
      <EmptyState
        icon={SearchX}
        title="No contact matches"
        action={<Button onClick={onClear}>Clear search and filters</Button>}
      >
        Search looks at names, e-mail addresses, companies and phone numbers; one or two letters are looked
        for at the beginning of an address or a last name only.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={UsersRound}
      title="No contacts yet"
      action={onCreate && <Button onClick={onCreate}>Create the first</Button>}
    >
      They arrive with the first run after HubSpot is connected, or when someone creates one here.
    </EmptyState>
  );
}
