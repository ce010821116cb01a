import { formatCount, plural } from "@/lib/format";
import type { ConnectionOut, MappingOut, MemberOut, Overview, Permission, RunOut } from "./queries";

/** The way from an empty organisation to two sides that stay the same. Every state is read from what is there. */

export interface Facts {
  overview: Overview;
  connection: ConnectionOut;
  runs: RunOut[];
  mapping: MappingOut | undefined;
  members: MemberOut[];
  invited: number;
}

export type StepId = "connect" | "match" | "preview" | "approve" | "invite";

/** `doing`: LoanArk is at it, and nobody has to do anything. */
export type StepState = "done" | "doing" | "next" | "later";

export interface Step {
  id: StepId;
  title: string;
  /** What happens. */
  text: string;
  safe: string;
  takes: string;
  state: StepState;
  /** How it stands, where there is something to tell. */
  news?: string | undefined;
  needs: Permission;
  isOptional?: true;
  /** What the button says, and where it leads; a run is named where there is one. */
  action: string;
  run?: number | undefined;
}

const isOver = ({ status }: RunOut) => status === "succeeded" || status === "partial";

/** The first load is over: the balance counts both sides. */
export function isSetUp({ balance, run }: Overview): boolean {
  return balance !== null && !(run?.kind === "backfill" && run.status === "running");
}

/** Nothing has come over yet, so that the way is shown where results would be. */
export function isFirstRun({ balance, recent }: Overview): boolean {
  return balance === null && recent.hubspot.length + recent.loanark.length === 0;
}

export function stepsOf(facts: Facts): Step[] {
  const { overview, connection, mapping, runs } = facts;
  const finished = isSetUp(overview);
  const preview = runs.find(({ kind }) => kind === "preview");
  const load = runs.find(({ kind, status }) => kind === "backfill" && status !== "cancelled");
  const isConnected = connection.status !== "not_connected";
  const hasPreview = load !== undefined || preview?.status === "waiting" || (preview && isOver(preview));
  const steps: Omit<Step, "state">[] = [
    {
      id: "connect",
      title: "Connect HubSpot",
      text: "HubSpot asks you which account it is, and shows the permissions that are asked for.",
      safe: "Nothing is read before you agree there, and you can disconnect at any time.",
      takes: "2 minutes",
      needs: "connection:write",
      action: isConnected ? "Look at the connection" : "Connect HubSpot",
      news: isConnected && connection.portal_id ? `Account ${connection.portal_id}` : undefined,
    },
    {
      id: "match",
      title: "Match the fields",
      text: "LoanArk’s fields are matched with HubSpot’s properties. Look whether they are the right ones.",
      safe: "A mapping changes no contact by itself, and every version can be restored.",
      takes: "5 minutes; the usual fields are matched already",
      needs: "mapping:write",
      action: "Look at the mapping",
      news: mapping?.refreshed_at ? mappingNews(mapping) : undefined,
    },
    {
      id: "preview",
      title: "See a preview",
      text: "Both sides are read, counted and compared: what would be created, matched and changed, with names.",
      safe: "It only reads. Nothing is changed on either side.",
      takes: "a minute for 40,000 contacts",
      needs: "sync:run",
      action: preview ? "Look at the preview" : "Start a preview",
      run: preview?.id,
      news: previewNews(preview),
    },
    {
      id: "approve",
      title: "Approve it",
      text: "Contacts come over once. From then on every edit reaches the other side within seconds.",
      safe: "Every change is kept in a history and can be undone, the whole first load included.",
      takes: "about a minute for 40,000 contacts",
      needs: "sync:run",
      action: load ? "Watch it" : "Review and approve",
      run: load?.id ?? preview?.id,
      news:
        load?.status === "running"
          ? `${formatCount(load.done)} of ${formatCount(load.total ?? load.done)} brought over`
          : load?.status === "failed"
            ? `It stopped: ${load.reason ?? "see the run"}`
            : undefined,
    },
    {
      id: "invite",
      title: "Invite your people",
      text: "Loan officers, managers and auditors get a link by mail, each with a role.",
      safe: "A role decides what somebody may see and do; you can change it at any time.",
      takes: "a minute",
      needs: "members:write",
      isOptional: true,
      action: "Invite people",
      news: facts.invited > 0 ? `${plural(facts.invited, "invitation")} on the way` : undefined,
    },
  ];
  const done: Record<StepId, boolean> = {
    connect: finished || isConnected,
    match: finished || Boolean(mapping?.refreshed_at),
    preview: finished || Boolean(hasPreview),
    approve: finished || (load !== undefined && isOver(load)),
    invite: facts.members.length > 1 || facts.invited > 0,
  };
  const doing: Partial<Record<StepId, boolean>> = {
    preview: preview?.status === "running",
    approve: load?.status === "running",
  };
  const next = steps.find(({ id }) => !done[id])?.id;
  return steps.map((step) => ({ ...step, state: stateOf(step.id) }));

  function stateOf(id: StepId): StepState {
    if (done[id]) return "done";
    if (doing[id]) return "doing";
    return id === next ? "next" : "later";
  }
}

function mappingNews({ fields }: MappingOut): string {
  const warned = fields.filter(({ warning }) => warning).length;
  const matched = `${plural(fields.length, "field")} matched`;
  return warned > 0 ? `${matched}, ${formatCount(warned)} to look at` : matched;
}

function previewNews(preview: RunOut | undefined): string | undefined {
  if (preview?.status === "running") return `${formatCount(preview.done)} contacts compared so far`;
  if (preview?.status === "failed") return `It stopped: ${preview.reason ?? "see the run"}`;
  const counts = preview?.preview?.counts;
  if (preview?.status !== "waiting" || !counts) return undefined;
  const made = (counts.created_in_loanark ?? 0) + (counts.created_in_hubspot ?? 0);
  return `It would create ${formatCount(made)} and match ${formatCount(counts.matched ?? 0)} contacts`;
}

/** Who here may do it, by name. Their role says it: who administers may do everything of this. */
export function whoCan(permission: Permission, members: MemberOut[]): string[] {
  const roles = permission === "sync:run" ? ["administrator", "sales_manager"] : ["administrator"];
  return members
    .filter(({ role, support_until }) => roles.includes(role) && !support_until)
    .map(({ name, email }) => name || email);
}

/** A HubSpot on this machine is the simulator, and its people are made up. */
export function isSampleData({ api_url, status }: ConnectionOut): boolean {
  return status !== "not_connected" && /^https?:\/\/(127\.|localhost|\[::1\])/.test(api_url);
}
