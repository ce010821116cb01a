"""Why is this value here? Every change is written down once, whoever made it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

if TYPE_CHECKING:
    from world import World


def test_an_edit_in_hubspot_is_one_change_by_the_sync(world: World) -> None:
    id, contact_id = world.pair()
    world.hubspot.edit(id, firstname="Anna", city="Boise")
    world.settle()
    created, change = world.changes(contact_id)
    assert (created["op"], created["side"], created["cause"]) == ("created", "hubspot", "sync")
    assert (change["op"], change["side"], change["cause"], change["actor"]) == ("updated", "hubspot", "sync", None)
    assert change["before"] == {"firstname": "Ann"}
    assert change["after"] == {"firstname": "Anna", "city": "Boise"}


def test_a_persons_edit_is_one_change_with_their_name_and_its_echo_is_none(world: World) -> None:
    _, contact_id = world.pair()
    world.edit(contact_id, firstname="Anna")
    world.settle()
    world.deliver_webhooks()
    world.settle()
    _, change = world.changes(contact_id)
    assert (change["side"], change["cause"], change["actor"]) == ("loanark", "user", world.scope.actor)


def test_plain_sql_is_written_down_with_its_program(world: World) -> None:
    _, contact_id = world.pair()
    world.sql("UPDATE contacts SET firstname = 'Anna' WHERE id = %s", contact_id)
    _, change = world.changes(contact_id)
    assert (change["cause"], change["actor"], change["side"]) == ("sql", "import.py", "loanark")
    assert (change["before"], change["after"]) == ({"firstname": "Ann"}, {"firstname": "Anna"})


def test_a_row_deleted_by_sql_leaves_its_values_in_the_history(world: World) -> None:
    _, contact_id = world.pair()
    world.sql("DELETE FROM contacts WHERE id = %s", contact_id)
    world.settle()
    _, change = world.changes(contact_id)
    assert (change["op"], change["before"]["email"]) == ("deleted", "ann@example.com")


def test_the_whole_story_of_a_contact_can_be_told(world: World) -> None:
    id, contact_id = world.pair()
    world.edit(contact_id, city="Boise")
    world.settle()
    world.hubspot.edit(id, city="")
    world.settle()
    world.delete(contact_id)
    world.settle()
    world.hubspot.restore(id)
    world.settle()
    told = [(row["op"], row["side"], row["cause"]) for row in world.changes(contact_id)]
    assert told == [
        ("created", "hubspot", "sync"),
        ("updated", "loanark", "user"),
        ("updated", "hubspot", "sync"),
        ("deleted", "loanark", "user"),
        ("restored", "hubspot", "sync"),
    ]


def test_a_write_that_changes_nothing_is_no_change_and_no_version(world: World) -> None:
    _, contact_id = world.pair()
    world.sql("UPDATE contacts SET firstname = firstname WHERE id = %s", contact_id)
    world.settle()
    assert world.local(contact_id)["version"] == 1
    assert len(world.changes(contact_id)) == 1
    assert world.hubspot.writes() == []


def test_a_decided_conflict_says_so_in_the_history(world: World) -> None:
    from loanark.core.mapping import Side

    id, contact_id = world.pair()
    world.map("city", policy="ask")
    world.hubspot.edit(id, city="Nampa")
    world.edit(contact_id, city="Eagle")
    world.settle()
    world.resolve(contact_id, Side.HUBSPOT)
    world.settle()
    last = world.changes(contact_id)[-1]
    assert (last["cause"], last["actor"], last["after"]) == ("conflict", world.scope.actor, {"city": "Nampa"})


def test_truncate_is_refused(world: World) -> None:
    world.pair()
    with world.owner() as owner, pytest.raises(psycopg.errors.RaiseException, match="TRUNCATE"):
        owner.execute("TRUNCATE contacts")
    assert len(world.live()) == 1


def test_an_edit_committed_after_the_engine_looked_is_not_lost(world: World) -> None:
    """A program keeps its transaction open for long; its edit counts when it commits, not when it was made."""
    id, contact_id = world.pair()
    with world.another_program() as slow:
        slow.execute("UPDATE contacts SET city = 'Boise' WHERE id = %s", [contact_id])
        world.insert(firstname="Bob")
        world.settle(polls=False)
        assert "city" not in world.hubspot[id]
    world.settle(polls=False)
    assert world.hubspot[id]["city"] == "Boise"


def test_a_transaction_rolled_back_leaves_nothing(world: World) -> None:
    _, contact_id = world.pair()
    with world.another_program() as program:
        program.execute("UPDATE contacts SET city = 'Boise' WHERE id = %s", [contact_id])
        program.rollback()
    assert world.hints() == []
    assert len(world.changes(contact_id)) == 1
