import { Panel } from "@/components/ui/card";
import { Switch } from "@/components/ui/switch";
import { toastDone } from "@/lib/toast";
import { setMayKeep, useMayKeep } from "@/offline/device";

/** What of the work stays on this device, and the say over it. */
export function KeptPanel() {
  const mayKeep = useMayKeep();
  const change = (may: boolean) => {
    setMayKeep(may);
    if (!may) toastDone("Nothing seen is kept on this device any more");
  };
  return (
    <Panel title="On this device">
      <label htmlFor="keep-contacts" className="flex items-start justify-between gap-6">
        <span className="max-w-prose">
          <span className="font-medium text-sm">
            Keep recently seen contacts on this device for offline use
          </span>
          <span className="mt-1 block text-ink-2 text-sm">
            The contacts, lists and overviews you looked at in the last 7 days are stored in this browser, not
            encrypted beyond what the device does itself. They go when you sign out, when somebody else signs
            in here, and at once when you switch this off. Switch it off on a computer that others use.
          </span>
        </span>
        <Switch id="keep-contacts" checked={mayKeep} onCheckedChange={change} className="mt-0.5" />
      </label>
      <p className="mt-3 border-t pt-3 text-muted text-xs">
        Changes you make without a network are kept here until they are sent, whatever the switch says.
        Passwords and sessions never are.
      </p>
    </Panel>
  );
}
