"""HubSpot merges contacts into one with a new id. Nobody is made twice, and nobody is forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from world import World


@pytest.fixture(params=["webhook", "poll", "sweep"])
def learn(world: World, request: pytest.FixtureRequest) -> Callable[[], None]:
    """LoanArk learns of a merge by one way only."""

    def by_webhook() -> None:
        world.deliver_webhooks()
        world.settle(polls=False)

    ways = {"webhook": by_webhook, "poll": world.settle, "sweep": lambda: world.sweep()}
    return ways[request.param]


@pytest.fixture
def two(world: World) -> tuple[tuple[str, UUID], tuple[str, UUID]]:
    """Two linked contacts."""
    return world.pair(), world.pair(email="bob@example.com", firstname="Bob")


def test_a_merge_with_somebody_unknown_to_loanark_moves_the_link(world: World, learn: Callable[[], None]) -> None:
    id, contact_id = world.pair()
    world.hubspot.simulator.webhooks.take_due()
    survivor = world.hubspot.merge(id, world.hubspot.create(firstname="Annie", city="Boise"))
    learn()
    world.settle()
    assert world.hubspot_id(contact_id) == survivor
    assert world.local(contact_id)["city"] == "Boise"
    assert len(world.live()) == 1
    alias = world.row("SELECT survivor_id FROM contact_aliases WHERE hubspot_id = %s", id)
    assert alias["survivor_id"] == survivor
    world.assert_balanced()


def test_two_linked_contacts_merged_are_a_persons_decision(
    world: World, two: tuple[tuple[str, UUID], tuple[str, UUID]], learn: Callable[[], None]
) -> None:
    (ann, ann_id), (bob, bob_id) = two
    world.hubspot.simulator.webhooks.take_due()
    survivor = world.hubspot.merge(ann, bob)
    learn()
    world.settle()
    assert len(world.live()) == 2, "nobody is deleted, nobody made"
    assert len(world.hubspot) == 1
    assert world.contact(survivor)["id"] in (ann_id, bob_id)
    (rejection,) = world.rejections()
    assert rejection["code"] == "merged-in-hubspot"
    assert {rejection["contact_id"], world.contact(survivor)["id"]} == {ann_id, bob_id}
    world.assert_at_rest()


def test_an_edit_of_the_merged_away_contact_does_not_make_it_in_hubspot_again(
    world: World, two: tuple[tuple[str, UUID], tuple[str, UUID]]
) -> None:
    (ann, _), (bob, _) = two
    world.hubspot.merge(ann, bob)
    world.settle()
    (rejection,) = world.rejections()
    world.edit(rejection["contact_id"], email="other@example.com")
    world.settle()
    assert len(world.hubspot) == 1
    assert len(world.rejections()) == 1


def test_the_decision_to_delete_the_merged_away_contact_ends_it(
    world: World, two: tuple[tuple[str, UUID], tuple[str, UUID]]
) -> None:
    (ann, _), (bob, _) = two
    world.hubspot.merge(ann, bob)
    world.settle()
    world.delete(world.rejections()[0]["contact_id"])
    world.settle()
    assert len(world.hubspot) == 1
    assert world.rejections() == []
    world.assert_balanced()


def test_a_chain_of_merges_is_followed(world: World) -> None:
    id, contact_id = world.pair()
    second = world.hubspot.merge(id, world.hubspot.create(firstname="Annie"))
    third = world.hubspot.merge(second, world.hubspot.create(firstname="Anna"))
    world.settle()
    assert world.hubspot_id(contact_id) == third
    assert len(world.live()) == 1
    world.assert_balanced()


def test_an_edit_in_loanark_reaches_the_survivor(world: World) -> None:
    id, contact_id = world.pair()
    survivor = world.hubspot.merge(id, world.hubspot.create(firstname="Annie"))
    world.edit(contact_id, city="Boise")
    world.settle(polls=False)
    assert world.hubspot[survivor]["city"] == "Boise"
    world.assert_balanced()


def test_a_loanark_id_that_a_merge_carried_to_somebody_else_overwrites_nobody(world: World) -> None:
    ann, bob = world.insert(firstname="Ann"), world.insert(firstname="Bob")
    world.settle()
    survivor = world.hubspot.merge(world.hubspot_id(bob), world.hubspot_id(ann))
    world.settle()
    other = {ann, bob} - {world.contact(survivor)["id"]}
    (parted,) = other
    world.hubspot.force(survivor, loanark_id=str(parted))
    world.delete(parted)
    world.settle()
    world.restore(parted)
    world.settle()
    assert world.contact(survivor)["id"] != parted
    assert len(world.hubspot) == 1
    (rejection,) = world.rejections()
    assert (rejection["contact_id"], rejection["code"]) == (parted, "merged-in-hubspot")
    world.assert_at_rest()


def test_a_contact_merged_into_one_that_was_archived_before_anybody_looked_is_found_by_polls(world: World) -> None:
    id, contact_id = world.pair()
    other = world.hubspot.create(email="bob@example.com")
    survivor = world.hubspot.merge(id, other)
    world.hubspot.archive(survivor)
    world.hubspot.simulator.webhooks.take_due()
    world.settle()
    assert world.local(contact_id)["deleted_at"] is not None
    world.assert_balanced()


def test_who_was_parted_by_a_merge_and_is_entered_in_hubspot_anew_is_linked_and_nothing_held_back(
    world: World, two: tuple[tuple[str, UUID], tuple[str, UUID]]
) -> None:
    (ann, _), (bob, _) = two
    world.hubspot.merge(ann, bob)
    world.settle()
    parted = world.rejections()[0]["contact_id"]
    world.edit(parted, email="anew@example.com", phone="208-555-0199")
    world.settle()
    anew = world.hubspot.create(email="anew@example.com")
    world.settle()
    assert world.hubspot_id(parted) == anew
    assert world.hubspot[anew]["phone"] == "208-555-0199"
    assert world.rejections() == []
    world.assert_at_rest()


def test_a_new_contact_with_the_e_mail_of_a_merge_nobody_told_of_is_told_as_a_duplicate(
    world: World, two: tuple[tuple[str, UUID], tuple[str, UUID]]
) -> None:
    (ann, ann_id), _ = two
    stranger = world.hubspot.create(email="cleo@example.com")
    survivor = world.hubspot.merge(stranger, ann)
    world.hubspot.simulator.webhooks.take_due()
    cleo = world.create(email="cleo@example.com", firstname="Cleo")
    world.settle(polls=False)
    assert world.hubspot_id(ann_id) == survivor
    (rejection,) = world.rejections(cleo)
    assert rejection["code"] == "duplicate-email"
    assert str(ann_id) in rejection["reason"]
