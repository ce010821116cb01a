"""Brakes: what would delete, clear or make too much waits for a person, as a whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from world import World

    from loanark.sync.schemas import HeldGroup, Overview


@pytest.fixture
def crowd(make_world: Callable[..., World]) -> World:
    """Sixty contacts on both sides, at rest."""
    built = make_world(people=60)
    built.start()
    return built


def choose(world: World, **choices: object) -> None:
    from loanark.connections import settings
    from loanark.tenants.access import tenant_scope

    with tenant_scope(world.tenant_id):
        settings.change(world.tenant_id, choices, by="test")


def waiting(world: World) -> list[HeldGroup]:
    from loanark.sync import held
    from loanark.tenants.access import tenant_scope

    with tenant_scope(world.tenant_id):
        return held.waiting()


def decide(world: World, what: str) -> None:
    from loanark.sync import held
    from loanark.tenants.access import tenant_scope

    (group,) = waiting(world)
    with tenant_scope(world.tenant_id):
        {"approve": held.approve, "reject": held.reject}[what](world.tenant_id, group.id, by="jane@lender.example")


def overview(world: World) -> Overview:
    from loanark.sync.overview import overview
    from loanark.tenants.access import tenant_scope

    with tenant_scope(world.tenant_id):
        return overview()


def decide_run(world: World, what: str) -> None:
    from loanark.sync import runs
    from loanark.tenants.access import tenant_scope

    with tenant_scope(world.tenant_id):
        {"approve": runs.approve, "cancel": runs.cancel}[what](world.run("sweep")["id"], by="jane@lender.example")


def delete_by_sql(world: World, count: int) -> None:
    assert world.sql("DELETE FROM contacts WHERE id IN (SELECT id FROM contacts ORDER BY id LIMIT %s)", count) == count


def archived(world: World) -> list[str]:
    return [write for write in world.hubspot.writes() if write.endswith("batch/archive")]


def assert_nothing_spins(world: World) -> None:
    assert world.hints() == []
    world.hubspot.forget_requests()
    world.settle()
    assert not [path for path in world.hubspot.reads() if "batch/read" in path or path.rpartition("/")[2].isdigit()]


# Deletions in LoanArk


def test_a_few_deletions_pass(crowd: World) -> None:
    delete_by_sql(crowd, 5)
    crowd.settle()
    assert len(crowd.hubspot) == 55
    assert waiting(crowd) == []
    crowd.assert_balanced()


def test_many_contacts_deleted_by_sql_are_held_as_a_whole(crowd: World) -> None:
    delete_by_sql(crowd, 30)
    crowd.settle()
    assert (archived(crowd), len(crowd.hubspot)) == ([], 60)
    (group,) = waiting(crowd)
    assert (group.kind, group.side, group.count, group.to_go, group.allowed) == ("delete", "hubspot", 30, 30, 20)
    assert group.title == "30 deletions in HubSpot"
    assert {operation.reason for operation in group.operations} == {"deleted in LoanArk"}
    assert all(operation.name for operation in group.operations)
    assert_nothing_spins(crowd)


def test_the_batches_of_a_mass_deletion_are_counted_together(crowd: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The brake looks ahead: not even the first batch passes."""
    monkeypatch.setattr("loanark.sync.drain.BATCH_SIZE", 10)
    delete_by_sql(crowd, 30)
    crowd.settle()
    assert len(crowd.hubspot) == 60
    assert [group.count for group in waiting(crowd)] == [30]


def test_deletions_one_by_one_are_held_once_an_hours_share_is_used_up(crowd: World) -> None:
    for _ in range(4):
        delete_by_sql(crowd, 5)
        crowd.settle()
    assert len(crowd.hubspot) == 40
    delete_by_sql(crowd, 1)
    crowd.settle()
    assert len(crowd.hubspot) == 40
    assert [group.count for group in waiting(crowd)] == [1]
    crowd.sql("UPDATE brake_uses SET at = at - interval '61 minutes'")
    crowd.sql("UPDATE held_operations SET at = at - interval '61 minutes'")
    delete_by_sql(crowd, 1)
    crowd.settle()
    assert len(crowd.hubspot) == 39
    assert [group.count for group in waiting(crowd)] == [1], "what is held stays held"


def test_approved_they_are_carried_out(crowd: World) -> None:
    delete_by_sql(crowd, 30)
    crowd.settle()
    decide(crowd, "approve")
    crowd.settle()
    assert len(crowd.hubspot) == 30
    assert waiting(crowd) == []
    crowd.assert_balanced()


def test_approved_means_approved_for_that_group(crowd: World) -> None:
    delete_by_sql(crowd, 25)
    crowd.settle()
    decide(crowd, "approve")
    crowd.settle()
    delete_by_sql(crowd, 25)
    crowd.settle()
    assert len(crowd.hubspot) == 35
    assert [group.count for group in waiting(crowd)] == [25]


def test_rejected_the_contacts_come_back_in_loanark(crowd: World) -> None:
    ids = {row["id"] for row in crowd.live()}
    delete_by_sql(crowd, 30)
    crowd.settle()
    decide(crowd, "reject")
    crowd.settle()
    assert {row["id"] for row in crowd.live()} == ids
    assert len(crowd.hubspot) == 60
    crowd.assert_balanced()


def test_a_rejected_contact_can_be_deleted_later(crowd: World) -> None:
    delete_by_sql(crowd, 30)
    crowd.settle()
    decide(crowd, "reject")
    crowd.settle()
    crowd.delete(crowd.live()[0]["id"])
    crowd.settle()
    assert len(crowd.hubspot) == 59
    crowd.assert_balanced()


def test_an_undone_deletion_leaves_the_group(crowd: World) -> None:
    victims = [row["id"] for row in crowd.live()[:30]]
    crowd.sql("UPDATE contacts SET deleted_at = now() WHERE id = ANY(%s)", victims)
    crowd.settle()
    for contact_id in victims[:10]:
        crowd.restore(contact_id)
    crowd.settle()
    (group,) = waiting(crowd)
    assert group.count == 20
    for contact_id in victims[10:]:
        crowd.restore(contact_id)
    crowd.settle()
    assert waiting(crowd) == []
    crowd.assert_balanced()


def test_a_contact_held_for_deletion_that_is_edited_on_the_other_side_comes_back(crowd: World) -> None:
    victims = [row["id"] for row in crowd.live()[:30]]
    crowd.sql("UPDATE contacts SET deleted_at = now() WHERE id = ANY(%s)", victims)
    crowd.settle()
    crowd.hubspot.edit(crowd.hubspot_id(victims[0]), city="Reno")
    crowd.settle()
    back = crowd.local(victims[0])
    assert (back["deleted_at"], back["city"]) == (None, "Reno")
    assert [group.count for group in waiting(crowd)] == [29]


def test_deletions_that_are_held_survive_a_killed_worker(crowd: World) -> None:
    delete_by_sql(crowd, 30)
    for target in ("apply.write", "hints.clear"):
        crowd.may_be_killed_at(f"loanark.sync.{target}")
        crowd.time_passes()
    crowd.settle()
    assert len(crowd.hubspot) == 60
    (group,) = waiting(crowd)
    assert group.count == 30
    decide(crowd, "approve")
    crowd.may_be_killed_at("loanark.sync.outbound._finish")
    crowd.settle()
    assert len(crowd.hubspot) == 30
    assert waiting(crowd) == []
    crowd.assert_balanced()


# Deletions in HubSpot


def archive(world: World, count: int) -> list[str]:
    ids = [str(id) for id in sorted(world.hubspot.portal.live)[:count]]
    for id in ids:
        world.hubspot.archive(id)
    return ids


def test_many_contacts_deleted_in_hubspot_are_held(crowd: World) -> None:
    archive(crowd, 30)
    crowd.settle()
    assert len(crowd.live()) == 60
    (group,) = waiting(crowd)
    assert (group.kind, group.side, group.count) == ("delete", "loanark", 30)
    assert_nothing_spins(crowd)


def test_told_by_webhook_they_are_held_as_a_whole(crowd: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loanark.sync.drain.BATCH_SIZE", 10)
    archive(crowd, 30)
    crowd.deliver_webhooks()
    crowd.settle(polls=False)
    assert len(crowd.live()) == 60
    assert [group.count for group in waiting(crowd)] == [30]


def test_approved_they_are_deleted_in_loanark(crowd: World) -> None:
    archive(crowd, 30)
    crowd.settle()
    decide(crowd, "approve")
    crowd.settle()
    assert len(crowd.live()) == 30
    assert waiting(crowd) == []
    crowd.assert_balanced()


def test_rejected_they_are_made_in_hubspot_again(crowd: World) -> None:
    archive(crowd, 30)
    crowd.settle()
    decide(crowd, "reject")
    crowd.settle()
    assert (len(crowd.live()), len(crowd.hubspot)) == (60, 60)
    assert waiting(crowd) == []
    crowd.assert_balanced()


def test_a_contact_that_reappears_in_hubspot_leaves_the_group(crowd: World) -> None:
    ids = archive(crowd, 30)
    crowd.settle()
    for id in ids[:12]:
        crowd.hubspot.restore(id)
    crowd.settle()
    assert [group.count for group in waiting(crowd)] == [18]
    for id in ids[12:]:
        crowd.hubspot.restore(id)
    crowd.sweep()
    assert waiting(crowd) == []
    crowd.assert_balanced()


def test_the_balance_explains_what_is_held(crowd: World) -> None:
    archive(crowd, 25)
    victims = sorted(crowd.hubspot.portal.live)[:25]
    crowd.sql(
        """DELETE FROM contacts c USING contact_links l
           WHERE l.contact_id = c.id AND l.hubspot_id = ANY(%s)""",
        [str(id) for id in victims],
    )
    crowd.sql("UPDATE connections SET counted_at = NULL")
    crowd.settle()
    seen = overview(crowd)
    balance = seen.balance
    assert balance
    assert (balance.hubspot, balance.loanark, balance.linked, balance.unexplained) == (35, 35, 10, 0)
    assert {(part.reason, part.count, part.side) for part in balance.explained} == {
        ("in LoanArk, deleted in HubSpot: held", 25, "loanark"),
        ("in HubSpot, deleted in LoanArk: held", 25, "hubspot"),
    }
    assert {(need.kind, need.count, need.title) for need in seen.needs_you} == {
        ("held", 25, "Decide 25 deletions in LoanArk"),
        ("held", 25, "Decide 25 deletions in HubSpot"),
    }
    assert seen.truth.level == "attention"


# Clears


def with_phones(world: World, count: int) -> list[str]:
    ids = [str(id) for id in sorted(world.hubspot.portal.live)[:count]]
    for number, id in enumerate(ids):
        world.hubspot.edit(id, phone=f"+1 212 555 {number:04}")
    world.settle()
    return ids


def test_a_bulk_clear_in_hubspot_is_held_and_the_other_fields_go_on(crowd: World) -> None:
    ids = with_phones(crowd, 30)
    for id in ids:
        crowd.hubspot.edit(id, phone="", city="Elko")
    crowd.settle()
    rows = [crowd.contact(id) for id in ids]
    assert {row["city"] for row in rows} == {"Elko"}
    assert all(row["phone"] for row in rows)
    (group,) = waiting(crowd)
    assert (group.kind, group.side, group.count) == ("clear", "loanark", 30)
    assert {operation.label for operation in group.operations} == {"Phone"}
    assert all(operation.before for operation in group.operations)
    assert_nothing_spins(crowd)


@pytest.mark.parametrize("answer", ["approve", "reject"])
def test_a_bulk_clear_is_carried_out_or_filled_again(crowd: World, answer: str) -> None:
    ids = with_phones(crowd, 30)
    for id in ids:
        crowd.hubspot.edit(id, phone="")
    crowd.settle()
    decide(crowd, answer)
    crowd.settle()
    assert all(bool(crowd.contact(id)["phone"]) is (answer == "reject") for id in ids)
    assert waiting(crowd) == []
    crowd.assert_balanced()


@pytest.mark.parametrize("answer", ["approve", "reject"])
def test_a_bulk_clear_by_sql_is_held_as_a_whole(crowd: World, answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = with_phones(crowd, 30)
    monkeypatch.setattr("loanark.sync.drain.BATCH_SIZE", 10)
    crowd.sql("UPDATE contacts SET phone = NULL WHERE phone LIKE '+1 212 555%%'")
    crowd.settle()
    assert all(crowd.hubspot[id]["phone"] for id in ids)
    assert [group.count for group in waiting(crowd)] == [30]
    decide(crowd, answer)
    crowd.settle()
    assert all(bool(crowd.hubspot[id].get("phone")) is (answer == "reject") for id in ids)
    crowd.assert_balanced()


def test_a_new_value_leaves_the_group(crowd: World) -> None:
    ids = with_phones(crowd, 30)
    for id in ids:
        crowd.hubspot.edit(id, phone="")
    crowd.settle()
    crowd.hubspot.edit(ids[0], phone="+1 212 555 9999")
    crowd.edit(crowd.contact(ids[1])["id"], phone=None)
    crowd.settle()
    assert [group.count for group in waiting(crowd)] == [28]
    assert crowd.contact(ids[0])["phone"] == "+1 212 555 9999"


# Creates


def test_new_contacts_are_held_where_somebody_wants_that(crowd: World) -> None:
    choose(crowd, brake_creates=5)
    for number in range(8):
        crowd.hubspot.create(email=f"new{number}@example.com")
    crowd.settle()
    assert len(crowd.live()) == 60
    decide(crowd, "approve")
    crowd.settle()
    assert len(crowd.live()) == 68
    for number in range(8):
        crowd.insert(email=f"ours{number}@example.com")
    crowd.settle()
    crowd.sweep()
    assert len(crowd.hubspot) == 68
    decide(crowd, "reject")
    crowd.sweep()
    assert len(crowd.hubspot) == 68


# Runs


def test_a_sweep_that_meets_the_brake_is_held_until_somebody_decides(crowd: World) -> None:
    ids = archive(crowd, 30)
    crowd.sweep()
    run = crowd.run("sweep")
    assert (run["status"], run["counts"]["held"], len(crowd.live())) == ("held", 30, 60)
    assert "30 deletions in LoanArk" in run["reason"]
    decide_run(crowd, "approve")
    crowd.settle()
    assert (len(crowd.live()), crowd.run("sweep")["status"]) == (30, "succeeded")
    assert len(ids) == 30
    crowd.assert_balanced()


def test_deciding_about_the_group_lets_the_run_go_on(crowd: World) -> None:
    archive(crowd, 30)
    crowd.sweep()
    decide(crowd, "reject")
    crowd.settle()
    assert crowd.run("sweep")["status"] == "succeeded"
    crowd.assert_balanced()


def test_a_held_run_goes_on_by_itself_when_everything_reappears(crowd: World) -> None:
    ids = archive(crowd, 30)
    crowd.sweep()
    assert crowd.run("sweep")["status"] == "held"
    for id in ids:
        crowd.hubspot.restore(id)
    crowd.settle()
    assert (crowd.run("sweep")["status"], waiting(crowd)) == ("succeeded", [])
    crowd.assert_balanced()


def test_cancelled_the_run_is_over_and_the_group_waits_on(crowd: World) -> None:
    archive(crowd, 30)
    crowd.sweep()
    decide_run(crowd, "cancel")
    crowd.settle()
    assert [group.count for group in waiting(crowd)] == [30]
    crowd.sweep()
    assert (crowd.run("sweep")["status"], len(crowd.live())) == ("partial", 60)
    assert "held until a person decides" in crowd.run("sweep")["reason"]


# Settings


def test_the_brakes_can_be_raised(crowd: World) -> None:
    choose(crowd, brake_floor=1_000)
    delete_by_sql(crowd, 30)
    crowd.settle()
    assert len(crowd.hubspot) == 30


@pytest.mark.parametrize("gone", ["hubspot", "loanark"])
def test_where_deletions_do_not_follow_the_other_side_keeps_its_contacts(crowd: World, gone: str) -> None:
    choose(crowd, **{f"deletes_in_{gone}": "keep"})
    if gone == "hubspot":
        archive(crowd, 30)
    else:
        delete_by_sql(crowd, 30)
    crowd.sql("UPDATE connections SET counted_at = NULL")
    crowd.settle()
    crowd.sweep()
    assert (len(crowd.live()), len(crowd.hubspot)) == ((60, 30) if gone == "hubspot" else (30, 60))
    assert (waiting(crowd), crowd.run("sweep")["status"]) == ([], "succeeded")
    assert_nothing_spins(crowd)
    balance = overview(crowd).balance
    assert balance
    assert (balance.linked, balance.unexplained, [part.count for part in balance.explained]) == (30, 0, [30])
