"""HubSpot has no conditional write: what somebody types there between our reading and our writing is found in its
property history afterwards, and decided like any other conflict. Nothing typed disappears unseen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from loanark.core.mapping import Side

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from world import World

SEND, FINISH = "loanark.sync.outbound.send", "loanark.sync.outbound._finish"
#: Called when an answer is lost, before the request is sent again.
LOST = "loanark.hubspot.transport._words"


def covered(world: World, policy: str = "hubspot", *, then: Callable[[str], object] | None = None) -> tuple[str, UUID]:
    """LoanArk's "Eagle" covers "Nampa", which was typed in HubSpot after we had read "Boise" there."""
    id, contact_id = world.pair(city="Boise")
    world.map("city", policy=policy)
    world.edit(contact_id, city="Eagle")
    with world.meanwhile(SEND, lambda: world.hubspot.edit(id, city="Nampa")):
        world.turn()
    assert world.hubspot[id]["city"] == "Eagle", "HubSpot took our write: it has no way to refuse it"
    if then:
        then(id)
    world.settle()
    return id, contact_id


def test_the_covered_value_comes_back_where_hubspot_wins(world: World) -> None:
    id, contact_id = covered(world)
    assert world.hubspot[id]["city"] == world.local(contact_id)["city"] == "Nampa"
    (conflict,) = world.conflicts(contact_id)
    assert (conflict["base"], conflict["hubspot"], conflict["loanark"]) == ("Boise", "Nampa", "Eagle")
    assert (conflict["winner"], conflict["open"], conflict["late"]) == ("hubspot", False, True)
    world.assert_balanced()


def test_the_covered_value_is_kept_where_loanark_wins(world: World) -> None:
    id, contact_id = covered(world, "loanark")
    assert world.hubspot[id]["city"] == world.local(contact_id)["city"] == "Eagle"
    (conflict,) = world.conflicts(contact_id)
    assert (conflict["hubspot"], conflict["winner"], conflict["open"]) == ("Nampa", "loanark", False)
    world.assert_balanced()


@pytest.mark.parametrize(("winner", "value"), [(Side.HUBSPOT, "Nampa"), (Side.LOANARK, "Eagle")])
def test_a_person_decides_about_a_covered_value_where_the_policy_asks(world: World, winner: Side, value: str) -> None:
    id, contact_id = covered(world, "ask")
    world.assert_balanced()
    assert [row["late"] for row in world.conflicts(contact_id, open=True)] == [True], "both sides agree: it stays open"
    world.resolve(contact_id, winner)
    world.settle()
    assert world.hubspot[id]["city"] == world.local(contact_id)["city"] == value
    assert world.conflicts(contact_id, open=True) == []
    world.assert_balanced()


def test_somebody_who_typed_twice_is_asked_about_the_last_value(world: World) -> None:
    id, contact_id = world.pair(city="Boise")
    world.map("city", policy="ask")
    world.edit(contact_id, city="Eagle")
    with world.meanwhile(SEND, lambda: [world.hubspot.edit(id, city=city) for city in ("Nampa", "Kuna")]):
        world.turn()
    world.settle()
    assert [row["hubspot"] for row in world.conflicts(contact_id, open=True)] == ["Kuna"]
    world.assert_balanced()


def test_a_write_sent_again_since_its_answer_was_lost_covers_nothing_unseen(world: World) -> None:
    id, contact_id = world.pair(city="Boise")
    world.edit(contact_id, city="Eagle")
    world.hubspot.user("POST", "faults", kind="reset", path="/batch/update", when="after", count=1)
    with world.meanwhile(LOST, lambda: world.hubspot.edit(id, city="Nampa")):
        world.settle()
    assert world.hubspot[id]["city"] == world.local(contact_id)["city"] == "Nampa"
    assert [row["hubspot"] for row in world.conflicts(contact_id)] == ["Nampa"]
    world.assert_balanced()


@pytest.mark.parametrize("lost", [1, 6], ids=["one answer is lost", "all answers are lost"])
def test_a_create_sent_again_since_its_answer_was_lost_covers_nothing_unseen(world: World, lost: int) -> None:
    contact_id = world.create(email="ann@example.com", city="Eagle")
    world.hubspot.user("POST", "faults", kind="reset", path="/batch/upsert", when="after", count=lost)

    def typed() -> None:
        (id,) = world.hubspot.portal.live
        world.hubspot.edit(str(id), city="Nampa")

    with world.meanwhile(LOST, typed):
        world.settle()
    assert world.hubspot[world.hubspot_id(contact_id)]["city"] == world.local(contact_id)["city"] == "Nampa"
    assert [row["hubspot"] for row in world.conflicts(contact_id)] == ["Nampa"]
    world.assert_balanced()


def test_a_covered_value_is_kept_though_loanark_cleared_what_covered_it(world: World) -> None:
    """Where LoanArk alone decides, a blank that was never agreed on says nothing: but here one was written first."""
    id, contact_id = world.pair()
    world.map("city", direction="to_hubspot")
    world.edit(contact_id, city="Eagle")
    with world.meanwhile(SEND, lambda: world.hubspot.edit(id, city="Nampa")):
        world.turn()
    world.edit(contact_id, city=None)
    world.settle()
    (conflict,) = world.conflicts(contact_id)
    assert (conflict["hubspot"], conflict["loanark"], conflict["winner"]) == ("Nampa", "Eagle", "loanark")
    assert conflict["late"] and not conflict["open"]
    world.assert_balanced()


def test_a_covered_value_is_kept_though_both_sides_went_on(world: World) -> None:
    id, contact_id = world.pair(city="Boise")
    world.map("city", blank_may_overwrite=False)
    world.edit(contact_id, city="Eagle")
    with world.meanwhile(SEND, lambda: world.hubspot.edit(id, city="Nampa")):
        world.turn()
    world.edit(contact_id, city=None)
    world.hubspot.edit(id, city="Kuna")
    world.settle()
    assert world.hubspot[id]["city"] == world.local(contact_id)["city"] == "Kuna"
    assert [row["hubspot"] for row in world.conflicts(contact_id)] == ["Nampa"]
    world.assert_balanced()


def test_a_covered_value_is_kept_when_the_question_is_about_a_newer_one(world: World) -> None:
    id, contact_id = covered(world, "ask")
    world.hubspot.edit(id, city="Kuna")
    world.edit(contact_id, city="Star")
    world.settle()
    (asked,) = world.conflicts(contact_id, open=True)
    assert (asked["hubspot"], asked["loanark"]) == ("Kuna", "Star")
    (kept,) = world.conflicts(contact_id, open=False)
    assert (kept["hubspot"], kept["winner"]) == ("Nampa", "hubspot")


def test_a_covered_value_is_kept_though_its_contact_was_deleted_in_hubspot_since(world: World) -> None:
    _, contact_id = covered(world, then=lambda id: world.hubspot.archive(id))
    assert world.live() == []
    assert [(row["hubspot"], row["open"]) for row in world.conflicts(contact_id)] == [("Nampa", False)]
    world.assert_balanced()


def test_a_covered_value_that_loanark_cannot_take_is_kept(world: World) -> None:
    id, contact_id = world.pair(loanark_loan_amount="100000")
    world.edit(contact_id, loan_amount="200000")
    with world.meanwhile(SEND, lambda: world.hubspot.force(id, loanark_loan_amount="about 150")):
        world.turn()
    world.settle()
    (conflict,) = world.conflicts(contact_id)
    assert (conflict["hubspot"], conflict["winner"], conflict["late"]) == ("about 150", "loanark", True)
    world.assert_balanced()


def test_a_newer_edit_in_hubspot_counts_and_the_covered_one_is_kept(world: World) -> None:
    id, contact_id = covered(world, then=lambda id: world.hubspot.edit(id, city="Kuna"))
    assert world.hubspot[id]["city"] == world.local(contact_id)["city"] == "Kuna"
    assert [row["hubspot"] for row in world.conflicts(contact_id)] == ["Nampa"]
    world.assert_balanced()


def test_a_worker_killed_after_its_write_leaves_the_question_to_the_next(world: World) -> None:
    id, contact_id = world.pair(city="Boise")
    world.edit(contact_id, city="Eagle")
    with world.killed_at(FINISH), world.meanwhile(SEND, lambda: world.hubspot.edit(id, city="Nampa")):
        world.turn()
    world.settle()
    assert world.hubspot[id]["city"] == world.local(contact_id)["city"] == "Nampa"
    assert [row["hubspot"] for row in world.conflicts(contact_id)] == ["Nampa"]
    world.assert_balanced()


def test_a_write_that_covered_nothing_is_no_conflict(world: World) -> None:
    id, contact_id = world.pair(city="Boise")
    for city in ("Eagle", "Kuna", "Eagle"):
        world.edit(contact_id, city=city)
        world.settle()
    world.hubspot.edit(id, city="Nampa")
    world.settle()
    assert world.conflicts(contact_id) == []
    assert world.rows("SELECT * FROM witnesses") == []
    world.assert_balanced()


def test_another_field_typed_meanwhile_is_simply_carried_over(world: World) -> None:
    id, contact_id = world.pair(city="Boise")
    world.edit(contact_id, city="Eagle")
    with world.meanwhile(SEND, lambda: world.hubspot.edit(id, state="ID")):
        world.turn()
    world.settle()
    assert (world.local(contact_id)["state"], world.hubspot[id]["city"]) == ("ID", "Eagle")
    assert world.conflicts(contact_id) == []
    world.assert_balanced()


def test_the_look_that_our_own_webhook_causes_asks_for_the_history_too(world: World) -> None:
    """So it costs no call of its own: read, write, and one look afterwards."""
    _, contact_id = world.pair(city="Boise")
    world.edit(contact_id, city="Eagle")
    world.turn()
    world.deliver_webhooks()
    world.settle(polls=False)
    calls = [row["path"] for row in world.hubspot.simulator.log if "/batch/" in row["path"]]
    assert [path.rpartition("/")[2] for path in calls] == ["read", "update", "read"]


def test_a_covered_value_is_kept_when_its_contact_is_merged_before_anybody_asked(world: World) -> None:
    id, contact_id = world.pair(city="Boise")
    other = world.hubspot.create(email="bob@example.com")
    world.settle()
    world.edit(contact_id, city="Eagle")
    with world.meanwhile(SEND, lambda: world.hubspot.edit(id, city="Nampa")):
        world.turn()
    world.hubspot.merge(id, other)
    world.settle()
    assert "Nampa" in {row["hubspot"] for row in world.conflicts(contact_id)}
    assert world.rows("SELECT * FROM witnesses") == []


def test_a_contact_edited_while_it_was_archived_comes_back_with_the_edit(world: World) -> None:
    id, contact_id = world.pair(city="Boise")
    world.delete(contact_id)
    with world.meanwhile(SEND, lambda: world.hubspot.edit(id, city="Nampa")):
        world.turn()
    world.settle()
    assert world.local(contact_id)["deleted_at"] is None
    (again,) = world.hubspot.with_email("ann@example.com")
    assert world.hubspot[again]["city"] == world.local(contact_id)["city"] == "Nampa"
    assert [(row["field"], row["hubspot"], row["late"]) for row in world.conflicts(contact_id)] == [
        ("city", "Nampa", True)
    ]
    world.assert_balanced()


def test_a_contact_given_an_unreadable_value_while_it_was_archived_comes_back_and_the_value_is_told(
    world: World,
) -> None:
    id, contact_id = world.pair(city="Boise")
    world.delete(contact_id)
    with world.meanwhile(SEND, lambda: world.hubspot.force(id, loanark_loan_amount="about 150")):
        world.turn()
    world.settle()
    assert world.local(contact_id)["deleted_at"] is None
    assert [(row["field"], row["hubspot"]) for row in world.conflicts(contact_id)] == [("loan_amount", "about 150")]
    world.assert_balanced()


def test_what_was_unreadable_before_it_was_archived_brings_nobody_back(world: World) -> None:
    id, contact_id = world.pair(city="Boise")
    world.hubspot.force(id, loanark_loan_amount="about 150")
    world.settle()
    world.delete(contact_id)
    world.settle()
    assert world.local(contact_id)["deleted_at"] is not None
    assert len(world.hubspot) == 0
    world.assert_balanced()


def test_a_row_deleted_by_sql_comes_back_too_with_the_edit_made_while_it_was_archived(world: World) -> None:
    id, contact_id = world.pair(city="Boise")
    world.sql("DELETE FROM contacts WHERE id = %s", contact_id)
    with world.meanwhile(SEND, lambda: world.hubspot.edit(id, city="Nampa")):
        world.turn()
    world.settle()
    assert (world.local(contact_id)["city"], world.local(contact_id)["email"]) == ("Nampa", "ann@example.com")
    world.assert_balanced()


def test_a_contact_archived_in_peace_stays_archived(world: World) -> None:
    _, contact_id = world.pair(city="Boise")
    world.delete(contact_id)
    world.settle()
    assert world.local(contact_id)["deleted_at"] is not None
    assert len(world.hubspot) == 0
    assert world.rows("SELECT * FROM witnesses") == []
    world.assert_balanced()


# The newer value wins


def both_edit_with_a_clock(world: World, *, hubspot_first: bool) -> tuple[str, UUID]:
    id, contact_id = world.pair(city="Boise")
    world.map("city", policy="newest")
    world.hubspot.edit(id, city="Nampa")
    world.edit(contact_id, city="Eagle")
    # HubSpot's clock is the simulator's; LoanArk's the database's: the edit is moved in the history.
    shift = "1 minute" if hubspot_first else "-1 minute"
    world.owner_sql(f"UPDATE contact_changes SET at = at + interval '{shift}' WHERE contact_id = %s", contact_id)
    world.settle()
    return id, contact_id


@pytest.mark.parametrize(("hubspot_first", "value"), [(True, "Eagle"), (False, "Nampa")])
def test_the_newer_value_wins(world: World, hubspot_first: bool, value: str) -> None:
    id, contact_id = both_edit_with_a_clock(world, hubspot_first=hubspot_first)
    assert world.hubspot[id]["city"] == world.local(contact_id)["city"] == value
    (conflict,) = world.conflicts(contact_id)
    assert (conflict["hubspot"], conflict["loanark"], conflict["open"]) == ("Nampa", "Eagle", False)
    world.assert_balanced()


def test_two_edits_within_the_skew_of_two_clocks_are_for_a_person(world: World) -> None:
    id, contact_id = world.pair(city="Boise")
    world.map("city", policy="newest")
    world.hubspot.edit(id, city="Nampa")
    world.edit(contact_id, city="Eagle")
    world.settle()
    assert (world.hubspot[id]["city"], world.local(contact_id)["city"]) == ("Nampa", "Eagle")
    assert len(world.conflicts(contact_id, open=True)) == 1


def test_a_value_typed_where_it_has_no_say_is_put_back_and_kept(world: World) -> None:
    id, contact_id = world.pair(city="Boise")
    world.map("city", direction="to_loanark")
    world.edit(contact_id, city="Eagle")
    world.settle()
    assert world.hubspot[id]["city"] == world.local(contact_id)["city"] == "Boise"
    assert [(row["loanark"], row["winner"]) for row in world.conflicts(contact_id)] == [("Eagle", "hubspot")]
    world.assert_balanced()


# What HubSpot does by itself to a contact that LoanArk made


def make_in_hubspot(world: World) -> UUID:
    world.sql("INSERT INTO field_mappings (field, property_name) VALUES ('loan_stage', 'lifecyclestage')")
    contact_id = world.create(email="ann@example.com", firstname="Ann")
    world.turn()
    assert len(world.hubspot.with_email("ann@example.com")) == 1
    return contact_id


def test_what_hubspot_gives_a_new_contact_by_itself_arrives(world: World) -> None:
    contact_id = make_in_hubspot(world)
    world.settle()
    assert world.local(contact_id)["loan_stage"] == "lead"
    assert world.conflicts(contact_id) == []
    world.assert_balanced()


def test_what_hubspot_gave_by_itself_is_no_edit_that_outlives_a_deletion(world: World) -> None:
    contact_id = make_in_hubspot(world)
    world.delete(contact_id)
    world.settle()
    assert world.local(contact_id)["deleted_at"] is not None
    assert len(world.hubspot) == 0
    world.assert_balanced()


def test_what_somebody_typed_right_after_outlives_it(world: World) -> None:
    contact_id = make_in_hubspot(world)
    (id,) = world.hubspot.with_email("ann@example.com")
    world.hubspot.edit(id, lifecyclestage="opportunity")
    world.delete(contact_id)
    world.settle()
    assert world.local(contact_id)["loan_stage"] == "opportunity"
    world.assert_balanced()


def test_who_was_merged_with_a_contact_while_it_was_archived_is_deleted_by_nobody(world: World) -> None:
    id, contact_id = world.pair(city="Boise")
    other, other_id = world.pair(email="bob@example.com", firstname="Bob")

    def meanwhile() -> None:
        world.hubspot.edit(id, city="Nampa")
        world.hubspot.merge(id, other)

    world.delete(contact_id)
    with world.meanwhile(SEND, meanwhile):
        world.turn()
    world.settle()
    assert world.local(contact_id)["deleted_at"] is not None, "as LoanArk's people wanted"
    assert world.local(other_id)["deleted_at"] is None
    assert world.hubspot.with_email("bob@example.com") == [world.hubspot_id(other_id)]
    assert [(row["field"], row["hubspot"], row["late"]) for row in world.conflicts(contact_id)] == [
        ("city", "Nampa", True)
    ]
    assert world.rows("SELECT * FROM witnesses") == []
    world.assert_balanced()


def test_what_somebody_unknown_brought_into_a_contact_while_it_was_archived_comes_back_with_it(world: World) -> None:
    id, contact_id = world.pair()

    def meanwhile() -> None:
        other = world.hubspot.create(email="bob@example.com", city="Nampa")
        world.hubspot.merge(id, other)

    world.delete(contact_id)
    with world.meanwhile(SEND, meanwhile):
        world.turn()
    world.settle()
    assert world.local(contact_id)["deleted_at"] is None
    (again,) = world.hubspot.with_email("ann@example.com")
    assert world.hubspot[again]["city"] == world.local(contact_id)["city"] == "Nampa"
    world.assert_balanced()
