"""Canonical values: the one form in which two sides are compared.

A value has two forms. `raw` is the text a side really holds (what is stored and shown); `canonical` is the text by
which two values are the same or not. `None` is blank on both sides: HubSpot answers "" and null for the same thing.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import lru_cache

import phonenumbers


class Kind(StrEnum):
    """What a field's values are, and so how they are compared."""

    TEXT = "text"
    EMAIL = "email"
    PHONE = "phone"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    INSTANT = "instant"
    ENUM = "enum"
    ENUM_SET = "enum_set"


@dataclass(frozen=True, slots=True)
class Value:
    """One readable value. Two values are equal when their canonical forms are."""

    canonical: str | None
    raw: str | None = field(default=None, compare=False)

    @property
    def blank(self) -> bool:
        return self.canonical is None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A raw text that is no value of its kind: it fails its field, never its record."""

    raw: str
    reason: str


BLANK = Value(None, None)

#: Longest text HubSpot stores in a property (HubSpot API facts, values: string).
MAX_TEXT = 65_536
#: Longest number on either side of its point: "1e999999999" is eleven characters and would fill the memory.
MAX_DIGITS = 60


#: NUL, and halves of surrogate pairs: text of programs that count in UTF-16, cut in the middle of a character.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def read(kind: Kind, raw: str | None) -> Value | Unreadable:
    """Reads a raw text as a value of `kind`; null, the empty text and white space alone are blank."""
    if not raw:
        return BLANK
    if raw.isspace():
        return Value(None, raw)
    if "\0" in raw or not raw.isascii():
        found = _UNSTORABLE.search(raw)
        if found:
            what = "a NUL character" if found[0] == "\0" else "half a character"
            mended = _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", raw)
            return Unreadable(mended, f"contains {what}, which no text column holds")
    try:
        return Value(_READERS[kind](raw), raw)
    except ValueError as error:
        return Unreadable(raw, str(error))


def _text(raw: str) -> str:
    if len(raw) > MAX_TEXT:
        raise ValueError(f"is longer than {MAX_TEXT:,} characters")
    return raw.strip() if raw.isascii() else unicodedata.normalize("NFC", raw).strip()


def _email(raw: str) -> str:
    return _text(raw).lower()


#: North American numbers are nearly all of a US lender's: recognised without the (100 times slower) full parser.
_NANP = re.compile(r"(?:\+?1)?([2-9]\d{2}[2-9]\d{6})", re.ASCII)
_PHONE_PUNCTUATION = str.maketrans("", "", " ()-./\u00a0\u2010\u2011\u2012\u2013")


@lru_cache(maxsize=65_536)
def _phone(raw: str) -> str:
    bare = raw.translate(_PHONE_PUNCTUATION)
    if match := _NANP.fullmatch(bare):
        return f"+1{match[1]}"
    try:
        number = phonenumbers.parse(raw, "US")
    except phonenumbers.NumberParseException:
        return _text(raw)
    if not phonenumbers.is_possible_number(number):
        return _text(raw)
    plain = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{plain};ext={number.extension}" if number.extension else plain


def _decimal(raw: str) -> str:
    try:
        number = Decimal(raw.strip())
    except InvalidOperation:
        raise ValueError("is not a number") from None
    if not number.is_finite():
        raise ValueError("is not a finite number")
    if not number:
        return "0"
    exponent = number.as_tuple().exponent
    if number.adjusted() >= MAX_DIGITS or (isinstance(exponent, int) and exponent < -MAX_DIGITS):
        raise ValueError(f"has more than {MAX_DIGITS} digits")
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


_PLAIN_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


def number_text(value: Value) -> str | None:
    """A number as its writer wrote it, trailing zeros and all, where every program reads that alike."""
    raw = (value.raw or "").strip()
    return raw if _PLAIN_NUMBER.fullmatch(raw) else value.canonical


_BOOLEANS = {"true": "true", "t": "true", "false": "false", "f": "false"}


def _boolean(raw: str) -> str:
    try:
        return _BOOLEANS[raw.strip().lower()]
    except KeyError:
        raise ValueError("is neither true nor false") from None


_EPOCH_MS = re.compile(r"-?\d{5,18}", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_MS = 86_400_000


def _date(raw: str) -> str:
    """A civil date: no time zone. HubSpot may hold it as milliseconds, then exactly at midnight UTC."""
    text = raw.strip()
    if _EPOCH_MS.fullmatch(text):
        if int(text) % _DAY_MS:
            raise ValueError("is a moment within a day, not a date")
        return _moment(text).date().isoformat()
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError("is not a date (expected YYYY-MM-DD)") from None


def _instant(raw: str) -> str:
    moment = _moment(raw.strip())
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _moment(text: str) -> datetime:
    try:
        if _EPOCH_MS.fullmatch(text):
            return _EPOCH + timedelta(milliseconds=int(text))
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        raise ValueError("is not a moment in time (expected ISO 8601)") from None


def _enum_set(raw: str) -> str | None:
    return ";".join(sorted(keys_of(raw))) or None


def keys_of(canonical: str | None) -> frozenset[str]:
    """The option keys of a multi-select value."""
    return frozenset(key.strip() for key in (canonical or "").split(";") if key.strip())


_READERS: dict[Kind, Callable[[str], str | None]] = {
    Kind.TEXT: _text,
    Kind.EMAIL: _email,
    Kind.PHONE: _phone,
    Kind.DECIMAL: _decimal,
    Kind.BOOLEAN: _boolean,
    Kind.DATE: _date,
    Kind.INSTANT: _instant,
    Kind.ENUM: _text,
    Kind.ENUM_SET: _enum_set,
}
