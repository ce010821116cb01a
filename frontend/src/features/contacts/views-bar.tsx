import { useQuery } from "@tanstack/react-query";
import { Ellipsis, Plus, UsersRound } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Menu, MenuContent, MenuItem, MenuTrigger } from "@/components/ui/menu";
import { cn } from "@/lib/cn";
import { asProblem } from "@/lib/problem";
import { toastDone, toastFailed } from "@/lib/toast";
import { keepColumns } from "./column-store";
import type { ContactSearch } from "./filters";
import { useViewActions, type ViewOut, viewsQuery } from "./queries";
import { SaveView } from "./save-view";
import type { ColumnsApi } from "./use-columns";
import { isAsSaved, searchOf, stateOf } from "./view-state";

interface ViewsBarProps {
  tenant: string;
  search: ContactSearch;
  onChange: (search: ContactSearch) => void;
  columns: ColumnsApi;
}

type Asking = { what: "new" } | { what: "rename"; view: ViewOut } | undefined;

/** Saved views: one's own and everybody's. What differs from a view is offered to be saved. */
export function ViewsBar({ tenant, search, onChange, columns }: ViewsBarProps) {
  const { data: views = [] } = useQuery(viewsQuery(tenant));
  const { make, change, remove } = useViewActions(tenant);
  const [asking, setAsking] = useState<Asking>();
  const current = views.find(({ id }) => String(id) === search.view);
  const kept = columns.isOwn ? columns.choices : undefined;
  const isChanged = current ? !isAsSaved(current, search, kept) : false;
  const state = () => stateOf(search, kept ?? (current?.state.columns?.length ? columns.choices : []));

  const save = async (view: ViewOut) => {
    try {
      await change(view.id, { state: state() });
      columns.reset();
      toastDone(`“${view.name}” is saved`);
    } catch (error) {
      toastFailed("The view was not saved", { detail: asProblem(error).detail });
    }
  };
  const takeAway = async (view: ViewOut) => {
    await remove(view.id);
    if (current?.id === view.id) onChange({});
    toastDone(`“${view.name}” is deleted`, {
      undo: () => void make({ name: view.name, shared: view.shared, state: view.state }),
    });
  };

  return (
    <div className="flex min-h-8 items-center gap-3">
      <nav aria-label="Views" className="flex min-w-0 gap-4 overflow-x-auto">
        <Tab isOn={!current} onClick={() => onChange({})}>
          All contacts
        </Tab>
        {views.map((view) => (
          <Tab key={view.id} isOn={view === current} onClick={() => onChange(searchOf(view))}>
            {view.name}
            {view.shared && <UsersRound className="size-3.5 text-muted" aria-label="shared" />}
          </Tab>
        ))}
      </nav>
      {current && (
        <Menu>
          <MenuTrigger asChild>
            <Button kind="quiet" size="icon-sm" aria-label={`View ${current.name}`}>
              <Ellipsis aria-hidden />
            </Button>
          </MenuTrigger>
          <MenuContent>
            <MenuItem onSelect={() => setAsking({ what: "rename", view: current })}>
              Rename or share…
            </MenuItem>
            <MenuItem onSelect={() => void takeAway(current)}>Delete view</MenuItem>
          </MenuContent>
        </Menu>
      )}
      {current && isChanged ? (
        <span className="flex shrink-0 items-center gap-1.5 text-muted text-xs">
          Changed
          <Button size="sm" onClick={() => void save(current)}>
            Save
          </Button>
          <Button
            size="sm"
            kind="quiet"
            onClick={() => {
              columns.reset();
              onChange(searchOf(current));
            }}
          >
            Reset
          </Button>
        </span>
      ) : null}
      <Button kind="quiet" size="sm" onClick={() => setAsking({ what: "new" })}>
        <Plus aria-hidden /> Save view
      </Button>
      {asking && (
        <SaveView
          title={asking.what === "new" ? "Save this view" : "Rename or share"}
          name={asking.what === "rename" ? asking.view.name : ""}
          shared={asking.what === "rename" && asking.view.shared}
          onClose={() => setAsking(undefined)}
          onSave={async (name, shared) => {
            if (asking.what === "rename") await change(asking.view.id, { name, shared });
            else {
              const view = await make({ name, shared, state: state() });
              keepColumns(tenant, search.view, undefined);
              onChange(searchOf(view));
            }
            toastDone(`“${name}” is saved`);
          }}
        />
      )}
    </div>
  );
}

function Tab({ isOn, onClick, children }: { isOn: boolean; onClick: () => void; children: React.ReactNode }) {
  return (
    <button
      type="button"
      aria-current={isOn ? "page" : undefined}
      onClick={onClick}
      className={cn(
        "inline-flex h-8 pointer-coarse:h-11 shrink-0 items-center gap-1.5 border-b-2 font-medium text-sm",
        isOn ? "border-ink text-ink" : "border-transparent text-muted hover:text-ink",
      )}
    >
      {children}
    </button>
  );
}
