/** Who is signed in, as the rows on this device are told apart by. Unknown until the session was asked for. */

let here: string | undefined;
const listeners = new Set<() => void>();

export const whoIsHere = (): string | undefined => here;

export function setWhoIsHere(person: string | undefined): void {
  if (here === person) return;
  here = person;
  for (const listener of listeners) listener();
}

export function onWhoIsHere(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
