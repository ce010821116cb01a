"""How alike two names are."""

import re
from functools import lru_cache

from nicknames import NickNamer
from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

_NICKNAMES = NickNamer()
#: Names shorter than that are different people's more often than mistyped.
_SHORTEST_SLIP = 3
#: From this length on two slips are believed.
_LONG = 6
#: Jaro-Winkler, from which on names are called weakly alike.
_WEAKLY = 0.85
_DIGITS = re.compile(r"\d+")
_SOUNDS = {
    **dict.fromkeys("bfpv", "1"), **dict.fromkeys("cgjkqsxz", "2"), **dict.fromkeys("dt", "3"),
    "l": "4", **dict.fromkeys("mn", "5"), "r": "6",
}  # fmt: skip


def are_numbered(one: str, other: str) -> bool:
    """Whether both bear numbers, and not the same: those tell two things of one name apart."""
    if one.isalpha() or other.isalpha():  # nearly every name, and cheaper to say than by the expression
        return False
    mine, theirs = (_DIGITS.findall(name) for name in (one, other))
    return bool(mine and theirs) and mine != theirs


def is_slip(one: str, other: str) -> bool:
    """Whether they differ by a slip of the finger: a letter too many, missing, wrong, or two exchanged."""
    shorter = min(len(one), len(other))
    if shorter < _SHORTEST_SLIP:
        return False
    slips = DamerauLevenshtein.distance(one, other, score_cutoff=2)
    return (slips == 1 or (slips == 2 and shorter >= _LONG)) and not are_numbered(one, other)


def is_alike(one: str, other: str) -> bool:
    """The same, but for a slip."""
    return one == other or is_slip(one, other)


def is_weakly_alike(one: str, other: str) -> bool:
    """Something of the one is in the other."""
    # No cutoff for it: near one, the library's answer is another than without.
    return JaroWinkler.similarity(one, other) > _WEAKLY and not are_numbered(one, other)


@lru_cache(100_000)
def is_nickname(one: str, other: str) -> bool:
    """Bill and William, or Bill and Will."""
    if one in _NICKNAMES.nicknames_of(other) or other in _NICKNAMES.nicknames_of(one):
        return True
    return bool(_NICKNAMES.canonicals_of(one) & _NICKNAMES.canonicals_of(other))


@lru_cache(100_000)
def soundex(name: str) -> str:
    """How it sounds in English: a letter and three digits (US National Archives)."""
    if not name:
        return ""
    code, before = name[0], _SOUNDS.get(name[0], "")
    for letter in name[1:]:
        sound = _SOUNDS.get(letter, "")
        if sound and sound != before:
            code += sound
        if letter not in "hw":
            before = sound
    return (code + "000")[:4]
