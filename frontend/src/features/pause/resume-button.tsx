import { Play } from "lucide-react";
import { Button } from "@/components/ui/button";
import { toastDone } from "@/lib/toast";
import { usePauseActions } from "./queries";

/** Lets a sync go on that a person paused. */
export function ResumeButton({ tenant }: { tenant: string }) {
  const { resume, isResuming } = usePauseActions(tenant);
  const onResume = () =>
    void resume().then(
      () => toastDone("The sync goes on", { detail: "What changed meanwhile is caught up." }),
      () => undefined, // Told by a toast already.
    );
  return (
    <Button kind="primary" busy={isResuming} onClick={onResume}>
      {!isResuming && <Play aria-hidden />} Resume
    </Button>
  );
}
