"""Who is new on one side and may be somebody who is there already waits for a decision before a counterpart is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hubspot_simulator.model import USER

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from world import World

ANN = {"firstname": "Ann", "lastname": "Holmberg", "phone": "208-555-0142", "zip": "83702"}


@pytest.fixture
def watchful(world: World) -> World:
    """Its duplicates are asked about."""
    world.sql("UPDATE duplicate_settings SET at_ingest = true")
    return world


def act(world: World, name: str, *arguments: object) -> Any:
    """One of the acts of `duplicates.actions`, by a person."""
    from loanark.duplicates import actions

    return world._act(lambda: getattr(actions, name)(world.scope, *arguments))


def merge(world: World, *members: object) -> Any:
    from loanark.duplicates.schemas import MergeIn

    return act(world, "merge", MergeIn(members=[str(member) for member in members]))


def open_pair(world: World) -> Any:
    return world.row("SELECT * FROM duplicate_proposals WHERE state = 'open'")


def known(world: World) -> tuple[str, UUID]:
    """Ann, who is on both sides."""
    return world.pair(**ANN, email="ann@example.com")


def test_a_double_made_in_loanark_is_not_made_in_hubspot(watchful: World) -> None:
    _, ann = known(watchful)
    double = watchful.create(**ANN, email="ann.holmberg@example.com")
    watchful.settle()
    assert len(watchful.hubspot) == 1
    (rejection,) = watchful.rejections()
    assert (rejection["contact_id"], rejection["code"]) == (double, "possible-duplicate")
    assert "Ann Holmberg" in rejection["reason"]
    pair = open_pair(watchful)
    assert {pair["contact_id"], pair["other_contact_id"]} == {ann, double}
    assert pair["holds"] == str(double)
    watchful.assert_at_rest()


def test_it_is_made_once_a_person_says_that_they_are_two(watchful: World) -> None:
    known(watchful)
    double = watchful.create(**ANN, email="ann.holmberg@example.com")
    watchful.settle()
    assert act(watchful, "reject", [open_pair(watchful)["id"]]).pairs
    watchful.settle()
    assert watchful.hubspot[watchful.hubspot_id(double)]["email"] == "ann.holmberg@example.com"
    assert watchful.rejections() == []
    watchful.edit(double, city="Boise")
    watchful.settle()
    watchful.assert_balanced()


def test_it_is_never_made_once_a_person_says_that_they_are_one(watchful: World) -> None:
    _, ann = known(watchful)
    double = watchful.create(**ANN, city="Boise")
    watchful.settle()
    (done,) = merge(watchful, double, ann)
    assert (done.contact_id, done.hubspot) == (ann, "none"), "the one that HubSpot has lives on"
    watchful.settle()
    assert len(watchful.hubspot) == len(watchful.live()) == 1
    assert watchful.hubspot[watchful.hubspot_id(ann)]["city"] == "Boise"
    assert watchful.rejections() == []
    watchful.assert_balanced()
    act(watchful, "undo", done.id)
    watchful.settle()
    assert len(watchful.hubspot) == 2, "they are two, and both are there"
    watchful.assert_balanced()


def test_a_double_made_in_hubspot_is_not_let_in(watchful: World) -> None:
    _, ann = known(watchful)
    stranger = watchful.hubspot.create(**ANN, email="ann.holmberg@example.com")
    watchful.settle()
    assert [row["id"] for row in watchful.live()] == [ann]
    pair = open_pair(watchful)
    assert (pair["contact_id"], pair["other_hubspot_id"]) == (ann, stranger)
    (rejection,) = watchful.rejections()
    assert (rejection["hubspot_id"], rejection["code"]) == (stranger, "possible-duplicate")
    watchful.assert_at_rest()


def test_it_is_let_in_once_a_person_says_that_they_are_two(watchful: World) -> None:
    known(watchful)
    stranger = watchful.hubspot.create(**ANN, email="ann.holmberg@example.com")
    watchful.settle()
    act(watchful, "reject", [open_pair(watchful)["id"]])
    watchful.settle()
    assert watchful.contact(stranger)["email"] == "ann.holmberg@example.com"
    assert watchful.rejections() == []
    assert watchful.rows("SELECT 1 FROM duplicate_proposals WHERE state = 'open'") == []
    watchful.assert_balanced()


def test_it_is_let_in_and_merged_once_a_person_says_that_they_are_one(watchful: World) -> None:
    _, ann = known(watchful)
    stranger = watchful.hubspot.create(**ANN, email="ann.holmberg@example.com", city="Boise")
    watchful.settle()
    assert merge(watchful, ann, f"hubspot:{stranger}") == []
    watchful.settle()
    assert [row["id"] for row in watchful.live()] == [ann]
    assert watchful.local(ann)["city"] == "Boise"
    assert watchful.rejections() == []
    row = watchful.row("SELECT * FROM duplicate_merges")
    assert (row["hubspot"], row["other_hubspot_id"], row["by"]) == ("waiting", stranger, watchful.scope.actor)
    watchful.assert_at_rest()


def test_a_double_of_somebody_hubspot_does_not_have_is_linked(watchful: World) -> None:
    watchful.hubspot.fails("/batch/upsert", status=400, count=1)
    ann = watchful.create(**ANN)
    watchful.hubspot.create(**ANN, city="Boise")
    watchful.settle()
    assert len(watchful.hubspot) == len(watchful.live()) == 1
    pair = open_pair(watchful)
    merge(watchful, ann, f"hubspot:{pair['other_hubspot_id']}")
    watchful.settle()
    assert watchful.hubspot_id(ann) == pair["other_hubspot_id"]
    assert watchful.local(ann)["city"] == "Boise"
    watchful.assert_balanced()


def test_of_two_that_are_new_together_the_first_is_made(watchful: World) -> None:
    first = watchful.create(**ANN)
    second = watchful.create(**ANN, city="Boise")
    watchful.settle()
    assert watchful.hubspot_id(first)
    assert [rejection["contact_id"] for rejection in watchful.rejections()] == [second]
    watchful.assert_at_rest()


def test_a_household_is_no_double(watchful: World) -> None:
    known(watchful)
    watchful.create(firstname="Karl", lastname="Holmberg", phone="208-555-0142", zip="83702", email="karl@example.com")
    watchful.settle()
    assert len(watchful.hubspot) == 2
    assert watchful.rejections() == []


def test_an_address_that_hubspot_says_is_taken_is_decided_in_the_same_place(world: World) -> None:
    ann_there, ann = world.pair(**ANN)
    other = world.create(email="ann@example.com", firstname="Zoe")
    world.settle()
    pair = open_pair(world)
    assert {pair["contact_id"], pair["other_contact_id"]} == {ann, other}
    merge(world, ann, other)
    world.settle()
    assert len(world.hubspot) == len(world.live()) == 1
    assert world.rejections() == []
    assert world.hubspot_id(ann) == ann_there
    world.assert_balanced()


def test_contacts_that_somebody_merged_in_hubspot_are_decided_in_the_same_place(world: World) -> None:
    (ann_there, ann), (bob_there, bob) = (
        world.pair(),
        world.pair(email="bob@example.com", firstname="Bob", city="Boise"),
    )
    there = world.hubspot.merge(ann_there, bob_there)
    world.settle()
    assert world.hubspot[there]["city"] == "Boise", "what HubSpot filled in is nobody's clear"
    assert world.contact(there)["city"] == "Boise"
    pair = open_pair(world)
    assert ({pair["contact_id"], pair["other_contact_id"]}, pair["kind"]) == ({ann, bob}, "hubspot")
    (done,) = merge(world, ann, bob)
    world.settle()
    assert len(world.hubspot) == len(world.live()) == 1
    assert world.rejections() == []
    assert done.hubspot == "none"
    world.assert_balanced()


def test_the_first_run_holds_back_only_who_may_be_in_loanark_already(make_world: Callable[..., World]) -> None:
    world = make_world(people=0)
    world.sql("UPDATE duplicate_settings SET at_ingest = true")
    mine = world.insert(**ANN)
    for city in ("Boise", "Nampa"):
        world.hubspot.create(firstname="Zoe", lastname="Quist", phone="208-555-0199", zip="83651", city=city)
    stranger = world.hubspot.create(**ANN, email="ann@example.com")
    world.start()
    assert len(world.live()) == 3, "what HubSpot has twice is twice here too, and proposed"
    held = world.row("SELECT * FROM duplicate_proposals WHERE state = 'open' AND holds IS NOT NULL")
    assert (held["contact_id"], held["other_hubspot_id"]) == (mine, stranger)


def test_who_waits_is_let_go_when_the_other_one_is_not_there_any_more(watchful: World) -> None:
    _, ann = known(watchful)
    double = watchful.create(**ANN, email="ann.holmberg@example.com")
    watchful.settle()
    watchful.delete(ann)
    watchful.settle()
    assert watchful.hubspot_id(double)
    assert watchful.rejections() == []
    watchful.assert_balanced()


def test_who_waits_is_let_go_when_the_other_one_is_erased(watchful: World) -> None:
    from loanark.contacts import erasure

    _, ann = known(watchful)
    double = watchful.create(**ANN, email="ann.holmberg@example.com")
    watchful.settle()
    watchful._act(lambda: erasure.ask(watchful.tenant_id, ann, by="jane"))
    watchful.settle()
    assert watchful.hubspot_id(double)
    assert watchful.rejections() == []


def test_who_waits_is_let_go_when_they_do_not_look_alike_any_more(watchful: World) -> None:
    known(watchful)
    double = watchful.create(**ANN, email="ann.holmberg@example.com")
    watchful.settle()
    watchful.edit(double, firstname="Zoe", lastname="Quist", phone=None, zip=None)
    watchful.settle()
    assert watchful.hubspot_id(double)
    assert watchful.rejections() == []


def test_a_stranger_that_a_merge_in_hubspot_makes_somebodys_waits_no_more(watchful: World) -> None:
    """It was seen before the contact that was merged into it was linked."""
    from loanark.hubspot.models import Contact
    from loanark.sync.reconcile import follow_merges

    _, ann = known(watchful)
    bob_there, bob = watchful.pair(email="bob@example.com", firstname="Bob", lastname="Lee")
    stranger = watchful.hubspot.create(**ANN, email="ann.holmberg@example.com")
    watchful.settle()
    assert [row["hubspot_id"] for row in watchful.rejections()] == [stranger]
    watchful._act(lambda: follow_merges([(bob_there, Contact(stranger, {}))]))
    assert watchful.rejections() == []
    pair = open_pair(watchful)
    assert ({pair["contact_id"], pair["other_contact_id"]}, pair["holds"]) == ({ann, bob}, None)


def test_a_stranger_that_is_deleted_in_hubspot_leaves_nothing_behind(watchful: World) -> None:
    known(watchful)
    stranger = watchful.hubspot.create(**ANN, email="ann.holmberg@example.com")
    watchful.settle()
    watchful.hubspot.archive(stranger)
    watchful.settle()
    assert watchful.rejections() == []
    left = watchful.row("SELECT state, holds, other_values FROM duplicate_proposals")
    assert (left["state"], left["holds"], left["other_values"]) == ("gone", None, None)
    watchful.assert_at_rest()


def test_a_stranger_that_is_missing_from_complete_comparisons_leaves_nothing_behind(watchful: World) -> None:
    known(watchful)
    stranger = watchful.hubspot.create(**ANN, email="ann.holmberg@example.com")
    watchful.settle()
    portal = watchful.hubspot.portal
    portal.erase(portal.contacts[int(stranger)], USER)
    watchful.hubspot.simulator.webhooks.take_due()
    watchful.sweep()
    watchful.sweep()
    assert watchful.rejections() == []
    assert watchful.rows("SELECT 1 FROM duplicate_proposals WHERE state = 'open' OR other_values IS NOT NULL") == []


def test_of_two_that_are_on_one_side_each_both_wait_and_both_go_on(watchful: World) -> None:
    stranger = watchful.hubspot.create(**ANN, email="ann@example.com")
    mine = watchful.create(**ANN, city="Boise")
    watchful.settle()
    here = [row for row in watchful.rejections() if row["contact_id"] == mine]
    if here:
        assert "Ann Holmberg" in here[0]["reason"]
    act(watchful, "reject", [open_pair(watchful)["id"]])
    watchful.settle()
    assert len(watchful.hubspot) == len(watchful.live()) == 2
    assert watchful.contact(stranger)["id"] != mine
    assert watchful.rejections() == []
    watchful.assert_balanced()


def test_who_got_a_counterpart_by_one_decision_is_held_by_no_other(watchful: World) -> None:
    """Two strangers look like somebody whom HubSpot does not have: one of them is."""
    watchful.hubspot.fails("/batch/upsert", status=400, count=1)
    mine = watchful.create(**ANN)
    strangers = [watchful.hubspot.create(**ANN, city=city) for city in ("Boise", "Nampa")]
    watchful.settle()
    merge(watchful, mine, f"hubspot:{strangers[0]}")
    watchful.settle()
    assert watchful.hubspot_id(mine) == strangers[0]
    assert watchful.rows("SELECT 1 FROM duplicate_proposals WHERE holds = %s", str(mine)) == []
    assert [row["hubspot_id"] for row in watchful.rejections()] == [strangers[1]]


def test_who_does_not_wait_any_more_because_the_other_one_does_goes_on(watchful: World) -> None:
    """The later one waited; then HubSpot lost the earlier one, which is made anew: one of the two has to be."""
    there, ann = known(watchful)
    double = watchful.create(**ANN, email="ann.holmberg@example.com")
    watchful.settle()
    watchful.edit(ann, city="Boise")
    watchful.hubspot.archive(there)
    watchful.settle()
    held = [row["contact_id"] for row in watchful.rejections()]
    assert len(watchful.hubspot) == 1
    assert len(held) == 1
    assert open_pair(watchful)["holds"] == str(held[0])
    assert held[0] in (ann, double)


def test_a_double_of_somebody_who_was_changed_just_now_waits_too(watchful: World) -> None:
    """Nobody had time yet to compare the one who was changed with the others."""
    _, ann = watchful.pair(email="ann@example.com")
    watchful.edit(ann, **ANN)
    double = watchful.create(**ANN, email="ann.holmberg@example.com")
    watchful.turn()
    assert [row["contact_id"] for row in watchful.rejections()] == [double]


def test_a_namesake_is_proposed_and_waits_for_nobody(watchful: World) -> None:
    known(watchful)
    watchful.create(firstname="Ann", lastname="Holmberg", email="somebody.else@example.com")
    watchful.settle()
    assert len(watchful.hubspot) == 2
    assert open_pair(watchful)["holds"] is None
    assert watchful.rejections() == []


def test_what_is_proposed_of_a_namesake_is_so_of_the_contact_from_the_moment_it_is_let_in(watchful: World) -> None:
    """Else a look at the other one, who is looked at first, would propose them again after a person said no."""
    _, ann = known(watchful)
    watchful.settle()
    namesake = watchful.hubspot.create(firstname="Ann", lastname="Holmberg", email="somebody.else@example.com")
    watchful.poll_is_due()
    with watchful.killed_at("loanark.duplicates.automatic.step", after=1):
        watchful.turn()
    pair = open_pair(watchful)
    assert {pair["contact_id"], pair["other_contact_id"]} == {ann, watchful.contact(namesake)["id"]}
    assert pair["other_hubspot_id"] is None


def test_what_is_numbered_is_many_and_not_one(watchful: World) -> None:
    for number in range(1, 5):
        watchful.create(
            firstname="Branch",
            lastname=f"Contact {number}",
            email=f"branch{number}@example.com",
            phone=f"208-555-010{number}",
            city="Boise",
        )
        watchful.hubspot.create(firstname=f"Desk {number}", lastname="Boise", email=f"desk{number}@example.com")
    watchful.settle()
    assert len(watchful.hubspot) == len(watchful.live()) == 8
    assert watchful.rows("SELECT 1 FROM duplicate_proposals") == []
