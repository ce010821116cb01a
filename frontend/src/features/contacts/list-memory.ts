import type { ContactSearch } from "./filters";

/** Where somebody was in the list, so that coming back from a contact goes on there. For this visit only. */
interface Place {
  search: ContactSearch;
  offset: number;
  row: number;
}

let place: Place | undefined;
let latest: ContactSearch = {};

export function rememberPlace(next: Place): void {
  place = next;
}

export function placeIn(search: ContactSearch): Place | undefined {
  return place && JSON.stringify(place.search) === JSON.stringify(search) ? place : undefined;
}

/** Noted while the list is shown: a contact's page may be drawn before the list is left. */
export function rememberSearch(search: ContactSearch): void {
  latest = search;
}

/** The list as it was last seen: with its search, filters and order. */
export const lastSearch = (): ContactSearch => latest;
