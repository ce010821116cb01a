import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Card } from "@/components/ui/card";
import { Page } from "@/components/ui/page";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import { Conflicts, Rejections } from "@/features/contacts/attention";
import { DecidedGroups, HeldGroups } from "@/features/held/held-groups";
import { NeedLink } from "@/features/overview/needs-you";
import { type Overview, overviewQuery } from "@/features/overview/queries";
import { useRights } from "@/features/session/role";
import { formatCount } from "@/lib/format";

const CONFLICTS = "conflicts";
const VALUES = "values";
const DECIDED = "decided";

type Kind = Overview["needs_you"][number]["kind"];

export default function NeedsYouPage() {
  const { tenant } = useParams({ from: "/$tenant" });
  const { show } = useSearch({ from: "/$tenant/needs-you" });
  const { canEdit, canManage } = useRights(tenant);
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
  const shown = show ?? (count("conflict") === 0 && count("rejection") > 0 ? VALUES : CONFLICTS);
  const onValueChange = (value: string) =>
    void navigate({
      to: "/$tenant/needs-you",
      params: { tenant },
      search: { show: value as NonNullable<typeof show> },
      replace: true,
    });
  return (
    <Page
      title="Needs you"
      lead="What only a person can decide. Everything that heals by itself is left out."
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
      <Tabs value={shown} onValueChange={onValueChange}>
        <TabsList aria-label="What to show" className="mb-4">
          <TabsTrigger value={CONFLICTS}>
            Conflicts <Count count={count("conflict")} />
          </TabsTrigger>
          <TabsTrigger value={VALUES}>
            Refused values <Count count={count("rejection")} />
          </TabsTrigger>
          <TabsTrigger value={DECIDED}>Decided</TabsTrigger>
        </TabsList>
        <TabsContent value={CONFLICTS} tabIndex={-1}>
          <Conflicts tenant={tenant} open canEdit={canEdit} />
        </TabsContent>
        <TabsContent value={VALUES} tabIndex={-1}>
          <Rejections tenant={tenant} canEdit={canEdit} />
        </TabsContent>
        <TabsContent value={DECIDED} tabIndex={-1}>
          <DecidedGroups tenant={tenant} />
          <Conflicts tenant={tenant} open={false} canEdit={canEdit} />
        </TabsContent>
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
