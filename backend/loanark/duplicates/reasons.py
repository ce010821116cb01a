"""Why two contacts may be one person, as a loan officer reads it: what was compared, and how much it says."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from loanark.core.duplicates.names import is_nickname, is_slip, is_weakly_alike
from loanark.core.duplicates.person import Person
from loanark.core.duplicates.score import LEAST_BOOK, TWINS
from loanark.core.fields import BY_NAME
from loanark.duplicates.people import Sources
from loanark.duplicates.schemas import Reason

Texts = Mapping[str, str]

#: In the order in which they are told, with their names.
_LABELS: Mapping[str, str] = {
    "first": "First name",
    "last": "Last name",
    "crossed": "Names in each other's place",
    "middle": "Middle name",
    "suffix": "Jr, Sr, II, III",
    "birth": "Birth date",
    "identifier": "Identifier",
    "email": "E-mail",
    "phone": "Phone",
    "loan": "Loan number",
    "address": "Address",
    "household": "Household",
    "book": "Chance",
}


#: Who it is that says so, where no score does.
SAID = "HubSpot"


@dataclass(frozen=True, slots=True)
class Explainer:
    """What an organisation's fields are, and how they are called."""

    sources: Sources
    labels: Mapping[str, str]

    def explain(
        self, parts: Mapping[str, float], posterior: float, one: Texts, other: Texts, *, said: str = ""
    ) -> list[Reason]:
        """The reasons for a pair as it was weighed; their bits are the posterior. Texts of both by LoanArk field.

        `said`: why else, where it was not weighed alone."""
        prior = posterior - math.fsum(parts.values())
        bits = {**parts, "book": prior}
        a, b = self.sources.person(one), self.sources.person(other)
        return [
            Reason(
                what=what,
                label=SAID if said and what == "book" else self._label(what),
                bits=bits[what],
                one=self._text(what, one, a),
                other=self._text(what, other, b),
                words=said if said and what == "book" else _words(what, a, b, bits),
            )
            for what in [*(name for name in _LABELS if name in bits), *sorted(bits.keys() - _LABELS.keys())]
        ]

    def _label(self, what: str) -> str:
        if what == "birth" and self.sources.birth:
            return self.labels.get(self.sources.birth, _LABELS[what])
        if what == "identifier" and self.sources.identifiers:
            return " / ".join(self.labels.get(name, name) for name in self.sources.identifiers)
        return _LABELS.get(what, what)

    def _text(self, what: str, texts: Texts, one: Person) -> str | None:
        held = [texts[name] for name in self._fields(what) if texts.get(name)]
        if what == "suffix":
            return one.suffix.capitalize() if one.suffix in ("jr", "sr") else one.suffix.upper() or None
        return ", ".join(held) or None

    def _fields(self, what: str) -> Iterator[str]:
        match what:
            case "birth" if self.sources.birth:
                yield self.sources.birth
            case "identifier":
                yield from self.sources.identifiers
            case _:
                yield from _FIELDS.get(what, ())


#: Which fields show what was compared.
_FIELDS: Mapping[str, tuple[str, ...]] = {
    "first": ("firstname",),
    "last": ("lastname",),
    "middle": ("firstname",),
    "email": ("email",),
    "phone": ("phone", "mobilephone"),
    "loan": ("loan_number",),
    "address": ("address", "city", "zip"),
}
assert all(name in BY_NAME for names in _FIELDS.values() for name in names)


def _words(what: str, one: Person, other: Person, bits: Mapping[str, float]) -> str:
    """What a part says, in words."""
    crossed = "crossed" in bits
    match what:
        case "first" | "last" if crossed:
            return "the same as the other name of the other contact, or nearly"
        case "first":
            return _name(one.first, other.first, bits["first"])
        case "last":
            return _name(one.last, other.last, bits["last"])
        case "crossed":
            return "first and last name stand in each other's place"
        case "middle":
            return "the same" if bits["middle"] > 0 else "different"
        case "suffix":
            both = one.suffix and other.suffix
            return "different: they may be father and son" if both else "only one of them has it"
        case "birth":
            return _birth(one.birth, other.birth, bits["birth"])
        case "identifier":
            return {18.0: "the same", 6.0: "one character differs"}.get(bits["identifier"], "different")
        case "email":
            return _email(one, other, bits["email"])
        case "phone":
            return "the same number" if set(one.phones) & set(other.phones) else "one digit differs"
        case "loan":
            return "the same loan; a couple that borrows together shares it as well"
        case "address":
            return _address(one, other, bits["address"])
        case "household":
            return (
                "the first names do not agree, and a family or an office shares the rest: it counts no more than this"
            )
        case "book":
            return _book(bits["book"])
    return "speaks for it" if bits[what] > 0 else "speaks against it"


def _name(one: str, other: str, bits: float) -> str:
    if one == other:
        return "the same"
    if min(len(one), len(other)) == 1 and one[:1] == other[:1]:
        return "only the initial"
    if is_nickname(one, other):
        return "a short form of the other"
    if is_slip(one, other):
        return "one slip of the finger"
    return "a little alike" if is_weakly_alike(one, other) or bits > 0 else "different"


def _birth(one: str, other: str, bits: float) -> str:
    if one == other:
        return "the same day"
    if bits >= 7.0:
        return "one digit differs, or day and month are exchanged"
    return "two of day, month and year are the same" if bits > 0 else "different"


def _email(one: Person, other: Person, bits: float) -> str:
    if one.email == other.email:
        return "the same address"
    if bits <= 0:
        return "different; people have several"
    if one.mailbox == other.mailbox:
        return "a slip in the provider's name" if bits >= 9.0 else "the same name at another provider"
    return "one slip of the finger"


def _address(one: Person, other: Person, bits: float) -> str:
    same_street = one.street and one.street == other.street
    if one.number and one.number == other.number and bits >= 12.0:
        return "the same house" if same_street else "the same house, the street spelled differently"
    if one.number and one.number == other.number and one.unit and other.unit and bits > 0:
        return "the same house, another unit"
    if same_street and bits > 0:
        return "the same street"
    if one.zip and one.zip == other.zip:
        return "the same postal code"
    if one.city and one.city == other.city:
        return "the same city"
    return "the city has a slip of the finger" if bits > 0 else "different; people move"


def _book(bits: float) -> str:
    size = round(2 * TWINS / 2**bits)
    if size <= LEAST_BOOK:
        return "even in a small book some pairs look alike by chance"
    return f"in a book of {size:,} contacts many pairs look alike by chance"
