import { formatCompact, formatDecimal, formatPercent } from "@/lib/format";
import type { Group, Kind, Member, Pair } from "./queries";

/** How a field's text is read by people; fields and their kinds are another feature's matter. */
export type ShowText = (field: string, text: string | null | undefined) => string;

/** Who is who on a card: a letter says it where a name may be the same. */
export const letterOf = (members: Member[], key: string): string =>
  String.fromCharCode(
    65 +
      Math.max(
        0,
        members.findIndex((one) => one.key === key),
      ),
  );

export const KIND_WORDS: Record<Kind, string> = {
  email: "Same e-mail",
  phone: "Same phone",
  birth: "Same date of birth",
  address: "Same address",
  identifier: "Same number",
  name: "Alike by name",
  hubspot: "HubSpot says so",
};

const ALL_BUT_SURE = 0.999;

/** "97 %"; never "100 %": nobody can be that sure. */
export const formatLikelihood = (likelihood: number): string =>
  likelihood > ALL_BUT_SURE
    ? `over ${formatPercent(ALL_BUT_SURE)}`
    : formatPercent(Math.round(likelihood * 100) / 100);

/** The pair for which most speaks: a group is as likely as that. */
export function bestPair({ pairs }: Group): Pair | undefined {
  return pairs.reduce<Pair | undefined>(
    (best, pair) => (best && best.posterior >= pair.posterior ? best : pair),
    undefined,
  );
}

/** Whether a group is the one of this pair. Groups join and part as proposals come and go; a pair stays itself. */
export const isOf = ({ pairs }: Group, pairId: number | string | undefined): boolean =>
  pairs.some(({ id }) => String(id) === String(pairId));

/** The proposals of which both ends are among these members. */
export const pairsAmong = ({ pairs }: Group, keys: readonly string[]): number[] =>
  pairs.filter(({ one, other }) => keys.includes(one) && keys.includes(other)).map(({ id }) => id);

/** "Anna Holmberg and Annie Holmberg", "Renée Nguyen, R. Nguyen and 1 more". */
export function namesOf(members: Member[]): string {
  const names = [...new Set(members.map(({ name }) => name))];
  const [first = "", second] = names;
  if (second === undefined) return first;
  const more = names.length - 2;
  return more > 0 ? `${first}, ${second} and ${more} more` : `${first} and ${second}`;
}

/** "4", "260K": how many times as likely so many bits make it. */
export function factorOf(bits: number): string {
  const factor = 2 ** Math.abs(bits);
  return factor < 10 ? formatDecimal(Math.round(factor * 10) / 10) : formatCompact(factor);
}
