"""Which values a property takes, and in which form it keeps them.

HubSpot stores text; the type decides what is accepted and how it comes back (docs: properties guide;
HubSpot API facts: values, error codes).
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from hubspot_simulator.clock import DAY_MS, iso, parse_instant
from hubspot_simulator.errors import ValueProblem
from hubspot_simulator.model import Property

MAX_TEXT = 65_536
NUMBER = re.compile(r"-?(\d+(\.\d+)?|\.\d+)\Z", re.ASCII)
DAY = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)
MILLISECONDS = re.compile(r"-?\d{1,17}\Z", re.ASCII)
MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d))?\Z", re.ASCII)
EMAIL = re.compile(
    r"[^\s@,;:<>()\[\]\\\"]+@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]\Z"
)
# Reports say that real top-level domains are checked; these are reserved for never being real (RFC 2606, 6761).
UNREAL_DOMAINS = frozenset({"invalid", "test", "localhost", "local", "example", "internal"})
STAGES = (
    "subscriber",
    "lead",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "opportunity",
    "customer",
    "evangelist",
    "other",
)


class Checked(NamedTuple):
    """An accepted value in the form it is kept in, and whether that differs from what was sent."""

    value: str
    normalized: bool = False


def as_text(raw: Any) -> str | None:
    """JSON scalars as text. Numbers and booleans are accepted and kept as text; ``null`` says nothing."""
    if raw is None:
        return None
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, str):
        return raw
    if isinstance(raw, int | float):
        return str(raw)
    raise TypeError


def check(prop: Property, text: str, current: str, owners: frozenset[str]) -> Checked:
    """Accept one non-empty value or raise ``ValueProblem``."""
    if prop.name == "email":
        return Checked(_email(prop, text))
    if prop.external_options:
        return Checked(_owner(prop, text, owners))
    match prop.type:
        case "number":
            return Checked(_number(prop, text))
        case "bool":
            return Checked(_bool(prop, text))
        case "date":
            return _date(prop, text)
        case "datetime":
            return _datetime(prop, text)
        case "enumeration":
            return Checked(_enumeration(prop, text, current))
        case _:
            return Checked(_text(prop, text))


def _text(prop: Property, text: str) -> str:
    if len(text) > MAX_TEXT:
        raise ValueProblem(prop.name, "STRING_TOO_LONG", f"{prop.name} must be at most {MAX_TEXT} characters long.")
    return text


def _email(prop: Property, text: str) -> str:
    # HubSpot is believed to trim and lower-case addresses (HubSpot API facts: values).
    address = text.strip().lower()
    domain = address.rpartition("@")[2]
    if len(address) > 254 or not EMAIL.match(address) or domain.rpartition(".")[2] in UNREAL_DOMAINS:
        raise ValueProblem(prop.name, "INVALID_EMAIL", f"Email address {text} is invalid", text)
    return address


def _number(prop: Property, text: str) -> str:
    stripped = text.strip()
    if not NUMBER.match(stripped):
        raise ValueProblem(prop.name, "INVALID_INTEGER", f"{text} was not a valid number", text)
    return stripped


def _bool(prop: Property, text: str) -> str:
    stripped = text.strip()
    if stripped not in ("true", "false"):
        raise _not_an_option(prop, text)
    return stripped


def _date(prop: Property, text: str) -> Checked:
    """``YYYY-MM-DD``, or milliseconds at exactly midnight UTC; comes back as ``YYYY-MM-DD``."""
    stripped = text.strip()
    if DAY.match(stripped):
        try:
            return Checked(date.fromisoformat(stripped).isoformat(), stripped != text)
        except ValueError:
            raise ValueProblem(prop.name, "INVALID_DATE", f"{text} was not a valid date.", text) from None
    if not MILLISECONDS.match(stripped):
        raise ValueProblem(prop.name, "INVALID_LONG", f"{text} was not a valid long.", text)
    at = int(stripped)
    if at % DAY_MS or not -62_135_596_800_000 <= at < 253_402_300_800_000:
        message = f"{text} is at {_clock_time(at)} and not at midnight UTC!"
        raise ValueProblem(prop.name, "INVALID_DATE", message, text)
    return Checked(datetime.fromtimestamp(at // 1000, UTC).date().isoformat(), True)


def _clock_time(at: int) -> str:
    seconds = at // 1000 % 86_400
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _datetime(prop: Property, text: str) -> Checked:
    """ISO 8601, with its zone when it has a time, or milliseconds."""
    stripped = text.strip()
    known = MOMENT.match(stripped) or MILLISECONDS.match(stripped)
    at = parse_instant(stripped) if known else None
    if at is None or not -62_135_596_800_000 <= at < 253_402_300_800_000:
        raise ValueProblem(prop.name, "INVALID_LONG", f"{text} was not a valid long.", text)
    kept = iso(at)
    return Checked(kept, kept != text)


def _enumeration(prop: Property, text: str, current: str) -> str:
    allowed = {option.value for option in prop.options}
    if not prop.multiple:
        if text not in allowed:
            raise _not_an_option(prop, text)
        return text
    # A leading semicolon appends instead of replacing (docs: properties guide).
    kept = [part for part in current.split(";") if part] if text.startswith(";") else []
    for part in text.split(";"):
        if part and part not in allowed:
            raise _not_an_option(prop, part)
        if part and part not in kept:
            kept.append(part)
    return ";".join(kept)


def _owner(prop: Property, text: str, owners: frozenset[str]) -> str:
    if text not in owners:
        raise _not_an_option(prop, text)
    return text


def _not_an_option(prop: Property, text: str) -> ValueProblem:
    listed = ",\n".join(
        f'label: "{o.label}" value: "{o.value}" display_order: {o.order} '
        f"hidden: {str(o.hidden).lower()} read_only: false"
        for o in prop.options
    )
    return ValueProblem(prop.name, "INVALID_OPTION", f"{text} was not one of the allowed options: [{listed}]", text)


def without_country(phone: str) -> str | None:
    """A telephone number as searches compare it: digits only, without the country code (docs: search)."""
    digits = "".join(c for c in phone if c.isdigit())
    return digits.removeprefix("1")[:10] if len(digits) >= 10 else digits or None


def moves_backward(current: str, wanted: str) -> bool:
    """Whether a lifecycle stage would go back (docs: contacts guide: it moves only forward)."""
    if current not in STAGES or wanted not in STAGES:
        return False
    return STAGES.index(wanted) < STAGES.index(current)
