import { useQuery } from "@tanstack/react-query";
import { GitCompareArrows, RotateCcw } from "lucide-react";
import { Ago } from "@/components/ui/ago";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/card";
import { ErrorState } from "@/components/ui/error-state";
import { Select } from "@/components/ui/select";
import { Skeleton } from "@/components/ui/skeleton";
import { cn } from "@/lib/cn";
import { humanise, plural } from "@/lib/format";
import { toastDone } from "@/lib/toast";
import { ChangeList, type FieldChange } from "./change-list";
import {
  diffQuery,
  type MappingDifference,
  type MappingVersionOut,
  type Rule,
  useMappingActions,
  versionsQuery,
} from "./queries";

interface VersionsProps {
  tenant: string;
  labels: Map<string, string>;
  from: number | undefined;
  to: number | undefined;
  onCompare: (from: number, to: number) => void;
  canWrite: boolean;
  /** Restoring would pass over changes that are not saved. */
  hasDraft: boolean;
}

/** Every version of the mapping: who, when, why; two of them side by side; and the way back to one. */
export function Versions({ tenant, labels, from, to, onCompare, canWrite, hasDraft }: VersionsProps) {
  const { data: versions, error, refetch } = useQuery(versionsQuery(tenant));
  const restore = useRestore(tenant);
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!versions) return <Skeleton className="h-96 w-full rounded-lg" />;
  const current = versions.find((one) => one.current)?.version ?? 1;
  const older = versions.at(1)?.version;
  const [left, right] = [from ?? older, to ?? current];
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[22rem_1fr]">
      <Panel title={plural(versions.length, "version")} bodyClassName="p-0">
        <ol className="divide-y">
          {versions.map((one, place) => (
            <Version
              key={one.version}
              version={one}
              isCompared={one.version === left || one.version === right}
              onCompare={() => onCompare(versions[place + 1]?.version ?? one.version, one.version)}
              isFirst={place === versions.length - 1}
              onRestore={canWrite && !one.current ? () => restore.restore(one.version, current) : null}
              isRestoring={restore.isPending}
              hasDraft={hasDraft}
            />
          ))}
        </ol>
      </Panel>
      {left !== undefined && left !== right ? (
        <Comparison
          tenant={tenant}
          versions={versions}
          labels={labels}
          left={left}
          right={right}
          onCompare={onCompare}
        />
      ) : (
        <Panel title="What changed">
          <p className="text-muted text-sm">
            There is one version only. With the next change of the mapping, both can be compared here.
          </p>
        </Panel>
      )}
    </div>
  );
}

function useRestore(tenant: string) {
  const { restore } = useMappingActions(tenant);
  const put = (version: number) => restore.mutateAsync({ path: { tenant, version } });
  return {
    isPending: restore.isPending,
    restore: (version: number, current: number) =>
      void put(version).then(
        (mapping) =>
          toastDone(`Version ${version} is in force again, as version ${mapping.version}`, {
            undo: () =>
              void put(current).then(
                () => toastDone(`Version ${current} is in force again`),
                () => undefined,
              ),
          }),
        () => undefined, // Told by a toast already.
      ),
  };
}

interface VersionProps {
  version: MappingVersionOut;
  isCompared: boolean;
  isFirst: boolean;
  onCompare: () => void;
  onRestore: (() => void) | null;
  isRestoring: boolean;
  hasDraft: boolean;
}

function Version({
  version,
  isCompared,
  isFirst,
  onCompare,
  onRestore,
  isRestoring,
  hasDraft,
}: VersionProps) {
  const name = `version ${version.version}`;
  return (
    <li className={cn("grid gap-1 px-4 py-3", isCompared && "bg-selected/60")}>
      <p className="flex flex-wrap items-center gap-2 text-sm">
        <span className="font-semibold">Version {version.version}</span>
        {version.current && <Badge tone="ok">in force</Badge>}
        <span className="ml-auto text-muted text-xs">{plural(version.fields, "field")}</span>
      </p>
      <p className="break-words text-ink-2 text-sm">{version.note || "No note"}</p>
      <p className="text-muted text-xs">
        {version.by || "Somebody"}, <Ago iso={version.at} />
      </p>
      <div className="mt-1 flex flex-wrap gap-2">
        {!isFirst && (
          <Button size="sm" kind="quiet" aria-label={`What ${name} changed`} onClick={onCompare}>
            <GitCompareArrows aria-hidden /> What changed
          </Button>
        )}
        {onRestore && (
          <Button
            size="sm"
            aria-label={`Restore ${name}`}
            onClick={onRestore}
            disabled={hasDraft || isRestoring}
            title={hasDraft ? "Save or discard your changes first" : undefined}
          >
            <RotateCcw aria-hidden /> Restore
          </Button>
        )}
      </div>
    </li>
  );
}

interface ComparisonProps {
  tenant: string;
  versions: MappingVersionOut[];
  labels: Map<string, string>;
  left: number;
  right: number;
  onCompare: (from: number, to: number) => void;
}

function Comparison({ tenant, versions, labels, left, right, onCompare }: ComparisonProps) {
  const { data: diff, error, refetch } = useQuery(diffQuery(tenant, left, right));
  const options = versions.map(({ version, current }) => ({
    value: String(version),
    label: `Version ${version}${current ? ", in force" : ""}`,
  }));
  return (
    <Panel title="What changed">
      <div className="mb-4 grid gap-2 sm:grid-cols-[1fr_auto_1fr] sm:items-center">
        <Select
          aria-label="From"
          value={String(left)}
          onValueChange={(value) => onCompare(Number(value), right)}
          options={options}
        />
        <span className="text-center text-muted text-xs">to</span>
        <Select
          aria-label="To"
          value={String(right)}
          onValueChange={(value) => onCompare(left, Number(value))}
          options={options}
        />
      </div>
      {error ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : !diff ? (
        <Skeleton className="h-40 w-full rounded-md" />
      ) : diff.differences.length === 0 ? (
        <p className="rounded-md border bg-sunken px-3 py-2.5 text-sm">Both map every field the same way.</p>
      ) : (
        <ChangeList changes={asChanges(diff.differences, labels)} />
      )}
    </Panel>
  );
}

/** Differences as the server tells them, to be listed. */
export function asChanges(differences: MappingDifference[], labels: Map<string, string>): FieldChange[] {
  return differences.map(({ field, before, after }) => ({
    field,
    label: labels.get(field) ?? humanise(field),
    before: before as Rule | null,
    after: after as Rule | null,
  }));
}
