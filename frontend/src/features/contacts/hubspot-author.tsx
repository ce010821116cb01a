import { Ago } from "@/components/ui/ago";
import type { HubSpotEdit } from "./queries";

/** Who changed a value in HubSpot last, and when: as its webhooks told, or that nothing did. */
export function HubSpotAuthor({ edit }: { edit: HubSpotEdit | undefined }) {
  if (!edit) return "Who changed it is not known.";
  return (
    <>
      Changed by {edit.by} <Ago iso={edit.at} />
    </>
  );
}
