import { FlaskConical } from "lucide-react";
import type { ConnectionOut } from "./queries";
import { isSampleData } from "./steps";

/** Said where the other side is the simulator: nobody here is real, and anybody may be the HubSpot user. */
export function SampleData({ connection }: { connection: ConnectionOut }) {
  if (!isSampleData(connection)) return null;
  return (
    <p className="flex gap-3 border-t bg-hubspot-wash px-5 py-3 text-sm">
      <FlaskConical className="mt-0.5 size-4 shrink-0 text-hubspot-ink" aria-hidden />
      <span>
        <span className="font-semibold">These people are sample data.</span> HubSpot is simulated on this
        machine, so you can try everything.{" "}
        <a
          href={connection.portal_url ?? connection.api_url}
          target="_blank"
          rel="noreferrer"
          className="font-medium underline underline-offset-3"
        >
          Be the HubSpot user
        </a>
        : change somebody there, and watch it arrive here.
      </span>
    </p>
  );
}
