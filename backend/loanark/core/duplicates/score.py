"""How much speaks for two contacts being one person, in bits, field by field (Fellegi and Sunter, 1969).

A bit doubles the odds. Weights are fixed, and were measured on labelled people (`./run bench duplicates`). Two things
matter most. A family or an office shares last name, address, phone and mailbox: where first names disagree, all of that
together counts no more than a cap. And the larger a book, the more pairs look alike by chance: that is the prior.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from rapidfuzz.distance import DamerauLevenshtein

from loanark.core.duplicates.names import are_numbered, is_alike, is_nickname, is_slip, is_weakly_alike
from loanark.core.duplicates.person import Person

#: How many of a book's contacts have another of the same person. Of a real book rather too few than too many.
TWINS = 0.05
#: Suggested from this posterior on; in a large book chance finds more, and people have less time for each.
SUGGESTED = -3.0
SUGGESTED_IN_LARGE = 3.0
LARGE = 200_000
#: Certain enough, if also the gate lets it through.
CERTAIN = 3.0

_FIRST_CAP, _LAST_CAP, _ZIP_CAP, _CITY_CAP = 11.0, 14.0, 13.0, 9.0
_NICKNAME, _SLIP, _WEAK, _INITIAL = -2.5, -3.0, 1.0, 2.0
_FIRST_DIFFERS, _LAST_DIFFERS = -5.5, -4.5
#: Names with other numbers in them (Desk 4, Desk 5) are made to tell two apart: as much as a mailbox would join them.
_NUMBERED = -18.0
#: Both names in each other's place; one of them in the other's.
_CROSSED, _HALF_CROSSED, _OTHER_HALF = -4.0, -4.0, -2.0
_SUFFIX_CONFLICT, _SUFFIX_ON_ONE = -12.0, -2.5
_MIDDLE = 3.0
_EMAIL, _EMAIL_DOMAIN_SLIP, _EMAIL_SLIP, _EMAIL_DIFFERS = 18.0, 11.0, 9.0, -1.2
#: The same mailbox at another provider: with digits in it fewer people have it.
_MAILBOX_WITH_DIGITS, _MAILBOX = 4.0, 1.0
_PHONE, _PHONE_SLIP = 15.0, 8.0
_BIRTH, _BIRTH_SLIP = 13.5, 7.0
#: By how many of year, month and day agree.
_BIRTH_DIFFERS = (-6.0, -3.5, 4.0)
_HOUSE, _HOUSE_NEARLY, _OTHER_UNIT, _STREET, _ZIP_DIFFERS = 16.0, 12.0, 6.0, 7.0, -1.0
_CITY_SLIP, _CITY_DIFFERS = 2.0, -1.5
_IDENTIFIER, _IDENTIFIER_SLIP, _IDENTIFIER_DIFFERS = 18.0, 6.0, -8.0
#: People have several loans: another number says nothing.
_LOAN = 15.0
_SHORTEST_STREET = 6


class First(Enum):
    """How two first names agree."""

    EQUAL = "equal"
    NICKNAME = "nickname"
    SLIP = "slip"
    WEAK = "weak"
    INITIAL = "initial"
    MISSING = "missing"
    DIFFERS = "differs"


#: What a household shares counts together no more than that; no cap where first names agree.
_CAPS = {First.DIFFERS: 11.0, First.MISSING: 15.0, First.INITIAL: 13.0, First.WEAK: 17.0}
#: First names differ and the day of birth does not: twins.
_CAP_OF_TWINS = 6.0
_SHARED = ("last", "email", "phone", "address", "loan")
#: Bits below which something contradicts. That one side only has a suffix does not.
_CONTRADICTING = {"birth": 0.0, "suffix": _SUFFIX_ON_ONE, "middle": 0.0, "identifier": 0.0}
#: From so many bits on something identifies a person more than a neighbourhood.
_IDENTIFYING = {
    "email": _EMAIL_SLIP,
    "phone": _PHONE_SLIP,
    "birth": _BIRTH_SLIP,
    "address": _HOUSE_NEARLY,
    "identifier": 6.0,
}
#: What keeps a new contact waiting: here a slip of the finger in a number may as well be the next number.
_TELLING = {
    "email": _EMAIL_SLIP,
    "phone": _PHONE,
    "birth": _BIRTH,
    "address": _HOUSE_NEARLY,
    "identifier": _IDENTIFIER,
    "loan": _LOAN,
}
_AGREE = frozenset({First.EQUAL, First.NICKNAME, First.SLIP})


#: A name that was seen once may be seen again; and a book of fifty says little of how rare names are, or people twice.
_LEAST_SEEN, LEAST_BOOK = 2, 1_000


@dataclass(frozen=True, slots=True)
class Frequency:
    """How often each value occurs."""

    counts: Mapping[str, int]
    total: int

    @classmethod
    def of(cls, values: Iterable[str]) -> "Frequency":
        """Blank values are none."""
        counts = Counter(filter(None, values))
        return cls(counts, counts.total())

    def bits(self, cap: float, *values: str) -> float:
        """What it says that these values, which are the same but for a slip, agree: by the more frequent one."""
        seen = _LEAST_SEEN
        for value in values:
            seen = max(seen, self.counts.get(value, 0))
        return min(cap, _rarity(self.total, seen))


@lru_cache(10_000)
def _rarity(total: int, seen: int) -> float:
    return math.log2(max(total, LEAST_BOOK) / seen)


@dataclass(frozen=True, slots=True)
class Frequencies:
    """How often names and places occur in a book: that Smith agrees says less than that Holmberg does."""

    size: int
    first: Frequency
    last: Frequency
    zip: Frequency
    city: Frequency

    @classmethod
    def of(cls, people: Iterable[Person]) -> "Frequencies":
        """Counted over a book."""
        book = list(people)
        return cls(
            len(book),
            Frequency.of(one.first for one in book),
            Frequency.of(one.last for one in book),
            Frequency.of(one.zip for one in book),
            Frequency.of(one.city for one in book),
        )

    @property
    def prior(self) -> float:
        """Bits that speak against any pair, before anything is compared."""
        return _prior(self.size)


@lru_cache(1_000)
def _prior(size: int) -> float:
    return math.log2(2 * TWINS / max(size, LEAST_BOOK))


@dataclass(frozen=True, slots=True)
class Score:
    """Why two contacts may be one person."""

    #: Bits by what was compared; what is missing on a side was not. Their sum and the prior are the posterior.
    parts: Mapping[str, float]
    first: First
    posterior: float
    #: Sure enough to be merged without a person, where that is switched on.
    is_certain: bool
    is_suggested: bool


def score(one: Person, other: Person, book: Frequencies) -> Score:
    """Weighs a pair of a book. The order of the two does not matter."""
    parts: dict[str, float] = {}
    first = _names(one, other, book, parts)
    _suffix(one, other, parts)
    _middle(one, other, parts)
    _email(one, other, parts)
    _phone(one, other, parts)
    _birth(one, other, parts)
    if one.identifiers:
        _identifiers(one, other, parts)
    if one.loan and one.loan == other.loan:
        parts["loan"] = _LOAN
    _address(one, other, book, parts)
    if first not in _AGREE:
        _household(first, parts)
    posterior = sum(parts.values()) + book.prior
    least = SUGGESTED_IN_LARGE if book.size >= LARGE else SUGGESTED
    certain = posterior >= CERTAIN and _gate(one, other, first, parts)
    return Score(parts, first, posterior, certain, posterior >= least)


def _household(first: First, parts: dict[str, float]) -> None:
    shared = sum(max(0.0, parts.get(name, 0.0)) for name in _SHARED)
    cap = _CAP_OF_TWINS if first is First.DIFFERS and parts.get("birth") == _BIRTH else _CAPS[first]
    if shared > cap:
        parts["household"] = cap - shared


def is_telling(parts: Mapping[str, float], posterior: float) -> bool:
    """Whether it is enough to keep a new contact from being made on the other side before a person decides: more likely
    than not, and more than names and a town. Namesakes are many, and a contact that waits costs somebody's time."""
    return posterior >= 0 and any(parts.get(name, 0.0) >= least for name, least in _TELLING.items())


def kind(parts: Mapping[str, float]) -> str:
    """What speaks most for a pair beside its names; where nothing else identifies anybody, the names."""
    bits = {**parts, "identifier": max(parts.get("identifier", 0.0), parts.get("loan", 0.0))}
    telling = [(bits[name], name) for name, least in _IDENTIFYING.items() if bits.get(name, 0.0) >= least]
    return max(telling)[1] if telling else "name"


def contradicts(one: Person, other: Person) -> bool:
    """Whether they cannot be one person, however alike they are: by birth date, suffix, middle name or a number."""
    parts: dict[str, float] = {}
    _suffix(one, other, parts)
    _middle(one, other, parts)
    _birth(one, other, parts)
    _identifiers(one, other, parts)
    return any(parts.get(name, 0.0) < least for name, least in _CONTRADICTING.items())


def _names(one: Person, other: Person, book: Frequencies, parts: dict[str, float]) -> First:
    last = _last(one.last, other.last, book)
    first, agreement = _first(one.first, other.first, book)
    if agreement is First.DIFFERS or not one.last or not other.last:
        # Whose names are in the right place is not known: taken both ways, the order of the two does not matter.
        crossed = max(_crossed(one, other, book), _crossed(other, one, book), key=sum)
        if min(crossed) > _WEAK and sum(crossed) + _CROSSED > last + first:
            parts.update(last=crossed[0], first=crossed[1], crossed=_CROSSED)
            return First.SLIP
        if half := _half_crossed(one, other) if last < 0 and agreement is First.DIFFERS else "":
            parts.update(last=book.last.bits(_LAST_CAP, half) + _HALF_CROSSED, first=_OTHER_HALF)
            return First.WEAK
    if one.last and other.last:
        parts["last"] = last
    if one.first and other.first:
        parts["first"] = first
    return agreement


def _crossed(one: Person, other: Person, book: Frequencies) -> tuple[float, float]:
    """Bits of the last and of the first name of one, as the other has them in each other's place."""
    first, how = _first(one.first, other.last, book)
    return _last(one.last, other.first, book), first if how in _AGREE else _FIRST_DIFFERS


def _half_crossed(one: Person, other: Person) -> str:
    """A name of the one that stands in the other name's place of the other."""
    if one.first and other.last and is_alike(one.first, other.last):
        return one.first
    if one.last and other.first and is_alike(one.last, other.first):
        return one.last
    return ""


def _last(one: str, other: str, book: Frequencies) -> float:
    if not one or not other:
        return 0.0
    if one == other:
        return book.last.bits(_LAST_CAP, one)
    if are_numbered(one, other):
        return _NUMBERED
    if is_slip(one, other):
        return book.last.bits(_LAST_CAP, one, other) + _SLIP
    return _WEAK if is_weakly_alike(one, other) else _LAST_DIFFERS


def _first(one: str, other: str, book: Frequencies) -> tuple[float, First]:
    if not one or not other:
        return 0.0, First.MISSING
    bits = book.first.bits(_FIRST_CAP, one, other)
    if one == other:
        return bits, First.EQUAL
    if are_numbered(one, other):
        return _NUMBERED, First.DIFFERS
    if min(len(one), len(other)) == 1:
        return (_INITIAL, First.INITIAL) if one[0] == other[0] else (_FIRST_DIFFERS, First.DIFFERS)
    if is_nickname(one, other):
        return bits + _NICKNAME, First.NICKNAME
    if is_slip(one, other):
        return bits + _SLIP, First.SLIP
    return (_WEAK, First.WEAK) if is_weakly_alike(one, other) else (_FIRST_DIFFERS, First.DIFFERS)


def _suffix(one: Person, other: Person, parts: dict[str, float]) -> None:
    if one.suffix != other.suffix:
        parts["suffix"] = _SUFFIX_CONFLICT if one.suffix and other.suffix else _SUFFIX_ON_ONE


def _middle(one: Person, other: Person, parts: dict[str, float]) -> None:
    if not one.middle or not other.middle:
        return
    if one.middle == other.middle:
        parts["middle"] = _MIDDLE
    elif are_numbered(one.middle, other.middle):
        parts["middle"] = _NUMBERED
    elif one.middle[0] != other.middle[0]:
        parts["middle"] = -_MIDDLE
    elif min(len(one.middle), len(other.middle)) == 1:
        parts["middle"] = _MIDDLE


def _email(one: Person, other: Person, parts: dict[str, float]) -> None:
    if not one.mailbox or not other.mailbox:
        return
    if one.mailbox == other.mailbox:
        if one.domain == other.domain:
            parts["email"] = _EMAIL
        elif DamerauLevenshtein.distance(one.domain, other.domain, score_cutoff=2) <= 2:
            parts["email"] = _EMAIL_DOMAIN_SLIP
        else:
            parts["email"] = _MAILBOX_WITH_DIGITS if any(map(str.isdigit, one.mailbox)) else _MAILBOX
    elif one.domain == other.domain and is_slip(one.mailbox, other.mailbox):
        parts["email"] = _EMAIL_SLIP
    else:
        parts["email"] = _EMAIL_DIFFERS


def _phone(one: Person, other: Person, parts: dict[str, float]) -> None:
    """Other numbers say nothing: people have several."""
    for mine in one.phones:
        for theirs in other.phones:
            if mine == theirs:
                parts["phone"] = _PHONE
                return
            if DamerauLevenshtein.distance(mine, theirs, score_cutoff=1) <= 1:
                parts["phone"] = _PHONE_SLIP


def _birth(one: Person, other: Person, parts: dict[str, float]) -> None:
    if not one.birth or not other.birth:
        return
    if one.birth == other.birth:
        parts["birth"] = _BIRTH
        return
    if DamerauLevenshtein.distance(one.birth, other.birth, score_cutoff=1) == 1:
        parts["birth"] = _BIRTH_SLIP
        return
    mine, theirs = one.birth.split("-"), other.birth.split("-")
    if mine == [theirs[0], *theirs[:0:-1]]:
        parts["birth"] = _BIRTH_SLIP
    else:
        parts["birth"] = _BIRTH_DIFFERS[sum(a == b for a, b in zip(mine, theirs, strict=False))]


def _identifiers(one: Person, other: Person, parts: dict[str, float]) -> None:
    """By field: the same number of two fields is a chance. One in conflict outweighs another that agrees."""
    theirs = dict(other.identifiers)
    found = [(number, theirs[name]) for name, number in one.identifiers if name in theirs]
    if found:
        # Numbers of brothers and sisters may follow each other: one slip is believed, and never is certain.
        slips = max(DamerauLevenshtein.distance(mine, other, score_cutoff=1) for mine, other in found)
        parts["identifier"] = (_IDENTIFIER, _IDENTIFIER_SLIP, _IDENTIFIER_DIFFERS)[slips]


def _address(one: Person, other: Person, book: Frequencies, parts: dict[str, float]) -> None:
    streets = bool(one.street and other.street)
    same_street = streets and one.street == other.street
    same_number = streets and one.number != "" and one.number == other.number
    if same_number and (same_street or is_weakly_alike(one.street, other.street)):
        whole = _HOUSE if same_street else _HOUSE_NEARLY
        parts["address"] = _OTHER_UNIT if one.unit and other.unit and one.unit != other.unit else whole
    elif same_street and len(one.street) >= _SHORTEST_STREET:
        parts["address"] = _STREET
    elif one.zip and one.zip == other.zip:
        parts["address"] = book.zip.bits(_ZIP_CAP, one.zip)
    elif one.city and one.city == other.city:
        parts["address"] = book.city.bits(_CITY_CAP, one.city) + (_ZIP_DIFFERS if one.zip and other.zip else 0.0)
    elif one.zip and other.zip:
        parts["address"] = _ZIP_DIFFERS
    elif one.city and other.city:
        parts["address"] = _CITY_SLIP if is_slip(one.city, other.city) else _CITY_DIFFERS


def _gate(one: Person, other: Person, first: First, parts: Mapping[str, float]) -> bool:
    """Both names agree, nothing contradicts, and two things identify them; or the e-mail, with both names exactly."""
    if first not in _AGREE or parts.get("last", -1.0) <= _WEAK:
        return False
    if any(parts.get(name, 0.0) < 0 for name in ("birth", "suffix", "middle")):
        return False
    if parts.get("identifier", _IDENTIFIER) != _IDENTIFIER:
        return False
    same_email, same_birth, same_number = (
        parts.get("email") == _EMAIL,
        parts.get("birth") == _BIRTH,
        "identifier" in parts,
    )
    if not (same_email or same_birth or same_number):
        return False
    same_house = parts.get("address", 0.0) >= _HOUSE_NEARLY
    identifying = [same_email, same_birth, same_number, same_house, parts.get("phone") == _PHONE, "loan" in parts]
    return sum(identifying) > 1 or (same_email and one.first == other.first and one.last == other.last)
