"""What was done can be undone, as far as it still stands: a run, a program's changes, one change. On both sides."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from loanark.kit.errors import Invalid, NotFound, Stale

if TYPE_CHECKING:
    from world import World

PAST = datetime(2020, 1, 1, tzinfo=UTC)


def acting(world: World, action: Any) -> Any:
    from loanark.tenants.access import tenant_scope

    with tenant_scope(world.tenant_id, actor=world.scope.actor, cause="user", side="loanark"):
        return action()


def undo_run(world: World, run_id: int, *, approve: bool = True) -> Any:
    from loanark.sync import runs

    started = acting(world, lambda: runs.undo_run(run_id, by="jane@lender.example", approve=approve))
    world.settle()
    return run(world, started.id)


def undo_changes(world: World, *, approve: bool = True, **selection: Any) -> Any:
    from loanark.sync import runs

    wanted = {"since": PAST, **selection}
    started = acting(world, lambda: runs.undo_changes(**wanted, by="jane@lender.example", approve=approve))
    world.settle()
    return run(world, started.id)


def undo_change(world: World, contact_id: UUID, change_id: int) -> None:
    from loanark.contacts import undo

    acting(world, lambda: undo.undo_change(world.scope, contact_id, change_id))
    world.settle()


def run(world: World, run_id: int) -> Any:
    return world.row("SELECT * FROM runs WHERE id = %s", run_id)


def planned(world: World, run_id: int) -> list[dict[str, Any]]:
    return world.rows("SELECT * FROM planned WHERE run_id = %s ORDER BY seq", run_id)


def approve(world: World, run_id: int) -> None:
    from loanark.sync import runs

    acting(world, lambda: runs.approve(run_id, by="joe@lender.example"))


@pytest.fixture
def swept(world: World) -> tuple[World, list[tuple[str, UUID]], int]:
    """Three pairs; a sweep found that somebody in HubSpot had moved them all to Nampa."""
    ids = [world.hubspot.create(email=f"p{n}@example.com", firstname=f"P{n}", city="Boise") for n in range(3)]
    world.settle()
    for id in ids:
        world.hubspot.edit(id, city="Nampa")
    world.sql("UPDATE connections SET last_poll_at = now(), polled_until = now() + interval '1 hour'")
    from loanark.sync import runs

    acting(world, lambda: runs.start("full", trigger="test"))
    world.settle(polls=False)
    sweep = world.run("sweep")
    pairs = [(id, world.contact(id)["id"]) for id in ids]
    assert {world.local(contact_id)["city"] for _, contact_id in pairs} == {"Nampa"}
    assert world.row("SELECT count(*) AS n FROM contact_changes WHERE run_id = %s", sweep["id"])["n"] == 3
    return world, pairs, sweep["id"]


Swept = tuple["World", list[tuple[str, UUID]], int]


def test_a_run_is_undone_on_both_sides(swept: Swept) -> None:
    world, pairs, run_id = swept
    undone = undo_run(world, run_id)
    assert (undone["kind"], undone["status"], undone["reason"]) == ("undo", "succeeded", None)
    counts = undone["counts"]
    assert (counts["read"], counts["updated_in_loanark"], counts.get("skipped", 0)) == (3, 3, 0)
    for id, contact_id in pairs:
        assert world.hubspot[id]["city"] == world.local(contact_id)["city"] == "Boise"
    last = world.changes(pairs[0][1])[-1]
    assert (last["cause"], last["side"], last["actor"], last["run_id"]) == (
        "undo",
        "loanark",
        "jane@lender.example",
        undone["id"],
    )
    assert last["reason"] == f"undoes run {run_id}"
    world.assert_balanced()


def test_an_undo_waits_for_a_person_and_shows_what_it_would_do(swept: Swept) -> None:
    from loanark.sync import plans
    from loanark.tenants.access import tenant_scope

    world, pairs, run_id = swept
    waiting = undo_run(world, run_id, approve=False)
    assert (waiting["status"], waiting["total"]) == ("waiting", 3)
    assert "3 contacts would be put back" in waiting["reason"]
    assert {world.local(contact_id)["city"] for _, contact_id in pairs} == {"Nampa"}
    with tenant_scope(world.tenant_id):
        shown = plans.page(waiting["id"], action=None, state=None, cursor=None, limit=50)
    assert {one.contact_id for one in shown.items} == {contact_id for _, contact_id in pairs}
    (part,) = shown.items[0].operations
    assert (part.kind, part.side, part.before, part.after) == ("write", "loanark", "Nampa", "Boise")
    approve(world, waiting["id"])
    world.settle()
    assert {row["state"] for row in planned(world, waiting["id"])} == {"done"}
    assert run(world, waiting["id"])["status"] == "succeeded"
    assert {world.hubspot[id]["city"] for id, _ in pairs} == {"Boise"}


def test_what_moved_on_since_stays_and_is_listed(swept: Swept) -> None:
    world, pairs, run_id = swept
    (first, contact_id), *_ = pairs
    world.edit(contact_id, city="Eagle")
    world.settle(polls=False)
    undone = undo_run(world, run_id)
    assert undone["status"] == "partial"
    assert undone["reason"] == "1 contact was not put back, wholly or in part; each says why in the plan."
    assert (undone["counts"]["updated_in_loanark"], undone["counts"]["skipped"]) == (2, 1)
    assert world.hubspot[first]["city"] == world.local(contact_id)["city"] == "Eagle"
    (skipped,) = [row for row in planned(world, undone["id"]) if row["state"] == "skipped"]
    assert skipped["contact_id"] == contact_id
    assert "it was changed since" in skipped["outcome"]


def test_what_moved_on_between_plan_and_approval_stays_too(swept: Swept) -> None:
    world, pairs, run_id = swept
    waiting = undo_run(world, run_id, approve=False)
    _, contact_id = pairs[0]
    world.edit(contact_id, city="Eagle")
    world.edit(pairs[1][1], city="Boise")
    world.settle(polls=False)
    approve(world, waiting["id"])
    world.settle(polls=False)
    states = {row["contact_id"]: row["state"] for row in planned(world, waiting["id"])}
    assert [states[contact_id] for _, contact_id in pairs] == ["skipped", "unneeded", "done"]
    assert world.local(contact_id)["city"] == "Eagle"
    assert run(world, waiting["id"])["status"] == "partial"


def test_an_undo_can_itself_be_undone(swept: Swept) -> None:
    world, pairs, run_id = swept
    first = undo_run(world, run_id)
    second = undo_run(world, first["id"])
    assert second["status"] == "succeeded"
    assert {world.hubspot[id]["city"] for id, _ in pairs} == {"Nampa"}
    world.assert_balanced()


@pytest.mark.parametrize("target", ["loanark.sync.undo._plan_some", "loanark.sync.undo._undo_some"])
@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_worker_killed_while_it_undoes_goes_on(
    swept: Swept, target: str, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, pairs, run_id = swept
    monkeypatch.setattr("loanark.sync.undo.CONTACTS_AT_ONCE", 1)
    from loanark.sync import runs

    started = acting(world, lambda: runs.undo_run(run_id, by="jane", approve=True))
    with world.killed_at(target, after=after):
        world.turn()
    world.settle()
    undone = run(world, started.id)
    assert (undone["status"], undone["counts"]["updated_in_loanark"], undone["done"]) == ("succeeded", 3, 3)
    for id, contact_id in pairs:
        assert world.hubspot[id]["city"] == "Boise"
        assert [row["cause"] for row in world.changes(contact_id)].count("undo") == 1


def test_a_waiting_undo_is_cancelled_and_changes_nothing(swept: Swept) -> None:
    from loanark.sync import runs

    world, pairs, run_id = swept
    waiting = undo_run(world, run_id, approve=False)
    acting(world, lambda: runs.cancel(waiting["id"], by="jane"))
    world.settle()
    assert run(world, waiting["id"])["status"] == "cancelled"
    assert {world.hubspot[id]["city"] for id, _ in pairs} == {"Nampa"}
    with pytest.raises(Stale):
        approve(world, waiting["id"])


def test_a_running_undo_is_cancelled_after_its_batch(swept: Swept, monkeypatch: pytest.MonkeyPatch) -> None:
    from loanark.sync import runs

    world, pairs, run_id = swept
    monkeypatch.setattr("loanark.sync.undo.CONTACTS_AT_ONCE", 1)
    started = acting(world, lambda: runs.undo_run(run_id, by="jane", approve=True))
    with world.killed_at("loanark.sync.undo._undo_some", after=1):
        world.turn()
    acting(world, lambda: runs.cancel(started.id, by="jane"))
    world.settle()
    assert sorted(world.hubspot[id]["city"] for id, _ in pairs) == ["Boise", "Nampa", "Nampa"]
    assert run(world, started.id)["status"] == "cancelled"


def test_one_run_at_a_time_holds_for_undos(swept: Swept) -> None:
    from loanark.sync import runs

    world, _, run_id = swept
    acting(world, lambda: runs.undo_run(run_id, by="jane", approve=True))
    for begin in (
        lambda: runs.undo_run(run_id, by="jane", approve=True),
        lambda: runs.start("full", trigger="jane"),
        lambda: runs.start("preview", trigger="jane"),
        lambda: runs.approve_unseen(by="jane"),
    ):
        with pytest.raises(Stale, match="under way"):
            acting(world, begin)
    world.settle()
    again = undo_run(world, run_id, approve=False)
    assert (again["status"], again["counts"]) == ("succeeded", {}), "it was undone just now: nothing is left to do"


def test_a_waiting_undo_stands_in_nobodys_way(swept: Swept) -> None:
    from loanark.sync import runs

    world, pairs, run_id = swept
    waiting = undo_run(world, run_id, approve=False)
    acting(world, lambda: runs.start("preview", trigger="jane"))
    world.settle()
    acting(world, lambda: runs.start("full", trigger="jane"))
    with pytest.raises(Stale, match="under way"):
        approve(world, waiting["id"])
    world.settle()
    assert run(world, waiting["id"])["status"] == "waiting"
    approve(world, waiting["id"])
    world.settle()
    assert {world.hubspot[id]["city"] for id, _ in pairs} == {"Boise"}


def test_a_preview_changed_nothing_and_what_is_not_over_cannot_be_undone(swept: Swept) -> None:
    from loanark.sync import runs

    world, _, _ = swept
    with pytest.raises(Stale, match="changed nothing"):
        undo_run(world, world.run("preview")["id"])
    started = acting(world, lambda: runs.start("full", trigger="test"))
    with pytest.raises(Stale, match="is not over"):
        undo_run(world, started.id)
    with pytest.raises(NotFound):
        undo_run(world, 987_654)


def test_contacts_a_run_made_from_hubspot_are_listed_and_stay(make_world: Any) -> None:
    world = make_world(people=12)
    world.connect()
    world.approve_first_run()
    world.settle()
    undone = undo_run(world, world.run("backfill")["id"])
    assert (undone["status"], undone["counts"]) == ("partial", {"skipped": 12})
    assert all("deleting it here would delete it there too" in row["outcome"] for row in planned(world, undone["id"]))
    assert len(world.live()) == len(world.hubspot) == 12
    world.assert_balanced()


def test_a_contact_the_sync_deleted_comes_back_on_both_sides(swept: Swept) -> None:
    world, pairs, _ = swept
    (id, contact_id), *_ = pairs
    since = datetime.now(UTC)
    world.hubspot.archive(id)
    world.settle()
    world.settle()
    assert world.local(contact_id)["deleted_at"] is not None
    (change,) = [row for row in world.changes(contact_id) if row["op"] == "deleted"]
    undone = undo_changes(world, since=since)
    assert undone["status"] == "succeeded", planned(world, undone["id"])
    assert world.local(contact_id)["deleted_at"] is None
    assert world.hubspot[world.hubspot_id(contact_id)]["email"] == "p0@example.com"
    assert change["id"] < world.changes(contact_id)[-1]["id"]
    world.assert_balanced()


# A program's changes


def test_a_thousand_contacts_wrongly_changed_by_one_update_are_restored_on_both_sides(make_world: Any) -> None:
    world = make_world(people=1_000)
    world.connect()
    world.approve_first_run()
    world.settle()
    before = {row["id"]: (row["city"], row["state"]) for row in world.live()}
    assert len(before) == 1_000
    assert world.sql("UPDATE contacts SET city = 'WRONG', state = 'WRONG'") == 1_000
    world.settle()
    assert {world.hubspot.portal.contacts[id].props["city"] for id in world.hubspot.portal.live} == {"WRONG"}
    undone = undo_changes(world, actor="import.py")
    assert (undone["status"], undone["counts"]["updated_in_loanark"]) == ("succeeded", 1_000), undone["reason"]
    assert {row["id"]: (row["city"], row["state"]) for row in world.live()} == before
    assert world.differences() == []
    for row in world.rows("SELECT hubspot_id, contact_id FROM contact_links WHERE state = 'live'"):
        assert (world.hubspot[row["hubspot_id"]].get("city") or None) == before[row["contact_id"]][0]


def test_only_the_changes_asked_for_are_undone(swept: Swept) -> None:
    world, pairs, _ = swept
    (_, first), (_, second), _ = pairs
    world.sql("UPDATE contacts SET city = 'WRONG', zip = '00000' WHERE id = %s", first)
    world.edit(second, city="Eagle")
    between = world.row("SELECT clock_timestamp() AS now")["now"]
    world.sql("UPDATE contacts SET zip = '11111' WHERE id = %s", second)
    undone = undo_changes(world, actor="import.py", field="zip", until=between)
    assert undone["status"] == "succeeded"
    assert (world.local(first)["city"], world.local(first)["zip"]) == ("WRONG", None)
    assert (world.local(second)["city"], world.local(second)["zip"]) == ("Eagle", "11111")
    assert [row["contact_id"] for row in planned(world, undone["id"])] == [first]


def test_rows_deleted_by_sql_come_back_with_their_ids_and_values(swept: Swept) -> None:
    world, pairs, _ = swept
    _, contact_id = pairs[0]
    before = world.local(contact_id)
    world.sql("UPDATE contacts SET loan_amount = 250000.5, closing_date = '2026-03-01' WHERE id = %s", contact_id)
    world.settle()
    since = world.row("SELECT clock_timestamp() AS now")["now"]
    world.sql("DELETE FROM contacts WHERE id = %s", contact_id)
    world.settle()
    assert len(world.hubspot) == 2
    undone = undo_changes(world, actor="import.py", since=since)
    assert undone["status"] == "succeeded", planned(world, undone["id"])
    after = world.local(contact_id)
    assert {name: after[name] for name in ("email", "city", "created_side")} == {
        name: before[name] for name in ("email", "city", "created_side")
    }
    assert (after["loan_amount"], str(after["closing_date"])) == (Decimal("250000.5"), "2026-03-01")
    world.assert_balanced()
    assert len(world.hubspot) == 3


def test_contacts_a_program_made_by_mistake_go_again_unless_somebody_edited_them(swept: Swept) -> None:
    world, _, _ = swept
    wrong, kept = (world.insert(firstname="Wrong", email=f"wrong{n}@example.com") for n in range(2))
    world.settle()
    world.edit(kept, city="Eagle")
    world.settle()
    undone = undo_changes(world, actor="import.py", since=datetime.now(UTC) - timedelta(minutes=5))
    assert (undone["status"], undone["counts"]["deleted"], undone["counts"]["skipped"]) == ("partial", 1, 1)
    assert world.local(wrong)["deleted_at"] is not None
    assert world.local(kept)["deleted_at"] is None
    assert world.hubspot.with_email("wrong0@example.com") == []
    world.assert_balanced()


def test_no_brake_holds_what_an_approved_undo_deletes_and_clears(swept: Swept) -> None:
    world, pairs, _ = swept
    world.sql("INSERT INTO contacts (email) SELECT 'wrong' || n || '@example.com' FROM generate_series(1, 30) AS n")
    world.settle()
    assert len(world.hubspot) == 33
    undone = undo_changes(world, actor="import.py")
    assert (undone["status"], undone["counts"]["deleted"]) == ("succeeded", 30)
    assert world.rows("SELECT * FROM held_operations WHERE state = 'held'") == []
    assert len(world.hubspot) == len(world.live()) == len(pairs)
    world.assert_balanced()
    assert world.rows("SELECT * FROM held_operations WHERE state IN ('held', 'approved')") == []


def test_nothing_to_undo_is_said_and_waits_for_nobody(swept: Swept) -> None:
    world, _, _ = swept
    undone = undo_changes(world, actor="nobody@lender.example", approve=False)
    assert (undone["status"], undone["counts"]) == ("succeeded", {})
    assert "nothing to put back" in undone["reason"]


def test_a_field_that_does_not_exist_and_a_time_that_ends_before_it_begins_are_refused(swept: Swept) -> None:
    world, _, _ = swept
    with pytest.raises(Invalid, match="no such field"):
        undo_changes(world, field="shoe_size")
    with pytest.raises(Invalid, match="ends before"):
        undo_changes(world, since=datetime.now(UTC) + timedelta(days=1))


def test_what_hubspot_alone_decides_is_left_to_it(swept: Swept) -> None:
    world, pairs, run_id = swept
    world.map("city", direction="to_loanark")
    undone = undo_run(world, run_id)
    assert (undone["status"], undone["counts"]) == ("partial", {"skipped": 3})
    assert {world.local(contact_id)["city"] for _, contact_id in pairs} == {"Nampa"}


# One change


def test_one_change_is_undone_at_once_and_goes_to_hubspot(swept: Swept) -> None:
    world, pairs, _ = swept
    id, contact_id = pairs[0]
    change = world.changes(contact_id)[-1]
    undo_change(world, contact_id, change["id"])
    assert world.hubspot[id]["city"] == world.local(contact_id)["city"] == "Boise"
    last = world.changes(contact_id)[-1]
    assert (last["cause"], last["actor"], last["reason"]) == (
        "undo",
        world.scope.actor,
        f"undoes change {change['id']}",
    )
    # And back again.
    undo_change(world, contact_id, last["id"])
    assert world.hubspot[id]["city"] == "Nampa"
    world.assert_balanced()


def test_a_change_of_which_a_value_moved_on_is_refused_whole(swept: Swept) -> None:
    from loanark.contacts.undo import CannotUndo

    world, pairs, _ = swept
    _, contact_id = pairs[0]
    world.edit(contact_id, city="Eagle", zip="83616")
    change = world.changes(contact_id)[-1]
    world.edit(contact_id, city="Meridian")
    with pytest.raises(CannotUndo, match="City: it was changed since") as refused:
        undo_change(world, contact_id, change["id"])
    assert refused.value.errors == {"city": "it was changed since"}
    assert (world.local(contact_id)["city"], world.local(contact_id)["zip"]) == ("Meridian", "83616")


def test_undoing_twice_changes_nothing_more(swept: Swept) -> None:
    world, pairs, _ = swept
    _, contact_id = pairs[0]
    change = world.changes(contact_id)[-1]
    undo_change(world, contact_id, change["id"])
    told = len(world.changes(contact_id))
    undo_change(world, contact_id, change["id"])
    assert len(world.changes(contact_id)) == told


def test_a_deletion_and_a_restoring_are_changes_like_any_other(swept: Swept) -> None:
    world, pairs, _ = swept
    _, contact_id = pairs[0]
    world.delete(contact_id)
    world.settle()
    undo_change(world, contact_id, world.changes(contact_id)[-1]["id"])
    assert world.local(contact_id)["deleted_at"] is None
    assert len(world.hubspot) == 3
    undo_change(world, contact_id, world.changes(contact_id)[-1]["id"])
    assert world.local(contact_id)["deleted_at"] is not None
    assert len(world.hubspot) == 2


def test_a_change_of_somebody_else_is_not_found(swept: Swept) -> None:
    world, pairs, _ = swept
    (_, first), (_, second), _ = pairs
    with pytest.raises(NotFound):
        undo_change(world, first, world.changes(second)[-1]["id"])


def test_a_field_of_the_organisations_own_is_put_back_like_any_other(swept: Swept) -> None:
    from loanark.connections import definitions
    from loanark.core.values import Kind

    world, pairs, _ = swept
    acting(world, lambda: definitions.define(world.scope, "fico", "FICO", Kind.DECIMAL))
    ids = [contact_id for _, contact_id in pairs]
    world.sql('UPDATE contacts SET custom = \'{"fico": "720"}\' WHERE id = ANY(%s)', ids)
    between = world.row("SELECT clock_timestamp() AS now")["now"]
    world.sql("UPDATE contacts SET custom = '{\"fico\": \"1\"}', zip = '1' WHERE id = ANY(%s)", ids)
    undone = undo_changes(world, actor="import.py", since=between, field="fico")
    assert undone["status"] == "succeeded", planned(world, undone["id"])
    assert {(row["custom"]["fico"], row["zip"]) for row in world.live()} == {("720", "1")}
    # What is put back already stands in nobody's way: the older change goes as well.
    undone = undo_changes(world, actor="import.py", field="fico")
    assert undone["status"] == "succeeded", planned(world, undone["id"])
    assert {row["custom"].get("fico") for row in world.live()} == {None}


def test_who_was_erased_for_privacy_stays_erased(swept: Swept) -> None:
    from loanark.contacts import erasure
    from loanark.core.undo import ERASED

    world, pairs, run_id = swept
    _, contact_id = pairs[0]
    acting(world, lambda: erasure.erase({contact_id: "asked for by jane"}))
    undone = undo_run(world, run_id)
    assert (undone["status"], undone["counts"]["skipped"]) == ("partial", 1)
    (row,) = [row for row in planned(world, undone["id"]) if row["state"] == "skipped"]
    assert row["contact_id"] == contact_id
    assert ERASED in row["outcome"]
    assert world.local(contact_id)["city"] is None
