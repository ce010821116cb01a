import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { asProblem } from "@/lib/problem";
import { toastDone, toastFailed } from "@/lib/toast";
import { keepColumns } from "../columns/column-store";
import type { ColumnsApi } from "../columns/use-columns";
import type { ContactSearch } from "../filters";
import { useViewActions, type ViewOut, viewsQuery } from "./queries";
import { isAsSaved, searchOf, stateOf } from "./view-state";

export interface ViewsApi {
  views: ViewOut[];
  /** The view the list began with. */
  current: ViewOut | undefined;
  /** The list shows something else than its view says. */
  isChanged: boolean;
  /** None: all contacts. */
  choose: (view: ViewOut | undefined) => void;
  /** What the list shows becomes the view. */
  save: (view: ViewOut) => Promise<void>;
  reset: (view: ViewOut) => void;
  rename: (view: ViewOut, name: string, shared: boolean) => Promise<void>;
  make: (name: string, shared: boolean) => Promise<void>;
  remove: (view: ViewOut) => Promise<void>;
}

/** Saved views of the list: one's own and everybody's. Another person's change of one that is as saved is followed. */
export function useViews(
  tenant: string,
  search: ContactSearch,
  onChange: (search: ContactSearch) => void,
  columns: ColumnsApi,
): ViewsApi {
  const { data: views = [] } = useQuery(viewsQuery(tenant));
  const actions = useViewActions(tenant);
  const current = views.find(({ id }) => String(id) === search.view);
  const kept = columns.isOwn ? columns.choices : undefined;
  const isChanged = current ? !isAsSaved(current, search, kept) : false;
  const state = () => stateOf(search, kept ?? (current?.state.columns?.length ? columns.choices : []));

  const before = useRef(current);
  useEffect(() => {
    const was = before.current;
    before.current = current;
    const isOther = current && was && was !== current && was.id === current.id;
    if (isOther && isChanged && isAsSaved(was, search, kept)) onChange(searchOf(current));
  });

  return {
    views,
    current,
    isChanged,
    choose: (view) => onChange(view ? searchOf(view) : {}),
    save: async (view) => {
      try {
        await actions.change(view.id, { state: state() });
        columns.reset();
        toastDone(`“${view.name}” is saved`);
      } catch (error) {
        toastFailed("The view was not saved", { detail: asProblem(error).detail });
      }
    },
    reset: (view) => {
      columns.reset();
      onChange(searchOf(view));
    },
    rename: async (view, name, shared) => {
      await actions.change(view.id, { name, shared });
      toastDone(`“${name}” is saved`);
    },
    make: async (name, shared) => {
      const view = await actions.make({ name, shared, state: state() });
      keepColumns(tenant, search.view, undefined);
      onChange(searchOf(view));
      toastDone(`“${name}” is saved`);
    },
    remove: async (view) => {
      try {
        await actions.remove(view.id);
      } catch (error) {
        return toastFailed("The view was not deleted", { detail: asProblem(error).detail });
      }
      if (current?.id === view.id) onChange({});
      const { name, shared, state: saved } = view;
      const bringBack = () =>
        actions
          .make({ name, shared, state: saved })
          .catch((error) =>
            toastFailed(`“${name}” was not brought back`, { detail: asProblem(error).detail }),
          );
      toastDone(`“${name}” is deleted`, { undo: () => void bringBack() });
    },
  };
}
