"""Properties that nobody writes: HubSpot makes them from a record's state or its other values."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from hubspot_simulator.clock import iso
from hubspot_simulator.model import Contact
from hubspot_simulator.records import values
from hubspot_simulator.records.merging import merged_list


def _email_domain(contact: Contact) -> str | None:
    return contact.props.get("email", "").rpartition("@")[2] or None


def _full_name(contact: Contact) -> str | None:
    name = f"{contact.props.get('firstname', '')} {contact.props.get('lastname', '')}".strip()
    return name or contact.props.get("email")


VIRTUAL: dict[str, Callable[[Contact], str | None]] = {
    "hs_object_id": lambda c: str(c.id),
    "createdate": lambda c: iso(c.created),
    "lastmodifieddate": lambda c: iso(c.updated),
    "hs_all_contact_vids": lambda c: ";".join([str(c.id), *merged_list(c)]),
    "hs_email_domain": _email_domain,
    "hs_full_name_or_email": _full_name,
    "hs_is_contact": lambda _: "true",
    "hs_is_unworked": lambda c: "false" if c.props.get("hubspot_owner_id") else "true",
    "hs_object_source": lambda c: c.origin.kind,
    "hs_object_source_id": lambda c: c.origin.id,
    "hs_pipeline": lambda _: "contacts-lifecycle-pipeline",
    "hs_searchable_calculated_phone_number": lambda c: values.without_country(c.props.get("phone", "")),
}


@lru_cache(maxsize=256)
def made_of(names: tuple[str, ...]) -> tuple[tuple[str, Callable[[Contact], str | None]], ...]:
    """Of the wanted properties those that are not stored; asked for each record of a page."""
    return tuple((name, VIRTUAL[name]) for name in names if name in VIRTUAL)
