"""A contact as it is compared: spellings, habits and placeholders put in order. What is not known is empty."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

_TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr", "prof"})
_SUFFIXES = {"jr": "jr", "junior": "jr", "sr": "sr", "senior": "sr", "ii": "ii", "iii": "iii", "iv": "iv"}
#: Mailboxes that people enter who have none to enter.
_NO_MAILBOX = frozenset({"none", "na", "no", "test", "noemail", "nomail", "email", "noreply", "unknown", "null", "x"})
_NO_PHONE = frozenset({"1234567890"})
#: A person who may have been born on any day, and whom a form wanted one of.
_NO_BIRTHDAY = frozenset({"1900-01-01"})
_NO_ZIP = frozenset({"00000", "99999"})
#: Where dots in a mailbox say nothing.
_DOTLESS = frozenset({"gmail.com", "googlemail.com"})
_UNITS = frozenset({"apt", "ste", "unit", "flat", "lot", "no", "#"})
#: Words of addresses, each as the postal service shortens it.
_ADDRESS_WORDS = {
    "street": "st", "avenue": "ave", "av": "ave", "road": "rd", "drive": "dr", "lane": "ln", "court": "ct",
    "place": "pl", "boulevard": "blvd", "circle": "cir", "terrace": "ter", "highway": "hwy", "parkway": "pkwy",
    "crescent": "cres", "square": "sq", "trail": "trl", "apartment": "apt", "suite": "ste", "number": "#",
    "north": "n", "south": "s", "east": "e", "west": "w",
    "northeast": "ne", "northwest": "nw", "southeast": "se", "southwest": "sw",
}  # fmt: skip
_WORDS, _WORDS_AND_SIGNS = re.compile(r"[a-z0-9]+"), re.compile(r"#|[a-z0-9]+")
_NO_DIGIT, _EXTENSION, _HOUSE = re.compile(r"\D"), re.compile(r"(x|ext).*$"), re.compile(r"\d+[a-z]?")
#: Digits of a phone number without its country: below that it is an extension or a typing error.
_SHORTEST_PHONE = 7
_US_PHONE = 10
#: Shorter ones are parts of one (the last four of a social security number), or no number at all.
_SHORTEST_IDENTIFIER = 6
_SHORTEST_LOAN = 4
_NO_NUMBER = frozenset({"123456789", "987654321", "unknown", "pending", "notapplicable"})


@dataclass(frozen=True, slots=True)
class Person:
    """What two contacts are compared by."""

    first: str = ""
    middle: str = ""
    last: str = ""
    #: Tells a father from his son.
    suffix: str = ""
    mailbox: str = ""
    domain: str = ""
    phones: tuple[str, ...] = ()
    number: str = ""
    street: str = ""
    unit: str = ""
    city: str = ""
    zip: str = ""
    #: YYYY-MM-DD
    birth: str = ""
    #: The number of a loan: whoever borrows together shares it.
    loan: str = ""
    #: Numbers that one person alone has, such as a tax id, each after the name of its field.
    identifiers: tuple[tuple[str, str], ...] = ()

    @property
    def email(self) -> str:
        return f"{self.mailbox}@{self.domain}" if self.mailbox else ""


def person(values: Mapping[str, str | None], identifiers: Mapping[str, str | None] | None = None) -> Person:
    """From values by the names first, middle, last, email, phone, mobile, address, city, zip, birth and loan.

    `identifiers`: numbers that one person alone has, by field. Any of them may miss.
    """

    def text(name: str) -> str:
        return values.get(name) or ""

    first, suffix_of_first = _name(text("first"))
    middle, suffix_of_middle = _name(text("middle"))
    last, suffix_of_last = _name(text("last"))
    if not middle:
        first, middle = first[:1], first[1:]
    mailbox, domain = _email(text("email"))
    number, street, unit = _address(text("address"))
    birth, code = text("birth"), _NO_DIGIT.sub("", text("zip"))[:5]
    return Person(
        first="".join(first),
        middle="".join(middle),
        last="".join(last),
        suffix=suffix_of_first or suffix_of_last or suffix_of_middle,
        mailbox=mailbox,
        domain=domain,
        phones=tuple(dict.fromkeys(filter(None, (_phone(text("phone")), _phone(text("mobile")))))),
        number=number,
        street=street,
        unit=unit,
        city=plain(text("city")),
        zip="" if code in _NO_ZIP else code,
        birth="" if birth in _NO_BIRTHDAY else birth,
        loan=_numbered(text("loan"), _SHORTEST_LOAN),
        identifiers=tuple(
            (name, number)
            for name, given in (identifiers or {}).items()
            if (number := _numbered(given or "", _SHORTEST_IDENTIFIER))
        ),
    )


@lru_cache(50_000)  # of names, streets and towns, which come again
def plain(text: str) -> str:
    """Lower case without accents and signs, words apart by one space."""
    kept = text.replace("'", "")
    if not kept.isascii():
        letters = unicodedata.normalize("NFKD", kept.replace("’", ""))
        kept = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(_WORDS.findall(kept.lower()))


def _name(text: str) -> tuple[list[str], str]:
    words = [word for word in plain(text).split() if word not in _TITLES]
    if len(words) > 1 and words[-1] in _SUFFIXES:
        return words[:-1], _SUFFIXES[words[-1]]
    return words, ""


def _email(text: str) -> tuple[str, str]:
    mailbox, at, domain = text.strip().lower().partition("@")
    mailbox = mailbox.partition("+")[0]
    if domain in _DOTLESS:
        mailbox, domain = mailbox.replace(".", ""), "gmail.com"
    if not at or not mailbox or not domain or "@" in domain or plain(mailbox).replace(" ", "") in _NO_MAILBOX:
        return "", ""
    return mailbox, domain


def _phone(text: str) -> str:
    digits = _NO_DIGIT.sub("", _EXTENSION.sub("", text.lower()))
    if len(digits) == _US_PHONE + 1 and digits.startswith("1"):
        digits = digits[1:]
    return "" if len(digits) < _SHORTEST_PHONE or digits in _NO_PHONE or len(set(digits)) == 1 else digits


def _numbered(text: str, shortest: int) -> str:
    """Letters and digits alone; nothing where no digit is among them, or they are all the same."""
    number = plain(text).replace(" ", "")
    is_none = len(number) < shortest or number in _NO_NUMBER or len(set(number)) == 1 or number.isalpha()
    return "" if is_none else number


def _address(text: str) -> tuple[str, str, str]:
    """House number, street and unit."""
    words = [_ADDRESS_WORDS.get(word, word) for word in _WORDS_AND_SIGNS.findall(_keeping_sign(text))]
    unit = ""
    for place, word in enumerate(words[:-1]):
        if place and word in _UNITS:
            unit = words[place + 1]
            words = words[:place] + words[place + 2 :]
            break
    if words and _HOUSE.fullmatch(words[0]):
        return words[0], " ".join(words[1:]), unit
    return "", " ".join(words), unit


def _keeping_sign(text: str) -> str:
    """As `plain`, but "#" stays: it begins a unit."""
    return " # ".join(plain(part) for part in text.split("#"))
