import { Ellipsis, Plus, UsersRound } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button } from "@/components/ui/button";
import { Menu, MenuContent, MenuItem, MenuTrigger } from "@/components/ui/menu";
import { cn } from "@/lib/cn";
import { type Asking, ViewDialog } from "./save-view";
import type { ViewsApi } from "./use-views";

/** Saved views: one's own and everybody's. What differs from a view is offered to be saved. */
export function ViewsBar({ api, canShare }: { api: ViewsApi; canShare: boolean }) {
  const { views, current, isChanged } = api;
  const [asking, setAsking] = useState<Asking>();
  return (
    <div className="flex min-h-8 items-center gap-3">
      <nav aria-label="Views" className="flex min-w-0 gap-4 overflow-x-auto">
        <Tab isOn={!current} onClick={() => api.choose(undefined)}>
          All contacts
        </Tab>
        {views.map((view) => (
          <Tab
            key={view.id}
            isOn={view === current}
            title={view.shared ? `Shared by ${view.mine ? "you" : view.by}` : undefined}
            onClick={() => api.choose(view)}
          >
            {view.name}
            {view.shared && (
              <>
                {" "}
                <UsersRound className="size-3.5 text-muted" aria-hidden />
                <span className="sr-only">shared</span>
              </>
            )}
          </Tab>
        ))}
      </nav>
      {current?.may_change && (
        <Menu>
          <MenuTrigger asChild>
            <Button kind="quiet" size="icon-sm" aria-label={`View ${current.name}`}>
              <Ellipsis aria-hidden />
            </Button>
          </MenuTrigger>
          <MenuContent>
            <MenuItem onSelect={() => setAsking({ view: current })}>Rename or share…</MenuItem>
            <MenuItem onSelect={() => void api.remove(current)}>Delete view</MenuItem>
          </MenuContent>
        </Menu>
      )}
      {current && isChanged && (
        <span className="flex shrink-0 items-center gap-1.5 text-muted text-xs">
          Changed
          {current.may_change && (
            <Button size="sm" onClick={() => void api.save(current)}>
              Save
            </Button>
          )}
          <Button size="sm" kind="quiet" onClick={() => api.reset(current)}>
            Reset
          </Button>
        </span>
      )}
      <Button kind="quiet" size="sm" onClick={() => setAsking({ view: undefined })}>
        <Plus aria-hidden /> Save view
      </Button>
      <ViewDialog api={api} canShare={canShare} asking={asking} onClose={() => setAsking(undefined)} />
    </div>
  );
}

interface TabProps {
  isOn: boolean;
  title?: string | undefined;
  onClick: () => void;
  children: ReactNode;
}

function Tab({ isOn, title, onClick, children }: TabProps) {
  return (
    <button
      type="button"
      title={title}
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
