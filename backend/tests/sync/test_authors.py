"""Who changed a value in HubSpot, and when, as its webhooks told."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from uuid import UUID

    from world import World

    from loanark.sync.monitor_schemas import HubSpotEditOut


def told(world: World, contact_id: UUID) -> dict[str, HubSpotEditOut]:
    from loanark.sync import authors
    from loanark.tenants.access import tenant_scope

    with tenant_scope(world.tenant_id):
        return {edit.field: edit for edit in authors.of_contact(contact_id)}


def event(world: World, id: str, **more: object) -> dict[str, object]:
    now = int(time.time() * 1000)
    return {
        "eventId": time.monotonic_ns(), "subscriptionId": 1, "portalId": int(world.connection().portal_id),
        "appId": 99, "occurredAt": now, "subscriptionType": "contact.propertyChange", "attemptNumber": 0,
        "objectId": int(id), "propertyName": "city", "propertyValue": "Reno", "changeSource": "CRM_UI",
        "sourceId": "userId:4711", **more,
    }  # fmt: skip


def test_a_person_in_hubspot_is_told_with_their_number_and_the_moment(world: World) -> None:
    id, contact_id = world.pair()
    assert "city" not in told(world, contact_id), "nothing told of it: not known"
    said = event(world, id)
    assert world.post_webhook([said]) == 204
    edit = told(world, contact_id)["city"]
    assert edit.by == "a person in HubSpot (user 4711)"
    assert round(edit.at.timestamp() * 1000) == said["occurredAt"]


def test_a_person_in_hubspot_who_owns_contacts_is_told_by_name(world: World) -> None:
    id, contact_id = world.pair()
    owner = next(iter(world.hubspot.portal.owners.values()))
    world.post_webhook([event(world, id, sourceId=f"userId:{owner.user_id}")])
    assert told(world, contact_id)["city"].by == f"{owner.first} {owner.last} in HubSpot"


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ({"changeSource": "INTEGRATION", "sourceId": "99"}, "LoanArk"),
        ({"changeSource": "INTEGRATION", "sourceId": "5"}, "another program"),
        ({"changeSource": "IMPORT", "sourceId": "x"}, "an import into HubSpot"),
        ({"changeSource": "SALESFORCE", "sourceId": None}, "salesforce"),
        ({"changeSource": None, "sourceId": None}, "somebody"),
        ({"changeSource": "<b>x</b>", "sourceId": "userId:1; DROP"}, "somebody"),
    ],
)
def test_whatever_changed_it_is_told_in_words(world: World, who: dict[str, Any], words: str) -> None:
    id, contact_id = world.pair()
    world.post_webhook([event(world, id, **who)])
    assert told(world, contact_id)["city"].by == words


def test_the_newest_edit_counts_in_whatever_order_they_come(world: World) -> None:
    id, contact_id = world.pair()
    now = int(time.time() * 1000)
    world.post_webhook([event(world, id, occurredAt=now, changeSource="IMPORT", sourceId=None)])
    world.post_webhook([event(world, id, occurredAt=now - 60_000)])
    assert told(world, contact_id)["city"].by == "an import into HubSpot"


def test_an_event_that_says_nothing_of_use_is_passed_over(world: World) -> None:
    id, contact_id = world.pair()
    odd: list[dict[str, object]] = [
        {"propertyName": "x" * 101},
        {"propertyName": 7},
        {"occurredAt": 10**17},
        {"occurredAt": "now"},
        {"objectId": "x"},
    ]
    assert world.post_webhook([event(world, id, **more) for more in odd]) == 204
    assert "city" not in told(world, contact_id)


def test_no_value_is_kept_and_an_erased_person_takes_it_along(world: World) -> None:
    from loanark.contacts import erasure
    from loanark.tenants.access import tenant_scope

    id, contact_id = world.pair()
    world.post_webhook([event(world, id, propertyValue="secret town")])
    assert "secret town" not in str(world.rows("SELECT * FROM hubspot_edits"))
    with tenant_scope(world.tenant_id):
        erasure.erase({contact_id: "test"}, hubspot_ids={contact_id: {id}})
    assert world.rows("SELECT * FROM hubspot_edits WHERE hubspot_id = %s", id) == []
