import type { QueryClient } from "@tanstack/react-query";
import { fullName } from "@/lib/format";

/** What one comes back to. Pages and actions are remembered on the device by their ids; whom one looked at is known to
 * this tab only, from what it holds anyway, so that no name stays behind. */

const KEY = "loanark.palette";
const MAX_RECENT = 4;
const MAX_VISITED = 4;

export function recentIds(): string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(stored) ? stored.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}

export function rememberRecent(id: string): void {
  const ids = [id, ...recentIds().filter((one) => one !== id)].slice(0, MAX_RECENT);
  localStorage.setItem(KEY, JSON.stringify(ids));
}

interface Visited {
  id: string;
  firstname: string | null;
  lastname: string | null;
  email: string | null;
}

interface ContactData {
  id: string;
  fields: { name: string; loanark?: string | null }[];
}

/** Contacts whose pages were open in this tab, the last one first. */
export function visitedContacts(queryClient: QueryClient, tenant: string): (Visited & { name: string })[] {
  return queryClient
    .getQueryCache()
    .findAll({
      predicate: ({ queryKey, state }) => isContact(queryKey[0], tenant) && state.data !== undefined,
    })
    .sort((one, other) => other.state.dataUpdatedAt - one.state.dataUpdatedAt)
    .slice(0, MAX_VISITED)
    .map(({ state }) => {
      const { id, fields } = state.data as ContactData;
      const value = (name: string) => fields.find((field) => field.name === name)?.loanark ?? null;
      const names = { firstname: value("firstname"), lastname: value("lastname"), email: value("email") };
      return { id, ...names, name: fullName(names) };
    });
}

function isContact(key: unknown, tenant: string): boolean {
  const { _id, path } = (key ?? {}) as { _id?: string; path?: { tenant?: string } };
  return _id === "getContact" && path?.tenant === tenant;
}
