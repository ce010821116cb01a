"""HubSpot's texts to canonical values and back. Every property value travels as text.

A round trip is the identity: what `to_wire` writes, `from_wire` reads as the same value. Clearing is the empty text:
HubSpot answers 200 to null and changes nothing.
"""

from datetime import UTC, datetime, timedelta

from loanark.core.values import BLANK, Kind, Unreadable, Value, number_text, read

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

#: Kinds that HubSpot keeps as typed; they are sent in the writer's own form and only compared in the canonical one.
_AS_TYPED = frozenset({Kind.TEXT, Kind.PHONE})

_KINDS = {
    "bool": Kind.BOOLEAN,
    "number": Kind.DECIMAL,
    "date": Kind.DATE,
    "datetime": Kind.INSTANT,
    "enumeration": Kind.ENUM,
    "phone_number": Kind.PHONE,
}


def from_wire(kind: Kind, raw: object) -> Value | Unreadable:
    """Reads a property value of an answer. What is no text at all fails its field."""
    if raw is None:
        return BLANK
    return read(kind, raw) if isinstance(raw, str) else Unreadable(repr(raw), "is not a text")


def to_wire(kind: Kind, value: Value) -> str:
    """The text to send for `value`; blank clears."""
    if value.canonical is None:
        return ""
    raw = value.raw or value.canonical
    if kind in _AS_TYPED:
        return raw
    if kind is Kind.EMAIL:
        return raw.strip()
    if kind is Kind.DECIMAL:
        return number_text(value) or value.canonical
    if kind is Kind.ENUM_SET:
        # In the writer's order. Never with a leading semicolon: HubSpot would add to what is there.
        return ";".join(dict.fromkeys(key.strip() for key in raw.split(";") if key.strip()))
    return value.canonical


def kind_of(type: str, field_type: str, name: str = "") -> Kind:
    """The kind of a property, from its definition. HubSpot tells an e-mail address only by its name."""
    if type == "enumeration" and field_type == "checkbox":
        return Kind.ENUM_SET
    if type == "string" and field_type == "phonenumber":
        return Kind.PHONE
    if type == "string" and name in {"email", "work_email"}:
        return Kind.EMAIL
    return _KINDS.get(type, Kind.TEXT)


def parse_instant(text: str) -> datetime:
    """A time of an answer: ISO 8601 with or without a fraction (HubSpot drops it when zero), or epoch milliseconds.

    Raises: ValueError.
    """
    if text.removeprefix("-").isdecimal():
        try:
            return _EPOCH + int(text) * _MILLISECOND
        except OverflowError:
            raise ValueError(f"{text} is no time in milliseconds") from None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def epoch_ms(moment: datetime) -> int:
    """Milliseconds since 1970, the form HubSpot filters by; exact, unlike `timestamp() * 1000`."""
    return (moment - _EPOCH) // _MILLISECOND
