import { useQuery } from "@tanstack/react-query";
import { ErrorState } from "@/components/ui/error-state";
import { Skeleton } from "@/components/ui/skeleton";
import { requestQuery } from "./queries";

/** What was sent and answered: its shape. Values, messages and secrets are never kept. */
export function RequestOutline({ tenant, id }: { tenant: string; id: number }) {
  const { data, error, refetch } = useQuery(requestQuery(tenant, id));
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  return (
    <div className="mt-3 grid gap-3 lg:grid-cols-2">
      <Outline title="Sent" isReady={Boolean(data)} document={data?.request} />
      <Outline title="Answered" isReady={Boolean(data)} document={data?.response} />
      <p className="text-muted text-xs lg:col-span-2">
        “•••” stands for a value or a message: the log never holds them. Long lists are cut short.
      </p>
    </div>
  );
}

interface OutlineProps {
  title: string;
  isReady: boolean;
  document: unknown;
}

function Outline({ title, isReady, document }: OutlineProps) {
  return (
    <section aria-label={title} className="min-w-0">
      <h2 className="eyebrow mb-1">{title}</h2>
      {isReady ? (
        document === null || document === undefined ? (
          <p className="text-muted text-xs">Nothing.</p>
        ) : (
          <pre className="whitespace-pre-wrap break-words rounded-md border bg-surface p-3 font-mono text-xs">
            {JSON.stringify(document, null, 2)}
          </pre>
        )
      ) : (
        <Skeleton className="h-32 w-full rounded-md" />
      )}
    </section>
  );
}
