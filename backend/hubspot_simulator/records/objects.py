"""Names and type ids of the CRM's objects (HubSpot docs "understanding the CRM"). Only contacts have records here."""

from __future__ import annotations

from hubspot_simulator import errors

TYPE_IDS = {
    "contacts": "0-1",
    "companies": "0-2",
    "deals": "0-3",
    "tickets": "0-5",
    "products": "0-7",
    "line_items": "0-8",
    "quotes": "0-14",
    "communications": "0-18",
    "tasks": "0-27",
    "notes": "0-46",
    "meetings": "0-47",
    "calls": "0-48",
    "emails": "0-49",
    "postal_mail": "0-116",
    "leads": "0-136",
}
CONTACTS = "0-1"


def type_id(name: str) -> str:
    """Raises: ApiError 400 for what is no object. Singular names work as well."""
    lowered = name.lower()
    found = TYPE_IDS.get(lowered) or TYPE_IDS.get(f"{lowered}s") or (lowered if lowered in TYPE_IDS.values() else None)
    if lowered == "company":
        found = TYPE_IDS["companies"]
    if found is None:
        raise errors.validation(f"Unable to infer object type from: {name}")
    return found
