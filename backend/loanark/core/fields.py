"""LoanArk's fields: the columns of the table `contacts` that people and programs read and write.

An organisation may define more of its own (`connections.fields`); their values live together in the column `custom`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from loanark.core.values import Kind, Value, number_text


class Option(NamedTuple):
    """One of the values people choose from."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `hubspot` is the property it meets by default, where the account has one of that name."""

    name: str
    label: str
    kind: Kind
    group: str
    hubspot: str

    #: Whether what is stored has a type of its own; a text keeps a value exactly as it came.
    typed: bool

    #: Whether an organisation defined it: its value is an entry of the column `custom`, not a column.
    custom: bool = False
    #: What people choose from, where the field says so itself.
    options: tuple[Option, ...] = ()
    #: A custom field put away: its values and history stay, nobody edits it, nothing maps it.
    archived: bool = False


#: Kinds that are stored in one form, whatever form they came in.
TYPED_KINDS = frozenset({Kind.DECIMAL, Kind.BOOLEAN, Kind.DATE, Kind.INSTANT})
#: Kinds whose values are chosen from options.
CHOSEN_KINDS = frozenset({Kind.ENUM, Kind.ENUM_SET})

#: The group of the fields an organisation defined.
CUSTOM_GROUP = "Custom"


def _field(name: str, label: str, kind: Kind, group: str, hubspot: str = "") -> Field:
    return Field(name, label, kind, group, hubspot or name, typed=kind in TYPED_KINDS)


def custom_field(
    name: str, label: str, kind: Kind, options: tuple[Option, ...] = (), *, archived: bool = False
) -> Field:
    """A field that an organisation defined."""
    typed = kind in TYPED_KINDS
    return Field(name, label, kind, CUSTOM_GROUP, name, typed, custom=True, options=options, archived=archived)


FIELDS: tuple[Field, ...] = (
    _field("firstname", "First name", Kind.TEXT, "Person"),
    _field("lastname", "Last name", Kind.TEXT, "Person"),
    _field("email", "E-mail", Kind.EMAIL, "Person"),
    _field("phone", "Phone", Kind.PHONE, "Person"),
    _field("mobilephone", "Mobile phone", Kind.PHONE, "Person"),
    _field("company", "Company", Kind.TEXT, "Person"),
    _field("owner", "Owner", Kind.TEXT, "Person", "hubspot_owner_id"),
    _field("address", "Street address", Kind.TEXT, "Address"),
    _field("city", "City", Kind.TEXT, "Address"),
    _field("state", "State", Kind.TEXT, "Address"),
    _field("zip", "Postal code", Kind.TEXT, "Address"),
    _field("email_verification_status", "E-mail verification", Kind.TEXT, "LoanArk"),
    _field("client_type_vip_status", "VIP status", Kind.TEXT, "LoanArk"),
    _field("client_type_prospects", "Prospects", Kind.TEXT, "LoanArk"),
    _field("loan_officer", "Loan officer", Kind.TEXT, "Loan", "loanark_loan_officer"),
    _field("nmls_id", "NMLS id", Kind.TEXT, "Loan", "loanark_nmls_id"),
    _field("loan_number", "Loan number", Kind.TEXT, "Loan", "loanark_loan_number"),
    _field("loan_purpose", "Loan purpose", Kind.TEXT, "Loan", "loanark_loan_purpose"),
    _field("loan_stage", "Loan stage", Kind.TEXT, "Loan", "loanark_loan_stage"),
    _field("loan_amount", "Loan amount", Kind.DECIMAL, "Loan", "loanark_loan_amount"),
    _field("interest_rate", "Interest rate", Kind.DECIMAL, "Loan", "loanark_interest_rate"),
    _field("application_date", "Application date", Kind.DATE, "Loan", "loanark_application_date"),
    _field("expected_closing_date", "Expected closing", Kind.DATE, "Loan", "loanark_expected_closing_date"),
    _field("closing_date", "Closing date", Kind.DATE, "Loan", "loanark_closing_date"),
    _field("credit_band", "Credit band", Kind.TEXT, "Loan", "loanark_credit_band"),
    _field("consent_to_contact", "Consent to contact", Kind.BOOLEAN, "Loan", "loanark_consent_to_contact"),
)

BY_NAME: Mapping[str, Field] = {field.name: field for field in FIELDS}
TYPED: Mapping[str, Field] = {field.name: field for field in FIELDS if field.typed}
NAMES: tuple[str, ...] = tuple(field.name for field in FIELDS)

#: PostgreSQL types of the columns, for reading rows from JSON.
COLUMN_TYPES: Mapping[str, str] = {
    field.name: {Kind.DECIMAL: "numeric", Kind.BOOLEAN: "boolean", Kind.DATE: "date"}.get(field.kind, "text")
    for field in FIELDS
}


def raw_text(column: Any) -> str | None:
    """A column's value as text, as the planner reads it."""
    if column is None or isinstance(column, str):
        return column
    if isinstance(column, bool):
        return "true" if column else "false"
    return format(column, "f") if isinstance(column, Decimal) else str(column)


def column_text(name: str, value: Value) -> str | None:
    """What to store for a value: the original form, as far as a typed column can hold it."""
    if name not in TYPED:
        return value.raw
    return stored_text(TYPED[name].kind, value)


def stored_text(kind: Kind, value: Value) -> str | None:
    """What to store for a value of a kind: the original form, or the one form of a kind that has but one."""
    if kind not in TYPED_KINDS:
        return value.raw
    return number_text(value) if kind is Kind.DECIMAL else value.canonical


def display_name(firstname: str | None, lastname: str | None, email: str | None) -> str:
    """How a contact is called on a screen."""
    return " ".join(part for part in (firstname, lastname) if part) or email or "Unnamed contact"
