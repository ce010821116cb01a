"""Both sides changed the same field: equal edits agree, different ones are decided by the field's policy, and told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from loanark.core.mapping import Side

if TYPE_CHECKING:
    from uuid import UUID

    from world import World


def both_edit(world: World, *, hubspot: str, loanark: str, policy: str, field: str = "city") -> tuple[str, UUID]:
    id, contact_id = world.pair(**{field: "VIP" if field == "client_type_vip_status" else "Boise"})
    world.map(field, policy=policy)
    world.hubspot.edit(id, **{field: hubspot})
    world.edit(contact_id, **{field: loanark})
    world.settle()
    return id, contact_id


def test_the_same_edit_on_both_sides_moves_the_base_only(world: World) -> None:
    _, contact_id = both_edit(world, hubspot="Nampa", loanark="Nampa", policy="ask")
    base = world.row("SELECT base FROM contact_links WHERE contact_id = %s", contact_id)["base"]
    assert base["city"] == "Nampa"
    assert world.conflicts(contact_id) == []
    assert world.hubspot.writes() == []
    world.assert_balanced()


@pytest.mark.parametrize(("policy", "winner"), [("hubspot", "Nampa"), ("loanark", "Eagle")])
def test_a_policy_decides_and_the_losing_value_is_kept(world: World, policy: str, winner: str) -> None:
    id, contact_id = both_edit(world, hubspot="Nampa", loanark="Eagle", policy=policy)
    assert world.local(contact_id)["city"] == world.hubspot[id]["city"] == winner
    (conflict,) = world.conflicts(contact_id)
    assert (conflict["base"], conflict["hubspot"], conflict["loanark"]) == ("Boise", "Nampa", "Eagle")
    assert (conflict["winner"], conflict["open"]) == (policy, False)
    world.assert_balanced()


def test_edits_of_different_fields_are_no_conflict(world: World) -> None:
    id, contact_id = world.pair()
    world.hubspot.edit(id, city="Nampa")
    world.edit(contact_id, state="ID")
    world.settle()
    assert (world.local(contact_id)["city"], world.hubspot[id]["state"]) == ("Nampa", "ID")
    assert world.conflicts(contact_id) == []
    world.assert_balanced()


def test_asked_for_a_person_both_values_stay_and_nothing_else_waits(world: World) -> None:
    id, contact_id = both_edit(world, hubspot="Nampa", loanark="Eagle", policy="ask")
    assert (world.hubspot[id]["city"], world.local(contact_id)["city"]) == ("Nampa", "Eagle")
    assert len(world.conflicts(contact_id, open=True)) == 1
    world.edit(contact_id, state="ID")
    world.settle()
    assert world.hubspot[id]["state"] == "ID"
    assert len(world.conflicts(contact_id, open=True)) == 1
    world.assert_at_rest()


@pytest.mark.parametrize(("winner", "value"), [(Side.HUBSPOT, "Nampa"), (Side.LOANARK, "Eagle")])
def test_a_person_decides(world: World, winner: Side, value: str) -> None:
    id, contact_id = both_edit(world, hubspot="Nampa", loanark="Eagle", policy="ask")
    world.resolve(contact_id, winner)
    world.settle()
    assert world.hubspot[id]["city"] == world.local(contact_id)["city"] == value
    (conflict,) = world.conflicts(contact_id)
    assert (conflict["open"], conflict["winner"], conflict["resolved_by"]) == (False, winner, world.scope.actor)
    world.assert_balanced()


def test_a_person_decides_for_a_blank(world: World) -> None:
    _, contact_id = both_edit(world, hubspot="", loanark="Eagle", policy="ask")
    world.resolve(contact_id, Side.HUBSPOT)
    world.settle()
    assert world.local(contact_id)["city"] is None
    world.assert_balanced()


def test_an_open_conflict_closes_by_itself_when_the_sides_agree(world: World) -> None:
    id, contact_id = both_edit(world, hubspot="Nampa", loanark="Eagle", policy="ask")
    world.hubspot.edit(id, city="Eagle")
    world.settle()
    assert world.conflicts(contact_id, open=True) == []
    world.assert_balanced()


def test_an_open_conflict_shows_the_values_of_now(world: World) -> None:
    id, contact_id = both_edit(world, hubspot="Nampa", loanark="Eagle", policy="ask")
    world.hubspot.edit(id, city="Meridian")
    world.settle()
    (conflict,) = world.conflicts(contact_id)
    assert (conflict["hubspot"], conflict["loanark"]) == ("Meridian", "Eagle")


def test_a_multi_select_unites_what_both_sides_added_and_removed(world: World) -> None:
    id, contact_id = world.pair(client_type_prospects="Refinance;Investor")
    world.map("client_type_prospects", policy="union")
    world.hubspot.edit(id, client_type_prospects="Refinance;Investor;New Lead")
    world.edit(contact_id, client_type_prospects="Investor;Pre-Approved")
    world.settle()
    united = {"Investor", "New Lead", "Pre-Approved"}
    assert set(world.hubspot[id]["client_type_prospects"].split(";")) == united
    assert set(world.local(contact_id)["client_type_prospects"].split(";")) == united
    (conflict,) = world.conflicts(contact_id)
    assert (conflict["winner"], conflict["open"]) == ("both", False)
    world.assert_balanced()


def test_a_field_where_a_blank_may_not_overwrite_is_filled_again(world: World) -> None:
    id, _ = world.pair(phone="208-555-0100")
    world.map("phone", blank_may_overwrite=False)
    world.hubspot.edit(id, phone="")
    world.settle()
    assert world.hubspot[id]["phone"] == "208-555-0100"
    world.assert_balanced()


def test_a_person_types_another_value(world: World) -> None:
    id, contact_id = both_edit(world, hubspot="Nampa", loanark="Eagle", policy="ask")
    world.decide(contact_id, "resolve", "typed", "Kuna")
    world.settle()
    assert world.hubspot[id]["city"] == world.local(contact_id)["city"] == "Kuna"
    (conflict,) = world.conflicts(contact_id)
    assert (conflict["open"], conflict["winner"]) == (False, "typed")
    world.assert_balanced()


@pytest.mark.parametrize("winner", [Side.HUBSPOT, Side.LOANARK])
def test_a_decision_taken_back_before_the_sync_moves_asks_again(world: World, winner: Side) -> None:
    id, contact_id = both_edit(world, hubspot="Nampa", loanark="Eagle", policy="ask")
    world.resolve(contact_id, winner)
    world.decide(contact_id, "reopen_one")
    world.settle()
    assert (world.hubspot[id]["city"], world.local(contact_id)["city"]) == ("Nampa", "Eagle")
    (conflict,) = world.conflicts(contact_id)
    assert (conflict["open"], conflict["late"], conflict["base"]) == (True, False, "Boise")
    world.assert_at_rest()


def test_a_decision_for_hubspot_is_taken_back_after_the_sync_moved(world: World) -> None:
    id, contact_id = both_edit(world, hubspot="Nampa", loanark="Eagle", policy="ask")
    world.resolve(contact_id, Side.HUBSPOT)
    world.settle()
    world.decide(contact_id, "reopen_one")
    world.settle()
    assert (world.hubspot[id]["city"], world.local(contact_id)["city"]) == ("Nampa", "Eagle")
    assert len(world.conflicts(contact_id, open=True)) == 1
    world.assert_at_rest()


@pytest.mark.parametrize(("again", "value"), [(Side.HUBSPOT, "Nampa"), (Side.LOANARK, "Eagle")])
def test_one_for_loanark_taken_back_after_it_reached_hubspot_keeps_hubspots_value(
    world: World, again: Side, value: str
) -> None:
    id, contact_id = both_edit(world, hubspot="Nampa", loanark="Eagle", policy="ask")
    world.resolve(contact_id, Side.LOANARK)
    world.settle()
    world.decide(contact_id, "reopen_one")
    world.settle()
    (conflict,) = world.conflicts(contact_id, open=True)
    assert (conflict["late"], conflict["hubspot"], world.hubspot[id]["city"]) == (True, "Nampa", "Eagle")
    world.resolve(contact_id, again)
    world.settle()
    assert world.hubspot[id]["city"] == world.local(contact_id)["city"] == value
    world.assert_balanced()


@pytest.mark.parametrize(
    ("policy", "other", "value"), [("hubspot", Side.LOANARK, "Eagle"), ("loanark", Side.HUBSPOT, "Nampa")]
)
def test_what_a_policy_let_lose_is_used_instead(world: World, policy: str, other: Side, value: str) -> None:
    id, contact_id = both_edit(world, hubspot="Nampa", loanark="Eagle", policy=policy)
    world.decide(contact_id, "overturn", other)
    world.settle()
    assert world.hubspot[id]["city"] == world.local(contact_id)["city"] == value
    world.assert_balanced()


def test_a_typed_value_wins_over_one_that_was_covered(world: World) -> None:
    id, contact_id = both_edit(world, hubspot="Nampa", loanark="Eagle", policy="ask")
    world.resolve(contact_id, Side.LOANARK)
    world.settle()
    world.decide(contact_id, "reopen_one")
    world.decide(contact_id, "resolve", "typed", "Kuna")
    world.settle()
    assert world.hubspot[id]["city"] == world.local(contact_id)["city"] == "Kuna"
    assert world.conflicts(contact_id, open=True) == []
    world.assert_balanced()
