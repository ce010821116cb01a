"""Transforms: what a value becomes on its way between a HubSpot property and a LoanArk field. A small closed set.

Two sides are always compared in LoanArk's terms: HubSpot's value as it would be here, against LoanArk's value in the
transform's form. So a transform that tidies (trim, case, phone) never makes the sides correct each other for ever.

    transform       LoanArk to HubSpot             HubSpot to LoanArk              ways
    trim            without outer white space      the same                        both
    case            in that case                   the same                        both
    phone           as E.164                       the same                        both
    options         the option's counterpart       the counterpart's option        both
    scale           divided by the factor          times the factor                both, if dividing is exact for ever
    date            midnight of that day there     the day it was there            both (LoanArk's edits set midnight)
    split_name                                     the given or the family name    to LoanArk only
    join_name       given and family name          compared only                   to HubSpot only
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Context, Decimal, Inexact, InvalidOperation
from enum import StrEnum
from typing import Any, ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from loanark.core.values import Kind, Unreadable, Value, read


class Way(StrEnum):
    """Which way a transform can carry values."""

    BOTH = "both"
    TO_LOANARK = "to_loanark"
    TO_HUBSPOT = "to_hubspot"


class Untranslatable(ValueError):
    """A value that has no counterpart on the other side. The text says why, and begins with a verb."""


@dataclass(frozen=True, slots=True)
class Trim:
    """White space around a text is left out."""

    name: ClassVar = "trim"
    kinds: ClassVar = frozenset({Kind.TEXT, Kind.EMAIL})
    way: ClassVar = Way.BOTH

    def form(self, text: str) -> str:
        return text.strip()


class Letters(StrEnum):
    UPPER = "upper"
    LOWER = "lower"
    TITLE = "title"


@dataclass(frozen=True, slots=True)
class Case:
    """A text in capitals, small letters, or with a capital at the start of each word."""

    to: Letters

    name: ClassVar = "case"
    kinds: ClassVar = frozenset({Kind.TEXT})
    way: ClassVar = Way.BOTH

    def form(self, text: str) -> str:
        composed = unicodedata.normalize("NFC", text)
        match self.to:
            case Letters.UPPER:
                changed = "".join(map(_upper, composed))
            case Letters.LOWER:
                changed = "".join(map(_lower, composed))
            case Letters.TITLE:
                changed = _title(composed)
        return unicodedata.normalize("NFC", changed)


def _upper(letter: str) -> str:
    """Letter by letter: what becomes two letters (as the German ß) stays, or casing twice would be another text."""
    changed = letter.upper()
    return changed if len(changed) == 1 else letter


def _lower(letter: str) -> str:
    changed = letter.lower()
    return changed if len(changed) == 1 else letter


def _title(text: str) -> str:
    """`o'brien-SMITH` becomes `O'Brien-Smith`, and `it's` `It's`: an apostrophe begins a part after one letter only."""
    written: list[str] = []
    word = 0  # letters of the word so far
    for place, letter in enumerate(text):
        if letter.isalpha():
            written.append(_lower(letter) if word else _upper(letter))
            word += 1
        elif letter in "'’" and word:
            word = 0 if word == 1 else word
            written.append(letter)
        elif unicodedata.combining(letter) and place:
            written.append(letter)
        else:
            word = 0
            written.append(letter)
    return "".join(written)


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone number as E.164 (`;ext=` for an extension). What is none stays as it is."""

    name: ClassVar = "phone"
    kinds: ClassVar = frozenset({Kind.PHONE})
    way: ClassVar = Way.BOTH

    def form(self, text: str) -> str:
        return _canonical(Kind.PHONE, text)


@dataclass(frozen=True)
class OptionMap:
    """LoanArk's key and HubSpot's key of each option. One to one, so that it has an inverse."""

    #: HubSpot's key by LoanArk's.
    map: Mapping[str, str] = field(hash=False)

    name: ClassVar = "options"
    kinds: ClassVar = frozenset({Kind.ENUM, Kind.ENUM_SET})
    way: ClassVar = Way.BOTH

    def __post_init__(self) -> None:
        keys = [key for pair in self.map.items() for key in pair]
        if not keys or not all(key.strip() and ";" not in key for key in keys):
            raise ValueError("the option map needs pairs of keys, none of them blank or with a semicolon")
        if len(set(self.map.values())) != len(self.map):
            twice = sorted({key for key in self.map.values() if list(self.map.values()).count(key) > 1})
            raise ValueError(f"two of LoanArk's options have one counterpart in HubSpot: {', '.join(twice)}")
        object.__setattr__(self, "_inverse", {other: key for key, other in self.map.items()})

    def incoming(self, kind: Kind, value: Value) -> str:
        return self._each(kind, value, self._inverse, "HubSpot")  # type: ignore[attr-defined]

    def outgoing(self, kind: Kind, value: Value) -> str:
        return self._each(kind, value, self.map, "LoanArk")

    def _each(self, kind: Kind, value: Value, counterparts: Mapping[str, str], side: str) -> str:
        text = value.canonical or ""
        keys = text.split(";") if kind is Kind.ENUM_SET else [text]
        unknown = [key for key in keys if key not in counterparts]
        if unknown:
            named = ", ".join(repr(key) for key in unknown)
            raise Untranslatable(f"holds {side}'s option {named}, which has no counterpart in the option map")
        return ";".join(counterparts[key] for key in keys)


@dataclass(frozen=True, slots=True)
class Scale:
    """LoanArk holds HubSpot's number times `factor`, exactly: 0.01 makes a fraction of HubSpot's percent."""

    factor: Decimal

    name: ClassVar = "scale"
    kinds: ClassVar = frozenset({Kind.DECIMAL})

    def __post_init__(self) -> None:
        if not self.factor.is_finite() or not self.factor:
            raise ValueError("the factor must be a number other than 0")
        if len(self.factor.as_tuple().digits) > MAX_FACTOR_DIGITS or abs(self.factor.adjusted()) > MAX_FACTOR_DIGITS:
            raise ValueError(f"the factor has more than {MAX_FACTOR_DIGITS} digits")

    @property
    def way(self) -> Way:
        """Dividing by a factor of 3 would go on for ever: such a number is only carried to LoanArk."""
        rest = abs(int(self.factor.scaleb(-min(0, int(self.factor.as_tuple().exponent)))))
        for prime in (2, 5):
            while rest % prime == 0:
                rest //= prime
        return Way.BOTH if rest == 1 else Way.TO_LOANARK

    def incoming(self, value: Value) -> str:
        return self._exactly("multiply", value)

    def outgoing(self, value: Value) -> str:
        return self._exactly("divide", value)

    def _exactly(self, operation: str, value: Value) -> str:
        try:
            return format(getattr(_EXACT, operation)(Decimal(value.canonical or ""), self.factor), "f")
        except (Inexact, InvalidOperation):
            raise Untranslatable(f"cannot be scaled by {self.factor} exactly") from None


MAX_FACTOR_DIGITS = 20
#: Room for the longest number times, or divided by, the longest factor.
_EXACT = Context(prec=400, traps=[Inexact, InvalidOperation])


@dataclass(frozen=True, slots=True)
class DateFromInstant:
    """The civil day of a HubSpot moment in a named time zone; back, midnight there. The time of day is not kept."""

    zone: str

    name: ClassVar = "date"
    kinds: ClassVar = frozenset({Kind.DATE})
    way: ClassVar = Way.BOTH

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"there is no time zone {self.zone!r}") from None

    def incoming(self, value: Value) -> str:
        try:
            return datetime.fromisoformat(value.canonical or "").astimezone(ZoneInfo(self.zone)).date().isoformat()
        except OverflowError:
            raise Untranslatable(f"has no date in {self.zone}") from None

    def outgoing(self, value: Value) -> str:
        day = date.fromisoformat(value.canonical or "")
        zone = ZoneInfo(self.zone)
        try:
            # Where clocks were put forward at midnight, this is the first moment of the day.
            moment = datetime.combine(day, time(), zone).astimezone(UTC)
            if moment.astimezone(zone).date() == day:
                return moment.isoformat()
        except OverflowError:
            pass
        raise Untranslatable(f"is a day that never was in {self.zone}")


class Part(StrEnum):
    FIRST = "first"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class SplitName:
    """One part of a whole name: `Ann Mary Smith` and `Smith, Ann Mary` are `Ann Mary` and `Smith`."""

    part: Part

    name: ClassVar = "split_name"
    kinds: ClassVar = frozenset({Kind.TEXT})
    #: Which parts a name is made of cannot be told from one of them.
    way: ClassVar = Way.TO_LOANARK

    def incoming(self, value: Value) -> str:
        family, comma, given = (value.canonical or "").partition(",")
        if not comma:
            *most, last = (value.canonical or "").split()
            given, family = (" ".join(most), last) if most else (last, "")
        return " ".join((given if self.part is Part.FIRST else family).split())

    def outgoing(self, value: Value) -> str:
        raise Untranslatable("is a part of a name: the whole cannot be written from it")


@dataclass(frozen=True, slots=True)
class JoinName:
    """Given and family name as one text."""

    name: ClassVar = "join_name"
    kinds: ClassVar = frozenset({Kind.TEXT})
    way: ClassVar = Way.TO_HUBSPOT


#: What `join_name` writes: a field that no column holds.
FULL_NAME = "full_name"

Transform = Trim | Case | Phone | OptionMap | Scale | DateFromInstant | SplitName | JoinName


def wire_kind(kind: Kind, transform: Transform | None) -> Kind:
    """What HubSpot's values are where LoanArk's are of `kind`."""
    return Kind.INSTANT if isinstance(transform, DateFromInstant) else kind


def form(kind: Kind, transform: Transform | None, value: Value) -> Value:
    """LoanArk's value, compared as the transform would write it. What is shown and kept stays as it was written."""
    if value.raw is None or not isinstance(transform, Trim | Case | Phone):
        return value
    shaped = read(kind, transform.form(value.raw))
    return Value(shaped.canonical, value.raw) if isinstance(shaped, Value) else value


def incoming(kind: Kind, transform: Transform | None, value: Value) -> Value | Unreadable:
    """A HubSpot value in LoanArk's terms."""
    if transform is None or isinstance(transform, JoinName) or value.canonical is None or value.raw is None:
        return value
    try:
        if isinstance(transform, Trim | Case | Phone):
            return read(kind, transform.form(value.raw))
        if isinstance(transform, OptionMap):
            return read(kind, transform.incoming(kind, value))
        return read(kind, transform.incoming(value))
    except Untranslatable as error:
        return Unreadable(value.raw, str(error))


def outgoing(kind: Kind, transform: Transform | None, value: Value) -> Value:
    """A LoanArk value in HubSpot's terms. Raises: Untranslatable."""
    if transform is None or isinstance(transform, JoinName) or value.canonical is None:
        return value
    if isinstance(transform, Trim | Case | Phone):
        text = transform.form(value.raw or value.canonical)
    elif isinstance(transform, OptionMap):
        text = transform.outgoing(kind, value)
    else:
        text = transform.outgoing(value)
    there = read(wire_kind(kind, transform), text)
    if isinstance(there, Unreadable):
        raise Untranslatable(there.reason)
    return there


def _canonical(kind: Kind, text: str) -> str:
    value = read(kind, text)
    return value.canonical or "" if isinstance(value, Value) else text


# As stored and sent


def to_json(transform: Transform | None) -> dict[str, Any] | None:
    """A transform as a JSON object: its name under `kind`, and its parameters."""
    match transform:
        case None:
            return None
        case Case(to=letters):
            return {"kind": transform.name, "to": letters.value}
        case OptionMap(map=pairs):
            return {"kind": transform.name, "map": dict(pairs)}
        case Scale(factor=factor):
            return {"kind": transform.name, "factor": format(factor, "f")}
        case DateFromInstant(zone=zone):
            return {"kind": transform.name, "zone": zone}
        case SplitName(part=part):
            return {"kind": transform.name, "part": part.value}
        case _:
            return {"kind": transform.name}


def from_json(stored: Mapping[str, Any] | None) -> Transform | None:
    """Reads what `to_json` wrote. Raises: ValueError, saying what is wrong with the parameters."""
    if stored is None:
        return None
    try:
        match stored["kind"]:
            case "trim":
                return Trim()
            case "case":
                return Case(Letters(stored["to"]))
            case "phone":
                return Phone()
            case "options":
                return OptionMap({str(key).strip(): str(other).strip() for key, other in stored["map"].items()})
            case "scale":
                return Scale(Decimal(str(stored["factor"]).strip()))
            case "date":
                return DateFromInstant(str(stored["zone"]))
            case "split_name":
                return SplitName(Part(stored["part"]))
            case "join_name":
                return JoinName()
            case other:
                raise ValueError(f"there is no transform {other!r}")
    except KeyError as missing:
        raise ValueError(f"the transform lacks {missing}") from None
    except (AttributeError, TypeError, InvalidOperation):
        raise ValueError("the transform's parameters have the wrong form") from None


def keys_used(transform: Transform | None) -> frozenset[str]:
    """HubSpot's option keys that a transform names."""
    return frozenset(transform.map.values()) if isinstance(transform, OptionMap) else frozenset()
