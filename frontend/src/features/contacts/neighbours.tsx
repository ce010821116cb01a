import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Tooltip } from "@/components/ui/tooltip";
import { useHotkeys } from "@/lib/use-hotkeys";
import { lastSearch } from "./list-memory";
import { neighboursOf } from "./queries";

/** The contacts before and after this one, in the list as it was last seen. */
export function Neighbours({ tenant, contactId }: { tenant: string; contactId: string }) {
  const { sort, ...filters } = lastSearch();
  const around = neighboursOf(useQueryClient(), tenant, filters, sort ?? "-updated_at", contactId);
  const navigate = useNavigate();
  const goTo = (id: string | undefined) =>
    id && void navigate({ to: "/$tenant/contacts/$contactId", params: { tenant, contactId: id } });
  useHotkeys({ "[": () => goTo(around.before), "]": () => goTo(around.after) });
  if (!around.before && !around.after) return null;
  return (
    <span className="flex">
      <Tooltip label="The contact before, in the list" shortcut="[">
        <Button
          kind="quiet"
          size="icon-sm"
          aria-label="The contact before"
          disabled={!around.before}
          onClick={() => goTo(around.before)}
        >
          <ChevronLeft aria-hidden />
        </Button>
      </Tooltip>
      <Tooltip label="The next contact, in the list" shortcut="]">
        <Button
          kind="quiet"
          size="icon-sm"
          aria-label="The next contact"
          disabled={!around.after}
          onClick={() => goTo(around.after)}
        >
          <ChevronRight aria-hidden />
        </Button>
      </Tooltip>
    </span>
  );
}
