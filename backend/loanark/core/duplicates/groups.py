"""Pairs that hang together: groups of contacts that may all be one person. Pure.

A likes B and B likes C; that A and C were born on different days keeps the three from being one person. So a pair joins
two groups only where none of one contradicts any of the other; a pair that would is a group of its own, and is decided
by itself.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from loanark.core.duplicates.person import Person
from loanark.core.duplicates.score import contradicts

#: More contacts than that never are merged without a person: something that all share may be nobody's in particular.
LARGEST_AUTOMATIC = 4
#: More are no group that a person sees through.
LARGEST = 8


@dataclass(frozen=True, slots=True)
class Pair:
    """A proposal and whom it is about."""

    id: int
    one: str
    other: str
    posterior: float


def may_be_one(members: Sequence[Person]) -> bool:
    """Whether nobody among them contradicts another one."""
    return not any(contradicts(one, other) for place, one in enumerate(members) for other in members[place + 1 :])


def group(pairs: Iterable[Pair], people: Mapping[str, Person]) -> dict[int, int]:
    """The group of each pair: the lowest id among its pairs. The likeliest pairs are joined first."""
    groups: dict[int, int] = {}
    rest = sorted(pairs, key=lambda pair: (-pair.posterior, pair.id))
    while rest:
        joined, rest = _join(rest, people)
        for together in joined:
            lowest = min(pair.id for pair in together)
            groups.update((pair.id, lowest) for pair in together)
    return groups


def _join(pairs: Sequence[Pair], people: Mapping[str, Person]) -> tuple[list[list[Pair]], list[Pair]]:
    """Groups, and the pairs that contradict them: these are grouped among themselves."""
    members: dict[str, list[str]] = {}
    refused = []
    for pair in pairs:
        one, other = members.setdefault(pair.one, [pair.one]), members.setdefault(pair.other, [pair.other])
        if one is other:
            continue
        if len(one) + len(other) > LARGEST or _contradict(pair, one, other, people):
            refused.append(pair)
            continue
        one += other
        members.update(dict.fromkeys(other, one))
    left = {pair.id for pair in refused}
    together: defaultdict[int, list[Pair]] = defaultdict(list)
    for pair in pairs:
        if pair.id not in left:
            together[id(members[pair.one])].append(pair)
    return list(together.values()), refused


def _contradict(pair: Pair, one: Sequence[str], other: Sequence[str], people: Mapping[str, Person]) -> bool:
    """Whether joining them would put two together who contradict each other; the pair itself was weighed already."""
    return any(
        contradicts(people[mine], people[theirs])
        for mine in one
        for theirs in other
        if (mine, theirs) != (pair.one, pair.other) and mine in people and theirs in people
    )
