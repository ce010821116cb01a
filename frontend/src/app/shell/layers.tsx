import { Link, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { Dialog } from "@/components/ui/dialog";
import { Switch } from "@/components/ui/switch";
import { ShortcutList } from "@/features/help/shortcuts";
import { type Layer, layerNow, openShortcuts, showLayer, useLayer } from "@/lib/layer";
import { setSingleKeys, useHotkeys, useSingleKeys } from "@/lib/use-hotkeys";
import { DAILY_PAGES, useSetupPages } from "./nav";

const Palette = lazy(() => import("./palette"));
const NewContact = lazy(() =>
  import("@/features/contacts/create-contact").then(({ CreateContact }) => ({ default: CreateContact })),
);

/** What may lie over any page: the ⌘K palette, the list of shortcuts, and a new contact that the palette began. */
export function Layers({ tenant }: { tenant: string }) {
  const open = useLayer();
  const [wanted, setWanted] = useState(false);
  useEffect(() => () => showLayer(null), []); // Whoever signs out leaves nothing open behind.
  if (open === "palette" && !wanted) setWanted(true);
  useHotkeys({
    "mod+k": (event) => {
      event.preventDefault();
      showLayer(layerNow() === "palette" ? null : "palette");
    },
    "?": openShortcuts,
    ...usePageKeys(tenant),
  });
  const onOpenChange = (name: Layer) => (value: boolean) => {
    if (value) showLayer(name);
    else if (layerNow() === name) showLayer(null); // Another layer may have taken its place.
  };
  return (
    <>
      {wanted && (
        <Suspense>
          <Palette tenant={tenant} open={open === "palette"} onOpenChange={onOpenChange("palette")} />
        </Suspense>
      )}
      {open === "new-contact" && (
        <Suspense>
          <NewContact tenant={tenant} open onOpenChange={onOpenChange("new-contact")} />
        </Suspense>
      )}
      <Shortcuts tenant={tenant} open={open === "shortcuts"} onOpenChange={onOpenChange("shortcuts")} />
    </>
  );
}

/** "g c" and the like, for the pages the person is shown. */
function usePageKeys(tenant: string): Record<string, () => void> {
  const navigate = useNavigate();
  const pages = [...DAILY_PAGES, ...useSetupPages(tenant)].filter(({ keys }) => keys);
  return Object.fromEntries(
    pages.map(({ to, keys = "" }) => [keys, () => void navigate({ to, params: { tenant } })]),
  );
}

interface ShortcutsProps {
  tenant: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

function Shortcuts({ tenant, open, onOpenChange }: ShortcutsProps) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keyboard shortcuts" className="sm:w-176">
      <ShortcutList className="gap-x-8 sm:columns-2" />
      <SingleKeys />
      <p className="mt-4 text-muted text-sm">
        <Link
          to="/$tenant/help"
          params={{ tenant }}
          onClick={() => onOpenChange(false)}
          className="underline underline-offset-3"
        >
          Help
        </Link>{" "}
        explains how it works, and what every state and code means.
      </p>
    </Dialog>
  );
}

function SingleKeys() {
  const singleKeys = useSingleKeys();
  return (
    <label
      htmlFor="single-keys"
      className="mt-4 flex items-center justify-between gap-4 rounded-lg border bg-sunken p-3 text-sm"
    >
      <span>
        <span className="font-medium">Single-key shortcuts</span>
        <span className="block text-muted text-xs">Switch off if you dictate or use a switch device.</span>
      </span>
      <Switch id="single-keys" checked={singleKeys} onCheckedChange={setSingleKeys} />
    </label>
  );
}
