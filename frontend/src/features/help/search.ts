/** What the address of the help page says: what is searched, or which part is open. */

const PARTS = ["states", "codes", "words", "keys"] as const;
export type HelpPart = (typeof PARTS)[number];

export interface HelpSearch {
  q?: string;
  part?: HelpPart;
}

export function parseHelpSearch({ q, part }: Record<string, unknown>): HelpSearch {
  const known = PARTS.find((one) => one === part);
  return { ...(typeof q === "string" && { q }), ...(known && { part: known }) };
}
