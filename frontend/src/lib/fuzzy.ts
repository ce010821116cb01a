/** How well a text fits what was typed: 0 is not at all. Every typed word must be somewhere, in any order. */
export function scoreOf(text: string, typed: string): number {
  const words = bare(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
  const asked = bare(typed).split(/\s+/).filter(Boolean);
  let total = 1;
  for (const part of asked) {
    const best = Math.max(
      0,
      ...words.map((word, index) => fitWord(word, part) / (1 + index / 20)),
      initials(words, part),
    );
    if (best === 0) return 0;
    total += best;
  }
  return total;
}

function fitWord(word: string, part: string): number {
  if (word === part) return 5;
  if (word.startsWith(part)) return 4;
  if (word.includes(part)) return 2;
  return part.length > 2 && isWithin(word, part) ? 1 : 0;
}

/** "ce" for "Compare everything". */
const initials = (words: string[], part: string): number =>
  part.length > 1 &&
  words
    .map((word) => word[0])
    .join("")
    .startsWith(part)
    ? 3
    : 0;

/** The letters of `part` in their order, the first one at the beginning: "mpng" in "mapping". */
function isWithin(word: string, part: string): boolean {
  let at = 0;
  for (const letter of word) if (letter === part[at]) at += 1;
  return word[0] === part[0] && at === part.length;
}

const bare = (text: string) => text.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase();
