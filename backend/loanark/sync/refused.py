"""What a refusal of HubSpot's says about the account rather than the value: its required properties, its schema."""

import re
from collections.abc import Mapping

from loanark.hubspot.models import Rejected

#: The account's own rules, held on writes as well since 2026-09 (HubSpot API facts, 1.1).
_REQUIRED = re.compile(r"\bmust be provided\b|\bis required because of\b|MISSING_(?:CONDITIONAL_)?REQUIRED_PROPERTY")

#: Words that make it doubtful whether the account's properties are as we know them.
_SCHEMA = re.compile(r"\bdoes not exist\b|\bcalculated property\b|\bread.?only\b|\ballowed options\b", re.IGNORECASE)


def doubts_schema(refusal: Rejected) -> bool:
    """Whether HubSpot refused as if a property were gone, another, or without that option."""
    return any(_SCHEMA.search(reason) for reason in (refusal.reason, *refusal.properties.values()))


def in_words(refusal: Rejected, fields: Mapping[str, str]) -> dict[str, str]:
    """What HubSpot says of each property, with what to do about those it requires. `fields`: by mapped property."""
    return {name: _one(name, reason, name in fields) for name, reason in refusal.properties.items()}


def _one(name: str, reason: str, mapped: bool) -> str:
    if not _REQUIRED.search(reason):
        return reason
    if mapped:
        return f"HubSpot requires its property {name} ({reason}). Fill it in; the contact is then sent again."
    return (
        f"HubSpot requires its property {name} ({reason}), and no LoanArk field is mapped to it. Map a field to it, "
        "fill it in in HubSpot, or take the rule away there; then press Retry."
    )
