"""HubSpot fails, the network fails, workers die: nobody is made twice, no edit is lost, and it goes on by itself."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from world import World

#: Answers that leave open what happened: an error, and none at all.
STATUSES = [503, 0]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("count", [1, 6])
def test_a_create_that_fails_is_done_once_in_the_end(world: World, status: int, when: str, count: int) -> None:
    """Six in a row: the client gives up, and the engine looks before it tries again."""
    world.hubspot.fails("/batch/upsert", status=status, when=when, count=count)
    contact_id = world.insert(firstname="Ann")
    world.settle()
    assert len(world.hubspot) == 1
    assert world.hubspot[world.hubspot_id(contact_id)]["firstname"] == "Ann"
    assert world.rejections() == []
    world.assert_balanced()


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("status", STATUSES)
def test_an_update_that_fails_arrives_in_the_end(world: World, status: int, when: str) -> None:
    id, contact_id = world.pair()
    world.hubspot.fails("/batch/update", status=status, when=when, count=6)
    world.edit(contact_id, city="Boise")
    world.settle()
    assert world.hubspot[id]["city"] == "Boise"
    assert world.conflicts(contact_id) == []
    world.assert_balanced()


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_archive_that_fails_is_done_in_the_end(world: World, when: str) -> None:
    id, contact_id = world.pair()
    world.hubspot.fails("/batch/archive", when=when, count=6)
    world.delete(contact_id)
    world.settle()
    assert world.hubspot.portal.contacts[int(id)].archived
    world.assert_balanced()


def test_an_outcome_that_is_unknown_is_not_tried_again_at_once(world: World) -> None:
    _, contact_id = world.pair()
    world.hubspot.fails("/batch/update", status=0, count=6)
    world.edit(contact_id, city="Boise")
    world.turn()
    assert world.row("SELECT not_before > now() + interval '1 second' AS later FROM hints")["later"]


def test_an_edit_in_hubspot_after_a_lost_answer_is_told_as_a_conflict(world: World) -> None:
    world.hubspot.fails("/batch/upsert", status=0, when="after", count=6)
    contact_id = world.insert(firstname="Ann", city="Boise")
    world.turn()
    (id,) = map(str, world.hubspot.portal.live)
    world.hubspot.edit(id, firstname="Anna", phone="208-555-0100")
    world.settle()
    assert world.local(contact_id)["phone"] == "208-555-0100"
    (conflict,) = world.conflicts(contact_id)
    assert (conflict["field"], conflict["hubspot"], conflict["loanark"]) == ("firstname", "Anna", "Ann")
    world.assert_balanced()


@pytest.mark.parametrize("city", [None, "Nampa"], ids=["cleared", "changed"])
def test_an_edit_in_loanark_after_a_lost_answer_is_no_first_match(world: World, city: str | None) -> None:
    world.hubspot.fails("/batch/upsert", status=0, when="after", count=6)
    contact_id = world.insert(firstname="Ann", city="Boise")
    world.turn()
    world.edit(contact_id, city=city)
    world.settle()
    assert world.local(contact_id)["city"] == city
    assert world.hubspot[world.hubspot_id(contact_id)].get("city") == city
    assert world.conflicts(contact_id) == []
    world.assert_balanced()


def give_a_stage(world: World) -> None:
    """HubSpot gives it to every new contact by itself."""
    world.sql("INSERT INTO field_mappings (field, property_name) VALUES ('loan_stage', 'lifecyclestage')")


def test_who_is_deleted_as_soon_as_made_stays_so_though_the_archiving_is_lost(world: World) -> None:
    give_a_stage(world)
    contact_id = world.insert(firstname="Ann")
    world.turn()
    world.delete(contact_id)
    world.hubspot.fails("/batch/archive", status=0, when="before", count=6)
    world.settle()
    assert world.live() == []
    assert len(world.hubspot) == 0
    world.assert_balanced()


@pytest.mark.parametrize("edited", [True, False])
def test_who_is_deleted_after_a_lost_answer_lives_on_if_somebody_edited_them_in_hubspot(
    world: World, edited: bool
) -> None:
    """What HubSpot gave the contact by itself is no edit."""
    give_a_stage(world)
    world.hubspot.fails("/batch/upsert", status=0, when="after", count=6)
    contact_id = world.insert(firstname="Ann", city="Boise")
    world.turn()
    (id,) = map(str, world.hubspot.portal.live)
    assert world.hubspot[id]["lifecyclestage"] == "lead"
    if edited:
        world.hubspot.edit(id, city="Nampa")
    world.delete(contact_id)
    world.settle()
    assert [row["city"] for row in world.live()] == (["Nampa"] if edited else [])
    assert len(world.hubspot) == edited
    world.assert_balanced()


def test_an_edit_of_another_field_in_hubspot_just_before_our_write_is_not_missed(world: World) -> None:
    id, contact_id = world.pair()
    world.edit(contact_id, city="Boise")
    with world.meanwhile("loanark.sync.outbound.send", lambda: world.hubspot.edit(id, state="ID")):
        world.turn()
    world.settle()
    assert world.local(contact_id)["state"] == "ID"
    world.assert_balanced()


def test_an_edit_in_loanark_while_its_contact_is_being_sent_is_sent_as_well(world: World) -> None:
    id, contact_id = world.pair()
    world.edit(contact_id, city="Boise")
    with world.meanwhile("loanark.sync.outbound._finish", lambda: world.edit(contact_id, city="Nampa")):
        world.turn()
    world.settle()
    assert world.hubspot[id]["city"] == "Nampa"
    world.assert_balanced()


def test_a_contact_deleted_in_loanark_while_it_is_being_made_in_hubspot_is_archived_there(world: World) -> None:
    contact_id = world.insert(firstname="Ann")
    with world.meanwhile("loanark.sync.outbound._finish", lambda: world.delete(contact_id)):
        world.turn()
    world.settle()
    assert len(world.hubspot) == 0
    world.assert_balanced()


def test_a_contact_archived_in_hubspot_while_it_is_being_written_is_looked_at_again(world: World) -> None:
    id, contact_id = world.pair()
    world.edit(contact_id, city="Boise")
    with world.meanwhile("loanark.sync.outbound.send", lambda: world.hubspot.archive(id)):
        world.turn()
    world.settle()
    assert world.hubspot[world.hubspot_id(contact_id)]["city"] == "Boise", "the edit outlives the deletion"
    world.assert_balanced()


def test_a_contact_merged_in_hubspot_while_it_is_being_written_is_followed(world: World) -> None:
    id, contact_id = world.pair()
    other = world.hubspot.create(firstname="Annie")
    world.edit(contact_id, city="Boise")
    with world.meanwhile("loanark.sync.outbound.send", lambda: world.hubspot.merge(id, other)):
        world.turn()
    world.settle()
    assert world.hubspot[world.hubspot_id(contact_id)]["city"] == "Boise"
    assert len(world.live()) == 1
    world.assert_balanced()


MOMENTS = {
    "before transaction A": "loanark.sync.reconcile.look",
    "in transaction A": "loanark.sync.reconcile.write",
    "before sending": "loanark.sync.outbound.send",
    "after sending": "loanark.sync.outbound._finish",
    "in transaction B": "loanark.sync.outbound.write_links",
    "before the hint is cleared": "loanark.sync.drain._finish",
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_worker_killed_while_it_makes_changes_and_removes_is_carried_on(world: World, moment: str) -> None:
    id, edited = world.pair()
    gone, deleted = world.pair(email="bob@example.com")
    made = world.insert(firstname="Cleo")
    world.edit(edited, city="Boise")
    world.delete(deleted)
    with world.killed_at(MOMENTS[moment]):
        world.turn()
    world.settle()
    assert world.hubspot[id]["city"] == "Boise"
    assert world.hubspot.portal.contacts[int(gone)].archived
    assert world.hubspot[world.hubspot_id(made)]["firstname"] == "Cleo"
    assert len(world.hubspot) == 2
    assert world.conflicts(edited) == []
    world.assert_balanced()


def test_a_worker_killed_between_two_edits_of_one_field_sends_the_later_one(world: World) -> None:
    contact_id = world.insert(firstname="Ann")
    with world.killed_at("loanark.sync.outbound._finish"):
        world.turn()
    world.edit(contact_id, firstname="Anna")
    world.settle()
    assert world.hubspot[world.hubspot_id(contact_id)]["firstname"] == "Anna"
    world.assert_balanced()


def test_a_contact_deleted_after_its_maker_was_killed_does_not_come_back(world: World) -> None:
    contact_id = world.insert(firstname="Ann")
    with world.killed_at("loanark.sync.outbound._finish"):
        world.turn()
    world.delete(contact_id)
    world.settle()
    assert world.live() == []
    assert len(world.hubspot) == 0
    world.assert_balanced()


# The lease


def test_a_second_worker_does_not_work_at_the_same_time(world: World) -> None:
    world.pair()
    world.insert(firstname="Ann")
    seen = []
    with world.meanwhile("loanark.sync.engine.drain", lambda: seen.append(world.turn_of_another_worker())):
        world.turn()
    assert seen == ["BUSY"]


def test_what_a_worker_that_hung_covers_in_hubspot_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It hung just before it sent, when it had asked for the last time whether it still holds the lease."""
    monkeypatch.setattr("loanark.sync.session.CHECK_SECONDS", 3600)
    id, contact_id = world.pair()
    world.edit(contact_id, city="Boise")

    def hours_later() -> None:
        world.sql("UPDATE leases SET expires_at = now() - interval '1 second'")
        for _ in range(3):  # as long as it takes to look at what it wrote itself
            world.time_passes()
            world.turn_of_another_worker()
        world.hubspot.edit(id, city="Reno")

    with world.meanwhile("loanark.sync.outbound._send_batches", hours_later):
        world.turn()
    assert world.hubspot[id]["city"] == "Boise", "sent all the same"
    world.settle()
    (conflict,) = world.conflicts(contact_id)
    assert (conflict["field"], conflict["hubspot"], conflict["late"]) == ("city", "Reno", True)
    world.assert_balanced()


def test_a_dead_process_is_taken_over_at_once(world: World) -> None:
    from loanark.sync import lease
    from loanark.tenants.access import tenant_scope

    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    with tenant_scope(world.tenant_id):
        held = lease.acquire(world.tenant_id)
    assert held
    holder = held.holder.replace(f"/{os.getpid()}/", f"/{dead.pid}/")
    world.sql("UPDATE leases SET holder = %s", holder)
    contact_id = world.insert(firstname="Ann")
    world.settle()
    assert world.hubspot_id(contact_id)


def test_a_holder_that_lives_keeps_its_lease_until_it_runs_out(world: World) -> None:
    from loanark.sync import lease
    from loanark.tenants.access import tenant_scope

    with tenant_scope(world.tenant_id):
        assert lease.acquire(world.tenant_id)
        assert lease.acquire(world.tenant_id) is None
    world.sql("UPDATE leases SET expires_at = now() - interval '1 second'")
    with tenant_scope(world.tenant_id):
        assert lease.acquire(world.tenant_id)


def test_who_lost_the_lease_writes_nothing_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    # A lease runs out long after it was last seen to be ours: by then every request asks again.
    monkeypatch.setattr("loanark.sync.session.CHECK_SECONDS", -1.0)
    id, contact_id = world.pair()
    world.edit(contact_id, city="Boise")

    def stolen() -> None:
        world.sql("UPDATE leases SET fence = fence + 1, holder = 'elsewhere', expires_at = now() + interval '1 minute'")

    with world.meanwhile("loanark.sync.outbound.send", stolen):
        assert world.turn().name == "BUSY"
    assert world.hubspot.writes() == []
    world.sql("UPDATE leases SET expires_at = now() - interval '1 second'")
    world.settle()
    assert world.hubspot[id]["city"] == "Boise"
    world.assert_balanced()


# The connection


def test_an_outage_pauses_the_connection_and_it_resumes_by_itself(world: World) -> None:
    id, contact_id = world.pair()
    world.hubspot.fails("", count=100)
    world.edit(contact_id, city="Boise")
    assert world.turn().name == "TROUBLE"
    assert (world.connection().status, world.connection().problem_code) == ("paused", "unavailable")
    world.hubspot.user("DELETE", "faults")
    world.settle()
    assert world.connection().status == "connected"
    assert world.hubspot[id]["city"] == "Boise"
    world.assert_balanced()


def test_an_account_that_moves_is_asked_once_by_all_workers_together(world: World) -> None:
    """HubSpot names the time; whoever tries before it only makes errors, and each is counted."""
    id, contact_id = world.pair()
    world.edit(contact_id, city="Boise")
    world.hubspot.user("POST", "move", seconds=3600)
    before = world.hubspot.simulator.statuses[477]
    for _ in range(3):
        world.time_passes()
        assert world.turn().name == "TROUBLE"
        assert world.turn_of_another_worker() == "TROUBLE"
    assert world.hubspot.simulator.statuses[477] - before == 1
    assert world.connection().problem_code == "account-moving"
    world.hubspot.user("POST", "move", seconds=0)
    world.sql("UPDATE request_buckets SET paused_until = now()")  # the hour is over
    world.settle()
    assert world.hubspot[id]["city"] == "Boise"
    assert world.connection().status == "connected"


def test_an_expired_token_is_refreshed_without_anybody_noticing(make_world: Callable[..., World]) -> None:
    world = make_world()
    world.connect_by_oauth()
    world.approve_first_run()
    id, contact_id = world.pair()
    world.hubspot.user("POST", "tokens/expire")
    world.edit(contact_id, city="Boise")
    world.settle()
    assert world.hubspot[id]["city"] == "Boise"
    assert world.connection().status == "connected"


def test_a_revoked_app_asks_to_be_connected_again_and_goes_on_then(make_world: Callable[..., World]) -> None:
    world = make_world()
    world.connect_by_oauth()
    world.approve_first_run()
    id, contact_id = world.pair()
    world.hubspot.user("POST", "installs/revoke")
    world.hubspot.user("POST", "tokens/expire")
    world.edit(contact_id, city="Boise")
    assert world.turn().name == "TROUBLE"
    assert world.connection().status == "reconnect_needed"
    world.hubspot.forget_requests()
    world.turn()
    assert world.hubspot.reads() + world.hubspot.writes() == [], "nobody knocks at a closed door"
    world.connect_by_oauth()
    world.settle()
    assert world.hubspot[id]["city"] == "Boise"
    world.assert_balanced()


def test_a_disconnected_account_is_left_alone(world: World) -> None:
    from loanark.connections import actions

    _, contact_id = world.pair()
    actions.disconnect(world.tenant_id)
    world.edit(contact_id, city="Boise")
    world.hubspot.forget_requests()
    world.turn()
    assert world.hubspot.reads() + world.hubspot.writes() == []


def test_a_write_decided_by_a_sweep_whose_worker_was_killed_is_sent_all_the_same(world: World) -> None:
    """No hint tells of it, and the sweep's page is behind: only the intent does."""
    from loanark.sync import runs
    from loanark.tenants.access import tenant_scope

    id, contact_id = world.pair()
    with world.another_program() as program:
        program.execute("SET loanark.origin = 'sync'")  # an edit that left no hint
        program.execute("UPDATE contacts SET city = 'Boise' WHERE id = %s", [contact_id])
    with tenant_scope(world.tenant_id):
        runs.start("sweep", trigger="test")
    with world.killed_at("loanark.sync.outbound.send"):
        world.turn()
    world.settle()
    assert world.hubspot[id]["city"] == "Boise"
    world.assert_balanced()


def test_our_own_write_is_no_edit_that_brings_a_deleted_contact_back(world: World) -> None:
    id, contact_id = world.pair(city="Boise")
    world.edit(contact_id, city="Eagle")
    with world.killed_at("loanark.sync.outbound._finish"):
        world.turn()
    assert world.hubspot[id]["city"] == "Eagle", "the dead worker had written it, and noted nothing"
    world.delete(contact_id)
    world.settle()
    assert world.live() == []
    assert len(world.hubspot) == 0
    world.assert_balanced()


def test_who_is_restored_while_a_dying_worker_archives_them_is_made_again(world: World) -> None:
    id, contact_id = world.pair(city="Boise")
    world.delete(contact_id)
    with world.killed_at("loanark.sync.outbound._finish"):
        world.turn()
    assert len(world.hubspot) == 0, "the dead worker had archived it, and noted nothing"
    world.restore(contact_id)
    world.settle()
    assert world.local(contact_id)["city"] == "Boise"
    assert world.hubspot[world.hubspot_id(contact_id)]["city"] == "Boise"
    assert world.hubspot_id(contact_id) != id
    world.assert_balanced()


def test_a_page_that_was_read_before_a_newer_look_decides_nothing(world: World) -> None:
    id, contact_id = world.pair(city="Boise")

    def looked_at_meanwhile() -> None:
        world.hubspot.edit(id, city="Nampa")
        world.owner_sql("UPDATE contacts SET city = 'Nampa' WHERE id = %s", contact_id)
        world.owner_sql(
            """UPDATE contact_links
               SET base = base || '{"city": "Nampa"}', remote_hash = '', read_at = clock_timestamp()
               WHERE contact_id = %s""",
            contact_id,
        )

    with world.meanwhile("loanark.sync.listing._store_page", looked_at_meanwhile):
        world.sweep()
    world.settle()
    assert [change["after"].get("city") for change in world.changes(contact_id)] == ["Boise", "Nampa"]
    world.assert_balanced()
