import { Link } from "@tanstack/react-router";

/** "· run 12" after what a run did; nothing where no run did it. */
export function RunLink({ tenant, runId }: { tenant: string; runId: number | null }) {
  if (runId === null) return null;
  return (
    <>
      {" · "}
      <Link
        to="/$tenant/runs/$runId"
        params={{ tenant, runId: String(runId) }}
        className="underline underline-offset-2"
      >
        run {runId}
      </Link>
    </>
  );
}
