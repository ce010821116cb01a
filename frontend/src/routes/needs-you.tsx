import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Card } from "@/components/ui/card";
import { Page } from "@/components/ui/page";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import { Decided } from "@/features/contacts/inbox/decided";
import { Inbox } from "@/features/contacts/inbox/inbox";
import { Refused } from "@/features/contacts/inbox/refused";
import type { InboxSearch } from "@/features/contacts/inbox/search";
import { DecidedGroups, HeldGroups } from "@/features/held/held-groups";
import { NeedLink } from "@/features/overview/needs-you";
import { type Overview, overviewQuery } from "@/features/overview/queries";
import { useRights } from "@/features/session/role";
import { formatCount } from "@/lib/format";

type Kind = Overview["needs_you"][number]["kind"];
type Show = NonNullable<InboxSearch["show"]>;

interface Tab {
  show: Show;
  label: string;
  count: number;
  content: ReactNode;
}

export default function NeedsYouPage() {
  const { tenant } = useParams({ from: "/$tenant" });
  const search = useSearch({ from: "/$tenant/needs-you" });
  const { can, canEdit, canManage } = useRights(tenant);
  const navigate = useNavigate();
  const { data: overview } = useQuery(overviewQuery(tenant));
  const needs = overview?.needs_you ?? [];
  const count = (kind: Kind) => needs.find((need) => need.kind === kind)?.count ?? 0;
  const isRunHeld = overview?.run?.status === "held";
  // What is decided on this page needs no way to it.
  const others = needs.filter(
    ({ kind }) => kind !== "conflict" && kind !== "rejection" && (kind !== "held" || isRunHeld),
  );
  // Without a wish one lands where something waits.
  const shown = search.show ?? (count("conflict") === 0 && count("rejection") > 0 ? "values" : "conflicts");
  const goTo = (next: Record<string, string | undefined>) =>
    void navigate({
      to: "/$tenant/needs-you",
      params: { tenant },
      search: next as InboxSearch,
      replace: true,
      resetScroll: false,
    });
  const onSearch = (changed: Record<string, string | undefined>) => goTo({ ...search, ...changed });
  const tabs: Tab[] = [
    {
      show: "conflicts",
      label: "Conflicts",
      count: count("conflict"),
      content: (
        <Inbox
          tenant={tenant}
          search={search}
          onSearch={onSearch}
          canDecide={canEdit}
          canRule={can("mapping:write")}
        />
      ),
    },
    {
      show: "values",
      label: "Refused values",
      count: count("rejection"),
      content: <Refused tenant={tenant} canRetry={canEdit} />,
    },
    {
      show: "decided",
      label: "Decided",
      count: 0,
      content: (
        <>
          <DecidedGroups tenant={tenant} />
          <Decided tenant={tenant} search={search} onSearch={onSearch} canDecide={canEdit} />
        </>
      ),
    },
  ];
  return (
    <Page
      title="Needs you"
      lead="What only a person can decide. Everything that heals by itself is told apart."
    >
      {others.length > 0 && (
        <Card aria-label="Before anything else" className="mb-5">
          <ul className="divide-y">
            {others.map((need) => (
              <li key={`${need.kind} ${need.title}`}>
                <NeedLink tenant={tenant} need={need} run={overview?.run ?? null} />
              </li>
            ))}
          </ul>
        </Card>
      )}
      <HeldGroups
        tenant={tenant}
        expected={needs.filter(({ kind }) => kind === "held").length}
        canDecide={canManage}
      />
      <Tabs value={shown} onValueChange={(show) => goTo({ show })}>
        <TabsList aria-label="What to show" className="mb-4">
          {tabs.map((tab) => (
            <TabsTrigger key={tab.show} value={tab.show}>
              {tab.label} <Count count={tab.count} />
            </TabsTrigger>
          ))}
        </TabsList>
        {tabs.map((tab) => (
          <TabsContent key={tab.show} value={tab.show} tabIndex={-1}>
            {tab.content}
          </TabsContent>
        ))}
      </Tabs>
    </Page>
  );
}

function Count({ count }: { count: number }) {
  if (count === 0) return null;
  return (
    <span className="ml-1 rounded-full bg-ask-wash px-1.5 font-semibold text-2xs text-ask-ink tabular-nums">
      {formatCount(count)}
    </span>
  );
}
