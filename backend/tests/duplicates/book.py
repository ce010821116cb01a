"""A small book for tests: people, what waits, what is proposed."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from organisations import Organisation

from loanark.duplicates import finder

ANN = {
    "firstname": "Ann",
    "lastname": "Holmberg",
    "email": "ann.holmberg@example.com",
    "phone": "208-555-0107",
    "address": "12 North Oak Street",
    "city": "Boise",
    "zip": "83702",
}
BOB = {"firstname": "Bob", "lastname": "Marmann", "email": "bob.marmann@example.com", "phone": "208-555-0199"}


def ann(**other: Any) -> dict[str, Any]:
    return {name: value for name, value in {**ANN, **other}.items() if value is not None}


def check(lender: Organisation, *ids: UUID) -> dict[UUID, list[int]]:
    with lender.scope():
        return finder.check_contacts(ids)


def proposals(lender: Organisation, state: str = "open") -> list[dict[str, Any]]:
    return lender.rows("SELECT * FROM duplicate_proposals WHERE state = %s ORDER BY id", state)


def pairs(lender: Organisation, state: str = "open") -> set[frozenset[Any]]:
    return {frozenset((row["contact_id"], row["other_contact_id"])) for row in proposals(lender, state)}


def waiting(lender: Organisation) -> set[UUID]:
    return {row["contact_id"] for row in lender.rows("SELECT contact_id FROM duplicate_waiting")}


def decide(lender: Organisation, ids: Iterable[int], state: str = "rejected") -> list[int]:
    from loanark.duplicates import proposals as kept

    with lender.scope():
        return kept.decide(list(ids), state, by="ann@x.example")


def link(lender: Organisation, contact: UUID, hubspot_id: str) -> None:
    lender.execute(
        "INSERT INTO contact_links (contact_id, hubspot_id, base, remote) VALUES (%s, %s, '{}', '{}')",
        contact,
        hubspot_id,
    )
