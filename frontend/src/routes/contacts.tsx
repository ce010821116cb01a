import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useState } from "react";
import { ErrorState } from "@/components/ui/error-state";
import { BulkBar } from "@/features/contacts/bulk/bulk-bar";
import { useColumns } from "@/features/contacts/columns/use-columns";
import { ContactList } from "@/features/contacts/contact-list";
import { type ContactSearch, isNarrowed, withPart } from "@/features/contacts/filters";
import { ListHead } from "@/features/contacts/list-head";
import { placeIn, rememberPlace, rememberSearch } from "@/features/contacts/list-memory";
import { NoContacts } from "@/features/contacts/no-contacts";
import { PhoneHead } from "@/features/contacts/phone-head";
import { useContactList } from "@/features/contacts/use-contact-list";
import { viewsQuery } from "@/features/contacts/views/queries";
import { useViews } from "@/features/contacts/views/use-views";
import { columnsOf } from "@/features/contacts/views/view-state";
import { useRights } from "@/features/session/role";
import { openNewContact } from "@/lib/layer";
import { useHotkeys } from "@/lib/use-hotkeys";
import { useMedia } from "@/lib/use-media";
import { useTitle } from "@/lib/use-title";

export default function ContactsPage() {
  useTitle("Contacts");
  const { tenant } = useParams({ from: "/$tenant" });
  const search = useSearch({ from: "/$tenant/contacts" });
  const { canEdit, seesOwnOnly } = useRights(tenant);
  const isPhone = !useMedia("(min-width: 48rem)");
  const navigate = useNavigate();
  const [isSelecting, setSelecting] = useState(false);

  const { data: saved } = useQuery(viewsQuery(tenant));
  const view = saved?.find(({ id }) => String(id) === search.view);
  const columns = useColumns(tenant, search.view, view && columnsOf(view.state));
  const { list, pages, first, others, onMore, filters, sort, side } = useContactList(
    tenant,
    search,
    columns.fields,
  );
  const change = useCallback(
    (next: ContactSearch) =>
      void navigate({ to: "/$tenant/contacts", params: { tenant }, search: next, replace: true }),
    [navigate, tenant],
  );
  const views = useViews(tenant, search, change, columns);
  useEffect(() => rememberSearch(search), [search]);
  const onLeave = useCallback(
    (place: { offset: number; row: number }) => rememberPlace({ search, ...place }),
    [search],
  );
  useHotkeys({
    n: (event) => {
      if (!canEdit) return;
      event.preventDefault();
      openNewContact();
    },
    s: () => change(withPart(search, "side", side === "hubspot" ? undefined : "hubspot")),
  });

  const head = {
    tenant,
    search,
    onChange: change,
    total: first?.total,
    isEstimate: first?.total_is_estimate ?? false,
    seesOwnOnly,
    columns,
    views,
    canEdit,
    onCreate: openNewContact,
  };

  return (
    <div className="flex h-[calc(100dvh-3rem)] flex-col gap-2 px-4 pt-4 pb-16 md:h-dvh md:px-4 md:pt-5 md:pb-2 lg:px-6">
      {isPhone ? (
        <PhoneHead {...head} isSelecting={isSelecting} onSelecting={setSelecting} />
      ) : (
        <ListHead {...head} />
      )}
      {list.error && !list.data ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : list.data && pages[0]?.length === 0 ? (
        <NoContacts
          isNarrowed={isNarrowed(search)}
          onClear={() => change({})}
          onCreate={canEdit ? openNewContact : undefined}
        />
      ) : (
        <ContactList
          key={JSON.stringify([filters, sort])}
          tenant={tenant}
          pages={pages}
          isStandIn={list.isPlaceholderData}
          total={first?.total}
          isEstimate={first?.total_is_estimate ?? false}
          columns={columns}
          side={side}
          others={others}
          canEdit={canEdit}
          isPhone={isPhone}
          isDeleted={search.deleted ?? false}
          sort={sort}
          onSort={(next) => change({ ...search, sort: next })}
          onOpen={({ id }) =>
            void navigate({ to: "/$tenant/contacts/$contactId", params: { tenant, contactId: id } })
          }
          hasMore={list.hasNextPage}
          isLoadingMore={list.isFetchingNextPage}
          onMore={onMore}
          isLoading={list.isPending}
          isSelecting={isSelecting}
          onSelecting={setSelecting}
          start={placeIn(search)}
          onLeave={onLeave}
          actions={(selection) => (
            <BulkBar
              tenant={tenant}
              api={selection}
              filters={filters}
              shown={{ fields: columns.fields, side }}
              total={first?.total ?? 0}
              canEdit={canEdit}
            />
          )}
        />
      )}
    </div>
  );
}
