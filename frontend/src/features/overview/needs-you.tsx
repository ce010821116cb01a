import { Link } from "@tanstack/react-router";
import {
  Cable,
  ChevronRight,
  CircleCheck,
  Eye,
  Hand,
  type LucideIcon,
  Merge,
  Split,
  TriangleAlert,
  Unplug,
} from "lucide-react";
import { Panel } from "@/components/ui/card";
import { formatCount } from "@/lib/format";
import type { NeedsYou as Need, Overview } from "./queries";

const LOOKS: Record<Need["kind"], { icon: LucideIcon; colour: string }> = {
  connection: { icon: Cable, colour: "bg-bad-wash text-bad-ink" },
  preview: { icon: Eye, colour: "bg-ask-wash text-ask-ink" },
  held: { icon: Hand, colour: "bg-warn-wash text-warn-ink" },
  conflict: { icon: Split, colour: "bg-ask-wash text-ask-ink" },
  rejection: { icon: TriangleAlert, colour: "bg-bad-wash text-bad-ink" },
  duplicate: { icon: Merge, colour: "bg-ask-wash text-ask-ink" },
  mapping: { icon: Unplug, colour: "bg-warn-wash text-warn-ink" },
};

const WAITING: Partial<Record<Need["kind"], NonNullable<Overview["run"]>["status"]>> = {
  preview: "waiting",
  held: "held",
};

/** The run that a matter is about, if it is about one: what the brakes hold may be of no run. */
function runOf({ kind }: Need, run: Overview["run"]): number | undefined {
  return run && run.status === WAITING[kind] ? run.id : undefined;
}

interface NeedsYouProps {
  tenant: string;
  needs: Need[];
  /** The run under way, or the one that waits for a person. */
  run: Overview["run"];
}

/** What only a person can decide. What heals by itself is not here. */
export function NeedsYou({ tenant, needs, run }: NeedsYouProps) {
  return (
    <Panel title="Needs you" bodyClassName="p-0">
      {needs.length === 0 ? (
        <div className="grid h-full min-h-40 place-content-center justify-items-center gap-1.5 p-6 text-center">
          <CircleCheck className="size-5 text-ok" aria-hidden />
          <p className="font-medium text-sm">Nothing waits for you</p>
          <p className="text-muted text-xs">What heals by itself is not listed here.</p>
        </div>
      ) : (
        <ul className="divide-y">
          {needs.map((need) => (
            <li key={`${need.kind} ${need.title}`}>
              <NeedLink tenant={tenant} need={need} run={run} />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

interface NeedLinkProps {
  tenant: string;
  need: Need;
  run: Overview["run"];
}

/** One matter and the way to it. */
export function NeedLink({ tenant, need, run }: NeedLinkProps) {
  const { icon: Icon, colour } = LOOKS[need.kind];
  const content = (
    <>
      <span className={`grid size-8 shrink-0 place-items-center rounded-md ${colour}`}>
        <Icon className="size-4" aria-hidden />
      </span>
      <span className="min-w-0 flex-1">
        <span className="block font-medium text-sm">{need.title}</span>
        <span className="block text-muted text-xs">{need.detail}</span>
      </span>
      {need.count > 1 && (
        <span className="font-semibold text-sm tabular-nums">{formatCount(need.count)}</span>
      )}
      <ChevronRight className="size-4 shrink-0 text-muted" aria-hidden />
    </>
  );
  const style = "flex items-center gap-3 px-4 py-3 hover:bg-hover focus-visible:-outline-offset-2";
  if (need.kind === "connection") {
    return (
      <Link to="/$tenant/connection" params={{ tenant }} className={style}>
        {content}
      </Link>
    );
  }
  if (need.kind === "duplicate") {
    return (
      <Link to="/$tenant/duplicates" params={{ tenant }} className={style}>
        {content}
      </Link>
    );
  }
  if (need.kind === "mapping") {
    return (
      <Link to="/$tenant/mapping" params={{ tenant }} className={style}>
        {content}
      </Link>
    );
  }
  const runId = runOf(need, run);
  if (runId !== undefined) {
    return (
      <Link to="/$tenant/runs/$runId" params={{ tenant, runId: String(runId) }} className={style}>
        {content}
      </Link>
    );
  }
  if (need.kind === "preview") {
    return (
      <Link to="/$tenant/runs" params={{ tenant }} className={style}>
        {content}
      </Link>
    );
  }
  if (need.kind === "held") {
    return (
      <Link to="/$tenant/needs-you" params={{ tenant }} hash="held" className={style}>
        {content}
      </Link>
    );
  }
  return (
    <Link
      to="/$tenant/needs-you"
      params={{ tenant }}
      search={{ show: need.kind === "rejection" ? "values" : "conflicts" }}
      className={style}
    >
      {content}
    </Link>
  );
}
