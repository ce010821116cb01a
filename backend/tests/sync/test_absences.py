"""Deletions by ranked evidence: an event, the recycle bin, absence from two complete sweeps; never a failed read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

    from world import World


def vanish(world: World, id: str) -> None:
    """It goes without a word, and without the recycle bin."""
    world.hubspot.user("POST", f"contacts/{id}/privacy-delete")
    world.hubspot.simulator.webhooks.take_due()


def is_deleted(world: World, contact_id: UUID) -> bool:
    return world.local(contact_id)["deleted_at"] is not None


def evidence(world: World, id: str) -> str:
    return world.row("SELECT evidence FROM contact_tombstones WHERE side = 'hubspot' AND record_id = %s", id)[
        "evidence"
    ]


def test_one_absence_deletes_nobody_and_the_balance_explains_it(world: World) -> None:
    from loanark.sync.overview import overview
    from loanark.tenants.access import tenant_scope

    id, contact_id = world.pair()
    vanish(world, id)
    world.sweep()
    assert not is_deleted(world, contact_id)
    with tenant_scope(world.tenant_id):
        balance = overview().balance
    assert balance
    assert [(part.reason, part.count) for part in balance.explained] == [
        ("in LoanArk, missed in HubSpot by one sweep: a second one tells", 1)
    ]
    assert (balance.hubspot, balance.loanark, balance.unexplained, balance.unexplained_loanark) == (0, 1, 0, 0)


def test_the_second_absence_deletes_and_the_evidence_is_kept_and_told(world: World) -> None:
    id, contact_id = world.pair()
    vanish(world, id)
    world.sweep()
    world.sweep()
    assert is_deleted(world, contact_id)
    assert evidence(world, id).startswith("absent from two complete sweeps")
    change = world.changes(contact_id)[-1]
    assert change["op"] == "deleted"
    assert change["reason"] == f"deleted in HubSpot: {evidence(world, id)}"
    world.sweep()
    assert world.rows("SELECT * FROM absences") == []


def test_who_reappears_between_two_sweeps_begins_anew(world: World) -> None:
    id, contact_id = world.pair()
    contact = world.hubspot.portal.contacts[int(id)]
    world.hubspot.portal.live.remove(int(id))
    world.sweep()
    assert world.rows("SELECT * FROM absences") == [], "it was read, and is there"
    world.hubspot.portal.live.append(int(id))
    world.sweep()
    assert contact.props["email"]
    vanish(world, id)
    world.sweep()
    assert not is_deleted(world, contact_id)


def test_a_deletion_event_and_an_unknown_id_are_enough(world: World) -> None:
    id, contact_id = world.pair()
    vanish(world, id)
    event = {"portalId": world.hubspot.portal.id, "objectId": int(id), "subscriptionType": "contact.deletion"}
    assert world.post_webhook([event]) == 204
    world.settle(polls=False)
    assert is_deleted(world, contact_id)
    assert evidence(world, id) == "HubSpot told of its deletion (webhook); HubSpot knows no such id any more"


def test_an_unknown_id_alone_is_not_enough(world: World) -> None:
    id, contact_id = world.pair()
    vanish(world, id)
    event = {"portalId": world.hubspot.portal.id, "objectId": int(id), "subscriptionType": "contact.propertyChange"}
    world.post_webhook([event])
    world.settle(polls=False)
    assert not is_deleted(world, contact_id)
    assert world.row("SELECT first_run FROM absences")["first_run"] is None
    assert world.hints() == []


def test_the_recycle_bin_is_enough_by_itself(world: World) -> None:
    id, contact_id = world.pair()
    world.hubspot.archive(id)
    world.hubspot.simulator.webhooks.take_due()
    world.settle()
    assert is_deleted(world, contact_id)
    assert world.changes(contact_id)[-1]["reason"] == "deleted in HubSpot: archived in HubSpot"


def test_a_failed_read_is_never_evidence(world: World) -> None:
    from loanark.hubspot.client import MAX_ATTEMPTS

    id, contact_id = world.pair()
    event = {"portalId": world.hubspot.portal.id, "objectId": int(id), "subscriptionType": "contact.deletion"}
    world.post_webhook([event])
    world.time_passes()
    world.hubspot.fails("batch/read", count=3 * MAX_ATTEMPTS)
    world.turn()
    assert not is_deleted(world, contact_id)
    world.hubspot.user("DELETE", "faults")
    world.settle(polls=False)
    assert not is_deleted(world, contact_id)


def test_who_is_gone_takes_nobody_from_the_contact_that_was_made_in_their_place(world: World) -> None:
    id, contact_id = world.pair()
    world.hubspot.archive(id)
    world.edit(contact_id, city="Boise")
    world.hubspot.fails("/batch/upsert", when="after", count=6)
    world.turn()
    (made,) = world.hubspot.portal.live
    # Only of the one that is gone there is news: the one that was made is found by its loanark_id, after it.
    world.hubspot.simulator.webhooks.take_due()
    portal_id = int(world.connection().portal_id)
    world.post_webhook([{"portalId": portal_id, "objectId": int(id), "subscriptionType": "contact.deletion"}])
    world.settle()
    assert world.hubspot_id(contact_id) == str(made)
    assert len(world.live()) == 1
    assert world.rejections() == []
    world.assert_at_rest()


def test_who_is_gone_does_not_keep_the_contact_that_outlived_it_from_being_made_again(world: World) -> None:
    id, contact_id = world.pair()
    world.hubspot.archive(id)
    world.edit(contact_id, city="Boise")
    with world.killed_at("loanark.sync.outbound.send"):
        world.turn()
    # One batch: the deletion is told late, and what the dead worker left unfinished.
    world.deliver_webhooks()
    world.settle(polls=False)
    (made,) = world.hubspot.portal.live
    assert world.hubspot_id(contact_id) == str(made)
    assert world.hubspot[str(made)]["city"] == "Boise"
    world.assert_at_rest()
