/** Where a value differs from another one, within its text. */
export interface Part {
  text: string;
  isNew: boolean;
}

const LONGEST = 200;

/** A value in pieces, those that `base` does not have told apart: word by word, in one word letter by letter. */
export function markDifference(value: string, base: string): Part[] {
  if (value === "" || base === "" || value === base)
    return value ? [{ text: value, isNew: base === "" && value !== base }] : [];
  const [ours, theirs] = [wordsOf(value), wordsOf(base)];
  if (ours.length === 1 && theirs.length === 1) return middle(value, base);
  if (ours.length > LONGEST || theirs.length > LONGEST) return [{ text: value, isNew: true }];
  const kept = common(ours, theirs);
  return joined(ours.map((text, index) => ({ text, isNew: !kept.has(index) })));
}

const wordsOf = (text: string) => text.split(/(\s+|(?<=[,;@./])|(?=[,;@./]))/).filter(Boolean);

function middle(value: string, base: string): Part[] {
  let start = 0;
  while (start < value.length && value[start] === base[start]) start++;
  let end = 0;
  while (end < Math.min(value.length, base.length) - start && value.at(-1 - end) === base.at(-1 - end)) end++;
  return joined([
    { text: value.slice(0, start), isNew: false },
    { text: value.slice(start, value.length - end), isNew: true },
    { text: value.slice(value.length - end), isNew: false },
  ]);
}

/** The places in `ours` of the longest common sequence of words. */
function common(ours: string[], theirs: string[]): Set<number> {
  const length = Array.from({ length: ours.length + 1 }, () => new Array<number>(theirs.length + 1).fill(0));
  const at = (i: number, j: number) => length[i]?.[j] ?? 0;
  for (let i = ours.length - 1; i >= 0; i--)
    for (let j = theirs.length - 1; j >= 0; j--)
      (length[i] as number[])[j] =
        ours[i] === theirs[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const kept = new Set<number>();
  for (let i = 0, j = 0; i < ours.length && j < theirs.length; ) {
    if (ours[i] === theirs[j]) {
      kept.add(i);
      i++;
      j++;
    } else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return kept;
}

/** Neighbours of one kind as one piece; spaces between two new words are new as well. */
function joined(parts: Part[]): Part[] {
  const merged: Part[] = [];
  for (const part of parts) {
    if (part.text === "") continue;
    const last = merged.at(-1);
    if (last && last.isNew === part.isNew) last.text += part.text;
    else merged.push({ ...part });
  }
  return merged;
}
