"""Bulk edits and the sync: they go beside a backfill, reach HubSpot like any edit, and pass the brakes like any."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest
    from world import World


def acting(world: World, action: Callable[[], Any]) -> Any:
    from loanark.tenants.access import tenant_scope

    with tenant_scope(world.tenant_id, actor=world.scope.actor, cause="user", side="loanark"):
        return action()


def edit(world: World, act: Any = "edit", **values: str | None) -> int:
    """A bulk edit of everybody: planned by the workers if it is large, and approved."""
    from loanark.contacts.schemas import ContactFilters, MatchingContacts
    from loanark.sync import beside, edits, runs

    everybody = MatchingContacts(filters=ContactFilters())
    run = acting(world, lambda: edits.begin(world.scope, everybody, act, values))
    while acting(world, runs.beside):
        beside.carry_on(world.tenant_id, seconds=30)
    acting(world, lambda: runs.approve(run.id, by=world.scope.actor))
    return int(run.id)


def test_a_bulk_edit_and_its_undo_reach_hubspot(make_world: Callable[..., World]) -> None:
    from loanark.sync import runs

    world = make_world(people=30)
    world.start()
    before = {id: world.hubspot[str(id)].get("city") for id in world.hubspot.portal.live}
    run = edit(world, city="Reno")
    world.settle()
    assert {world.hubspot[str(id)].get("city") for id in before} == {"Reno"}
    world.assert_same()
    acting(world, lambda: runs.undo_run(run, by=world.scope.actor, approve=True))
    world.settle()
    assert {id: world.hubspot[str(id)].get("city") or None for id in before} == before
    world.assert_same()


def test_a_bulk_edit_is_over_before_the_backfill_beside_it(
    make_world: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    from loanark.sync import beside, listing

    world = make_world(people=450)
    world.sql("INSERT INTO contacts (firstname, lastname) SELECT 'P' || n, 'X' FROM generate_series(1, 700) AS n")
    ended: list[str] = []
    pages, finish = listing._store_page, beside.carry_on
    run: list[int] = []

    def page(*arguments: Any) -> bool:
        if not run and arguments[1].kind == "backfill":
            run.append(edit(world, zip="89501"))
        return pages(*arguments)

    def carry(tenant_id: Any, *, seconds: float) -> bool:
        went = finish(tenant_id, seconds=seconds)
        if went and world.row("SELECT status FROM runs WHERE kind = 'edit'")["status"] == "succeeded":
            ended.append(world.run("backfill")["status"])
        return went

    monkeypatch.setattr(listing, "_store_page", page)
    monkeypatch.setattr(beside, "carry_on", carry)
    world.start()
    assert ended[0] == "running", "the edit did not wait for the backfill's end"
    assert world.run("backfill")["status"] in ("succeeded", "partial")
    assert world.row("SELECT status FROM runs WHERE id = %s", run[0])["status"] == "succeeded"
    world.settle()
    assert world.row("SELECT count(*) AS n FROM contacts WHERE lastname = 'X' AND zip <> '89501'")["n"] == 0
    world.assert_same()


def test_many_deletions_in_bulk_are_held_like_any_others(make_world: Callable[..., World]) -> None:
    world = make_world(people=40)
    world.start()
    edit(world, "delete")
    world.settle()
    held = world.rows("SELECT kind, side, count(*)::int AS n FROM held_operations WHERE state = 'held' GROUP BY 1, 2")
    assert [(row["kind"], row["side"]) for row in held] == [("delete", "hubspot")]
    assert held[0]["n"] == len(world.hubspot) > 0, "nothing of the rest went through"
