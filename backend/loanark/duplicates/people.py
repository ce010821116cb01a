"""An organisation's contacts as they are compared: which of its fields tell people apart.

Beside the fields every contact has, some that the organisation defined take part: a date that its name says is a birth
date, and texts that are said to be a tax id or another number that one person alone has. Call inside a tenant's scope.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from loanark.connections.fields import catalogue
from loanark.core.duplicates.person import Person, person
from loanark.core.fields import Field
from loanark.core.values import Kind

#: What is compared, and the LoanArk field that holds it.
_FIELDS: Mapping[str, str] = {
    "first": "firstname", "last": "lastname", "email": "email", "phone": "phone", "mobile": "mobilephone",
    "address": "address", "city": "city", "zip": "zip", "loan": "loan_number",
}  # fmt: skip

#: Words of a field's name or label. `dob` and `birth` say what a date is; the others, what a text numbers.
_BIRTH = re.compile(r"\b(dob|birth|birthday|birthdate|born)\b")
_IDENTIFIER = re.compile(
    r"\b(ssn|itin|tin|social security|social security number|(tax|taxpayer|borrower) (id|identifier|number|no))\b"
)
#: Somebody else's: of the couple, the family, the firm.
_OF_OTHERS = re.compile(
    r"\b(co|coborrower|cosigner|spouse|spouses|partner|partners|wife|husband|child|children|kid|kids|guarantor|referrer"
    r"|agent|agents|officer|officers|company|employer|lender|last four|last 4|last4)\b"
)


@dataclass(frozen=True, slots=True)
class Sources:
    """Which custom fields take part: the one of the birth date, and those of numbers that identify a person."""

    birth: str | None = None
    identifiers: tuple[str, ...] = ()

    @property
    def custom(self) -> tuple[str, ...]:
        return (*((self.birth,) if self.birth else ()), *self.identifiers)

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of all fields that are compared."""
        return (*_FIELDS.values(), *self.custom)

    @property
    def columns(self) -> str:
        """The part of a SELECT from contacts `c` that reads `fields`; names of custom fields are its parameters."""
        return ", ".join([*(f"c.{name}" for name in _FIELDS.values()), *(["c.custom->>%s"] * len(self.custom))])

    def person(self, values: Mapping[str, str | None]) -> Person:
        """From texts by LoanArk field."""
        given = {name: values.get(field) for name, field in _FIELDS.items()}
        if self.birth:
            given["birth"] = values.get(self.birth)
        return person(given, {name: values.get(name) for name in self.identifiers})

    def read(self, row: Iterable[Any]) -> Person:
        """From what `columns` read."""
        return self.person(dict(zip(self.fields, row, strict=True)))


def sources() -> Sources:
    """What the organisation's fields offer. One query."""
    own = [field for field in catalogue().values() if field.custom]
    dates = [field.name for field in own if field.kind is Kind.DATE and _says(field, _BIRTH)]
    numbers = [field.name for field in own if field.kind is Kind.TEXT and _says(field, _IDENTIFIER)]
    return Sources(dates[0] if dates else None, tuple(numbers))


def _says(field: Field, what: re.Pattern[str]) -> bool:
    said = list(_words(field))
    return any(map(what.search, said)) and not any(map(_OF_OTHERS.search, said))


def _words(field: Field) -> Iterator[str]:
    """Name and label in small words: `DateOfBirth`, `date_of_birth`, `Date of birth`."""
    for text in (field.name, field.label):
        apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
        yield " ".join(re.findall(r"[a-z0-9]+", apart.lower()))


def lean(one: Person) -> Person:
    """The same, sharing its frequent texts with others: for very many at once."""
    intern = sys.intern
    return Person(
        intern(one.first), intern(one.middle), intern(one.last), intern(one.suffix), one.mailbox, intern(one.domain),
        one.phones, intern(one.number), intern(one.street), intern(one.unit), intern(one.city), intern(one.zip),
        intern(one.birth), one.loan, one.identifiers,
    )  # fmt: skip
