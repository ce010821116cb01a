"""Contacts that are one person: merged in LoanArk, merged in HubSpot, taken back, on both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from uuid import UUID

    from world import World


@pytest.fixture
def two(world: World) -> tuple[UUID, UUID]:
    """The same Ann twice, on both sides."""
    _, ann = world.pair(phone="208-555-0100", city="Boise")
    _, annie = world.pair(email="annie@example.com", firstname="Annie", lastname="Lee", jobtitle="Nurse")
    return ann, annie


def merge(world: World, survivor: UUID, other: UUID, **chosen: UUID) -> int:
    from loanark.duplicates import merging
    from loanark.duplicates.merging import Grounds

    return world._act(
        lambda: merging.absorb(
            survivor, other, Grounds("person", "jane"), chosen={name: str(id) for name, id in chosen.items()}
        )
    )


def undo(world: World, merge_id: int) -> None:
    from loanark.duplicates import merging

    world._act(lambda: merging.part(merge_id, by="jane"))


def merged(world: World) -> dict[str, object]:
    return world.row("SELECT * FROM duplicate_merges")


def let_hubspot_merge(world: World) -> None:
    """The waiting time is over."""
    world.sql("UPDATE duplicate_merges SET hubspot_due_at = now() WHERE hubspot_due_at IS NOT NULL")
    world.settle()


def persons_fields(world: World, contact_id: UUID) -> object:
    return world.row("SELECT contact_fields(c) AS fields FROM contacts c WHERE id = %s", contact_id)["fields"]


def test_the_golden_record_goes_to_hubspot_and_the_other_row_stays_as_it_is(
    world: World, two: tuple[UUID, UUID]
) -> None:
    ann, annie = two
    before = persons_fields(world, annie)
    merge(world, ann, annie)
    world.settle()
    assert [row["id"] for row in world.live()] == [ann]
    assert world.local(ann)["lastname"] == "Lee"
    assert world.hubspot[world.hubspot_id(ann)]["lastname"] == "Lee"
    assert persons_fields(world, annie) == before
    assert len(world.hubspot) == 2, "HubSpot still waits"
    world.assert_at_rest()


def test_undoing_brings_both_back_exactly(world: World, two: tuple[UUID, UUID]) -> None:
    ann, annie = two
    before = [persons_fields(world, id) for id in two]
    id = merge(world, ann, annie)
    world.settle()
    undo(world, id)
    world.settle()
    assert [persons_fields(world, id) for id in two] == before
    assert len(world.hubspot) == 2
    world.assert_balanced()


def test_an_edit_since_the_merge_outlives_its_undo(world: World, two: tuple[UUID, UUID]) -> None:
    ann, annie = two
    id = merge(world, ann, annie)
    world.edit(ann, lastname="Lee-Miller", city=None)
    world.settle()
    undo(world, id)
    world.settle()
    assert (world.local(ann)["lastname"], world.local(ann)["city"]) == ("Lee-Miller", None)
    assert world.local(annie)["lastname"] == "Lee"
    world.assert_balanced()


def test_what_is_typed_in_hubspot_at_the_other_contact_reaches_the_person(world: World, two: tuple[UUID, UUID]) -> None:
    ann, annie = two
    merge(world, ann, annie)
    world.settle()
    world.hubspot.edit(world.hubspot_id(annie), state="Idaho")
    world.settle()
    assert world.local(ann)["state"] == "Idaho"
    assert world.hubspot[world.hubspot_id(ann)]["state"] == "Idaho"
    world.assert_at_rest()


def test_hubspot_merges_the_two_when_the_waiting_time_is_over(world: World, two: tuple[UUID, UUID]) -> None:
    ann, annie = two
    ids = {world.hubspot_id(ann), world.hubspot_id(annie)}
    merge(world, ann, annie, firstname=annie)
    world.settle()
    let_hubspot_merge(world)
    row = merged(world)
    assert row["hubspot"] == "done"
    assert {one["id"] for one in row["kept"]} == ids
    assert len(world.hubspot) == 1
    assert world.hubspot_id(ann) == row["merged_hubspot_id"]
    assert world.hubspot[world.hubspot_id(ann)]["firstname"] == "Annie"
    assert world.rejections() == []
    world.assert_balanced()


def test_who_is_unmerged_after_hubspot_merged_is_made_there_again(world: World, two: tuple[UUID, UUID]) -> None:
    ann, annie = two
    before = [persons_fields(world, id) for id in two]
    id = merge(world, ann, annie)
    world.settle()
    let_hubspot_merge(world)
    undo(world, id)
    world.settle()
    assert [persons_fields(world, id) for id in two] == before
    again = world.hubspot[world.hubspot_id(annie)]
    assert (again["lastname"], again["jobtitle"]) == ("Lee", "Nurse"), "what HubSpot alone knew came back too"
    assert not world.hubspot[world.hubspot_id(ann)].get("lastname")
    assert not world.hubspot[world.hubspot_id(ann)].get("jobtitle")
    (rejection,) = world.rejections()
    assert (rejection["contact_id"], rejection["field"]) == (annie, "email"), "HubSpot keeps the address with Ann"
    assert merged(world)["hubspot"] == "remade"
    world.assert_at_rest()


def test_a_worker_that_dies_after_hubspot_merged_is_followed_by_one_that_finds_it_done(
    world: World, two: tuple[UUID, UUID]
) -> None:
    ann, annie = two
    merge(world, ann, annie)
    world.settle()
    world.sql("UPDATE duplicate_merges SET hubspot_due_at = now()")
    with world.killed_at("loanark.sync.merges._done"):
        world.turn()
    assert merged(world)["hubspot"] == "sending"
    let_hubspot_merge(world)
    assert merged(world)["hubspot"] == "done"
    assert len(world.hubspot) == 1
    world.assert_balanced()


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_answer_is_read_back(world: World, two: tuple[UUID, UUID], when: str) -> None:
    ann, annie = two
    merge(world, ann, annie)
    world.settle()
    world.hubspot.fails("/contacts/merge", when=when, status=502)
    world.sql("UPDATE duplicate_merges SET hubspot_due_at = now()")
    world.turn()
    let_hubspot_merge(world)
    assert merged(world)["hubspot"] == "done"
    assert len(world.hubspot) == 1
    world.assert_balanced()


def test_an_edit_in_hubspot_just_before_its_merge_is_carried_over_first(world: World, two: tuple[UUID, UUID]) -> None:
    ann, annie = two
    merge(world, ann, annie)
    world.settle()
    world.hubspot.edit(world.hubspot_id(annie), state="Idaho")
    world.sql("UPDATE duplicate_merges SET hubspot_due_at = now()")
    world.turn()
    let_hubspot_merge(world)
    assert world.local(ann)["state"] == "Idaho"
    assert len(world.hubspot) == 1
    world.assert_balanced()


def test_deleting_the_person_deletes_both_in_hubspot(world: World, two: tuple[UUID, UUID]) -> None:
    ann, annie = two
    merge(world, ann, annie)
    world.settle()
    world.delete(ann)
    world.settle()
    assert len(world.hubspot) == 0
    world.assert_at_rest()


def test_who_is_deleted_in_hubspot_while_the_other_is_there_lives_on_with_the_other(
    world: World, two: tuple[UUID, UUID]
) -> None:
    ann, annie = two
    merge(world, ann, annie)
    world.settle()
    left = world.hubspot_id(annie)
    world.hubspot.archive(world.hubspot_id(ann))
    world.settle()
    world.sweep()
    world.sweep()
    assert [row["id"] for row in world.live()] == [ann]
    assert world.hubspot_id(ann) == left
    world.assert_balanced()


def test_who_is_deleted_in_hubspot_twice_at_once_is_deleted(world: World, two: tuple[UUID, UUID]) -> None:
    ann, annie = two
    merge(world, ann, annie)
    world.settle()
    for id in [world.hubspot_id(ann), world.hubspot_id(annie)]:
        world.hubspot.archive(id)
    world.settle()
    world.sweep()
    assert world.live() == []
    assert len(world.hubspot) == 0
    world.assert_at_rest()


def test_a_merge_in_hubspot_is_followed(world: World, two: tuple[UUID, UUID]) -> None:
    ann, annie = two
    world.sql("UPDATE duplicate_settings SET follow_hubspot = true")
    before = persons_fields(world, ann)
    survivor = world.hubspot.merge(world.hubspot_id(annie), world.hubspot_id(ann))
    world.settle()
    row = merged(world)
    assert (row["contact_id"], row["other_contact_id"], row["how"]) in (
        (annie, ann, "hubspot"),
        (ann, annie, "hubspot"),
    )
    assert (row["hubspot"], row["merged_hubspot_id"]) == ("done", survivor)
    assert len(world.live()) == len(world.hubspot) == 1
    assert world.rejections() == []
    world.assert_balanced()
    assert persons_fields(world, ann) == before or row["contact_id"] == ann


def test_a_merge_in_hubspot_takes_nothing_of_what_an_earlier_one_brought(world: World, two: tuple[UUID, UUID]) -> None:
    ann, annie = two
    _, anna = world.pair(email="anna@example.com", firstname="Anna")
    world.sql("UPDATE duplicate_settings SET follow_hubspot = true")
    merge(world, annie, ann)
    assert world.local(annie)["city"] == "Boise", "of Ann, and HubSpot does not know it yet"
    survivor = world.hubspot.merge(world.hubspot_id(annie), world.hubspot_id(anna))
    world.settle()
    assert [row["id"] for row in world.live()] == [annie]
    assert world.local(annie)["city"] == world.hubspot[survivor]["city"] == "Boise"
    let_hubspot_merge(world)
    world.assert_balanced()


def test_erasing_the_person_erases_every_row_and_every_hubspot_contact(world: World, two: tuple[UUID, UUID]) -> None:
    from loanark.contacts import erasure

    ann, annie = two
    merge(world, ann, annie)
    world.settle()
    world._act(lambda: erasure.ask(world.tenant_id, ann, by="jane"))
    world.settle()
    assert len(world.hubspot) == 0
    assert [persons_fields(world, id) for id in two] == [{}, {}]
    assert world.rows("SELECT 1 FROM golden_records") == world.rows("SELECT 1 FROM duplicate_merges") == []
    world.assert_at_rest()


def test_a_person_of_three_is_taken_apart_in_any_order(world: World, two: tuple[UUID, UUID]) -> None:
    ann, annie = two
    _, third = world.pair(email="third@example.com", firstname="Anna", zip="83702")
    before = [persons_fields(world, id) for id in (*two, third)]
    one = merge(world, ann, annie)
    merge(world, third, ann)
    world.settle()
    assert [row["id"] for row in world.live()] == [third]
    assert world.local(third)["lastname"] == "Lee"
    undo(world, one)
    world.settle()
    assert world.local(third)["lastname"] is None, "it was Annie's"
    undo(world, world.row("SELECT id FROM duplicate_merges WHERE state = 'live'")["id"])
    world.settle()
    assert [persons_fields(world, id) for id in (*two, third)] == before
    world.assert_balanced()


def test_who_was_merged_is_not_restored_beside_themselves(world: World, two: tuple[UUID, UUID]) -> None:
    from loanark.kit.errors import Stale

    ann, annie = two
    merge(world, ann, annie)
    with pytest.raises(Stale):
        world.restore(annie)
    with pytest.raises(Exception, match="merged into"):
        world.sql("UPDATE contacts SET deleted_at = NULL WHERE id = %s", annie)


def test_what_was_typed_and_is_gone_again_makes_nothing_else_newer(world: World, two: tuple[UUID, UUID]) -> None:
    """The one that lives on holds Boise itself, and shows Nampa, a newer value of the other one. Somebody clears it,
    and HubSpot's Nampa comes back before anybody looked: Boise is as old as it was."""
    ann, annie = two
    world.map("city", blank_may_overwrite=False)
    world.edit(annie, city="Nampa")
    merge(world, ann, annie)
    world.settle()
    assert world.local(ann)["city"] == "Nampa"
    world.edit(ann, city=None)
    world.settle()
    assert world.local(ann)["city"] == "Nampa"
    world.resync(ann)
    world.settle()
    assert world.local(ann)["city"] == "Nampa"
    world.assert_at_rest()


def test_what_is_typed_in_hubspot_while_it_merges_is_told(world: World, two: tuple[UUID, UUID]) -> None:
    ann, annie = two
    world.edit(annie, city="Nampa")
    merge(world, ann, annie, city=ann)
    world.settle()
    world.sql("UPDATE duplicate_merges SET hubspot_due_at = now()")
    typing = world.hubspot_id(annie)
    with world.meanwhile("loanark.sync.merges._kept", lambda: world.hubspot.edit(typing, city="Kuna")):
        world.turn()
    let_hubspot_merge(world)
    assert world.hubspot[world.hubspot_id(ann)]["city"] == "Boise"
    (told,) = world.conflicts(ann)
    assert (told["field"], told["hubspot"], told["loanark"], told["open"]) == ("city", "Kuna", "Boise", False)
    assert merged(world)["hubspot_due_at"] is None
    world.assert_balanced()


def test_hubspot_merges_a_person_of_three_though_the_one_between_went_first(
    world: World, two: tuple[UUID, UUID]
) -> None:
    ann, annie = two
    _, third = world.pair(email="third@example.com", firstname="Anna", zip="83702")
    first = merge(world, ann, annie)
    second = merge(world, third, ann)
    world.settle()
    world.sql("UPDATE duplicate_merges SET hubspot_due_at = now() WHERE id = %s", second)
    world.settle()
    assert len(world.hubspot) == 2
    let_hubspot_merge(world)
    assert len(world.hubspot) == len(world.live()) == 1
    assert {row["hubspot"] for row in world.rows("SELECT hubspot FROM duplicate_merges")} == {"done"}
    undo(world, first)
    world.settle()
    assert world.hubspot[world.hubspot_id(annie)]["jobtitle"] == "Nurse", "what HubSpot alone knew came back"


def test_who_is_merged_goes_with_a_row_that_a_program_deletes(world: World, two: tuple[UUID, UUID]) -> None:
    ann, annie = two
    merge(world, ann, annie)
    world.settle()
    world.sql("DELETE FROM contacts WHERE id = %s", ann)
    world.settle()
    assert len(world.hubspot) == 0
    world.assert_at_rest()


def test_a_merge_while_its_contact_is_written_in_hubspot_loses_nothing(world: World) -> None:
    """The HubSpot contact comes along to the one that lives on, while an answer about it is on its way."""
    there, ann = world.pair(city="Boise")
    world.hubspot.fails("/batch/upsert", status=400, count=1)
    annie = world.create(firstname="Annie", state="Idaho")
    world.settle()
    world.edit(ann, city="Nampa")
    with world.meanwhile("loanark.sync.outbound._send_batches", lambda: merge(world, annie, ann)):
        world.turn()
    world.settle()
    assert world.hubspot_id(annie) == there
    assert (world.hubspot[there]["city"], world.hubspot[there]["state"]) == ("Nampa", "Idaho")
    assert len(world.hubspot) == len(world.live()) == 1
    world.assert_balanced()


def test_a_merge_while_the_one_that_lives_on_is_made_in_hubspot_is_found_out(world: World) -> None:
    there, ann = world.pair(city="Boise")
    annie = world.create(firstname="Annie", lastname="Holmberg", phone="208-555-0142")
    with world.meanwhile("loanark.sync.outbound._send_batches", lambda: merge(world, annie, ann)):
        world.turn()
    world.settle()
    assert world.hubspot_id(annie) == there
    assert len(world.hubspot) == 2, "HubSpot has them twice: what was made is a contact like any new one"
    world.assert_at_rest()
