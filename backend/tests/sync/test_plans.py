"""What a preview shows is stored contact by contact, and the approved run says what became of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from world import World


@pytest.fixture
def lender(make_world: Callable[..., World]) -> World:
    """120 people in HubSpot; of three in LoanArk one is there as well."""
    built = make_world(people=120)
    built.hubspot.create(email="ann@example.com", firstname="Ann", lastname="HubSpot")
    built.insert(email="Ann@Example.com", firstname="Ann", lastname="LoanArk", city="Boise")
    built.insert(email="only@example.com", firstname="Only")
    built.insert(firstname="No", lastname="Mail")
    built.connect()
    return built


def plan_of(world: World, run_id: int, **asked: Any) -> Any:
    from loanark.sync import plans
    from loanark.tenants.access import tenant_scope

    with tenant_scope(world.tenant_id):
        return plans.page(run_id, **{"action": None, "state": None, "cursor": None, "limit": 200, **asked})


def states(world: World, run_id: int) -> dict[str, int]:
    found = world.rows("SELECT state, count(*) AS count FROM planned WHERE run_id = %s GROUP BY state", run_id)
    return {row["state"]: row["count"] for row in found}


def test_a_preview_stores_what_would_happen_to_every_contact(lender: World) -> None:
    lender.settle()
    preview = lender.run("preview")
    shown = plan_of(lender, preview["id"])
    assert {(one.action, one.side, one.count) for one in shown.totals} == {
        ("create", "loanark", 120),
        ("create", "hubspot", 2),
        ("match", None, 1),
    }
    assert (preview["counts"]["created_in_hubspot"], preview["counts"]["matched"]) == (2, 1)
    assert len(shown.items) == 123
    assert {one.state for one in shown.items} == {"planned"}
    (match,) = [one for one in shown.items if one.action == "match"]
    assert (match.name, match.email) == ("Ann LoanArk", "Ann@Example.com")
    parts = {(part.kind, part.field, part.side, part.before, part.after) for part in match.operations}
    assert ("write", "lastname", "loanark", "LoanArk", "HubSpot") in parts
    assert ("write", "city", "hubspot", None, "Boise") in parts
    (only,) = [one for one in shown.items if one.email == "only@example.com"]
    assert (only.action, only.side, only.reason, only.hubspot_id) == ("create", "hubspot", "new in LoanArk", None)
    assert all(one.name and one.operations for one in shown.items)


def test_a_plan_is_read_page_by_page_and_by_action(lender: World) -> None:
    lender.settle()
    run_id = lender.run("preview")["id"]
    pages, cursor = list[list[int]](), None
    while True:
        found = plan_of(lender, run_id, action="create", cursor=cursor, limit=50)
        pages.append([one.seq for one in found.items])
        if (cursor := found.next_cursor) is None:
            break
    assert [len(page) for page in pages] == [50, 50, 22]
    numbers = [seq for page in pages for seq in page]
    assert numbers == sorted(set(numbers))
    assert plan_of(lender, run_id, state="done").items == []


def test_the_approved_run_says_that_it_did_what_was_shown(lender: World) -> None:
    lender.approve_first_run()
    lender.settle()
    preview, run = lender.run("preview"), lender.run("backfill")
    assert states(lender, preview["id"]) == {"done": 123}
    assert run["reason"] == "Of what the preview showed: 123 as shown."
    assert run["status"] == "succeeded"
    # The run's own number leads to the plan it carried out.
    shown = plan_of(lender, run["id"], action="create", limit=1)
    assert shown.run_id == preview["id"]
    assert shown.items[0].contact_id is not None
    lender.assert_balanced()


def test_what_changed_since_the_preview_is_done_as_it_is_now_and_said(lender: World) -> None:
    lender.settle()
    preview_id = lender.run("preview")["id"]
    first, second, third = [str(id) for id in lender.hubspot.portal.live[:3]]
    lender.hubspot.edit(first, city="Nampa")
    lender.hubspot.archive(second)
    lender.sql("DELETE FROM contacts WHERE email = 'only@example.com'")
    lender.approve_first_run()
    lender.settle()
    rows = {row["record"]: row for row in lender.rows("SELECT * FROM planned WHERE run_id = %s", preview_id)}
    assert (rows[first]["state"], rows[third]["state"]) == ("changed", "done")
    assert "City nothing → “Nampa” in LoanArk" in rows[first]["outcome"]
    assert lender.contact(first)["city"] == "Nampa"
    assert rows[second]["state"] == "planned"
    assert "did not come by it" in rows[second]["outcome"]
    run = lender.run("backfill")
    assert run["reason"] == (
        "Of what the preview showed: 120 as shown, 1 otherwise, as values moved meanwhile, 2 not come by."
    )
    lender.assert_balanced()


def test_what_is_no_longer_needed_is_said(world: World) -> None:
    from loanark.sync import runs
    from loanark.tenants.access import tenant_scope

    pairs = [world.pair(email=f"p{n}@example.com") for n in range(3)]
    for id, _ in pairs:
        world.hubspot.edit(id, city="Nampa")
    world.sql("UPDATE connections SET last_poll_at = now()")
    with tenant_scope(world.tenant_id):
        preview_id = runs.start("preview", trigger="test").id
    world.settle(polls=False)
    assert states(world, preview_id) == {"planned": 3}
    # The poll comes before the approval.
    world.settle()
    world.hubspot.edit(pairs[0][0], city="Eagle")
    world.sql("UPDATE connections SET last_poll_at = now()")
    with tenant_scope(world.tenant_id):
        runs.approve(preview_id, by="jane")
    world.settle(polls=False)
    assert states(world, preview_id) == {"unneeded": 2, "changed": 1}
    assert world.run("sweep")["reason"] == (
        "Of what the preview showed: 1 otherwise, as values moved meanwhile, 2 not needed any more."
    )


def test_what_hubspot_refuses_is_no_success(make_world: Callable[..., World]) -> None:
    world = make_world()
    world.hubspot.create(email="ann@example.com", firstname="Ann")
    twins = [world.insert(email="ann@example.com", firstname=name) for name in ("Ann", "Anna")]
    world.connect()
    world.approve_first_run()
    world.settle()
    run = world.run("backfill")
    rows = world.rows(
        "SELECT * FROM planned WHERE run_id = %s AND action = 'create' AND side = 'hubspot'", run["preview_id"]
    )
    assert {row["contact_id"] for row in rows} == set(twins)
    assert {row["state"] for row in rows} == {"failed"}
    assert all("has this e-mail already" in row["outcome"] for row in rows)
    assert run["status"] == "partial"
    assert "2 refused by HubSpot" in run["reason"]


def test_what_a_brake_holds_is_neither_done_nor_forgotten(world: World) -> None:
    from loanark.connections import settings
    from loanark.sync import runs
    from loanark.tenants.access import tenant_scope

    with tenant_scope(world.tenant_id):
        settings.change(world.tenant_id, {"brake_creates": 2}, by="jane")
    for n in range(5):
        world.hubspot.create(email=f"p{n}@example.com", city="Boise")
    world.sql("UPDATE connections SET last_poll_at = now()")
    with tenant_scope(world.tenant_id):
        preview_id = runs.start("preview", trigger="test").id
    world.settle(polls=False)
    with tenant_scope(world.tenant_id):
        runs.approve(preview_id, by="jane")
    world.settle(polls=False)
    rows = world.rows("SELECT * FROM planned WHERE run_id = %s", preview_id)
    assert {(row["state"], row["outcome"]) for row in rows} == {("planned", "A brake holds it until a person decides.")}
    assert world.live() == []


def test_a_cleared_value_is_shown_and_left_to_the_look_that_follows_the_run(world: World) -> None:
    """Cleared, or its property is gone: that is asked before anything is cleared here."""
    from loanark.sync import runs
    from loanark.tenants.access import tenant_scope

    id, contact_id = world.pair(city="Boise")
    world.hubspot.edit(id, city="")
    world.sql("UPDATE connections SET last_poll_at = now()")
    with tenant_scope(world.tenant_id):
        preview_id = runs.start("preview", trigger="test").id
    world.settle(polls=False)
    assert states(world, preview_id) == {"planned": 1}
    with tenant_scope(world.tenant_id):
        runs.approve(preview_id, by="jane")
    world.settle(polls=False)
    assert world.local(contact_id)["city"] is None
    (row,) = world.rows("SELECT * FROM planned WHERE run_id = %s", preview_id)
    assert "did not come by it" in row["outcome"]
    assert world.run("sweep")["reason"] == "Of what the preview showed: 1 not come by."


def test_a_run_without_a_preview_stores_and_settles_nothing(make_world: Callable[..., World]) -> None:
    from loanark.sync import runs
    from loanark.tenants.access import tenant_scope

    world = make_world(people=10)
    world.connect()
    with tenant_scope(world.tenant_id):
        runs.approve_unseen(by="test")
    world.settle()
    assert world.rows("SELECT * FROM planned") == []
    assert world.run("backfill")["reason"] is None


def test_the_plan_of_a_preview_nobody_approved_goes_with_it(lender: World) -> None:
    from loanark.sync import runs
    from loanark.tenants.access import tenant_scope

    lender.settle()
    first = lender.run("preview")["id"]
    with tenant_scope(lender.tenant_id):
        runs.start("preview", trigger="jane")
    lender.settle()
    assert states(lender, first) == {}
    assert states(lender, lender.run("preview")["id"]) == {"planned": 123}


@pytest.mark.parametrize("after", [0, 1])
def test_a_worker_killed_while_it_plans_goes_on(lender: World, after: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loanark.sync.listing.PAGES_AT_ONCE", 1)
    monkeypatch.setattr("loanark.sync.listing.PLANNED_AT_ONCE", 1)
    with lender.killed_at("loanark.sync.listing._store_plans", after=after):
        lender.turn()
    lender.settle()
    assert states(lender, lender.run("preview")["id"]) == {"planned": 123}
    lender.approve_first_run()
    with lender.killed_at("loanark.sync.listing.reconcile", after=1):
        lender.turn()
    lender.settle()
    assert states(lender, lender.run("preview")["id"]) == {"done": 123}


# A dry run of one contact


def dry(world: World, contact_id: Any) -> Any:
    from loanark.sync import dry_run

    return dry_run.plan_contact(world.tenant_id, contact_id)


def test_a_dry_run_says_what_a_look_would_do_and_does_nothing(world: World) -> None:
    id, contact_id = world.pair(city="Boise")
    assert dry(world, contact_id).sentence == "Nothing to do: both sides agree."
    world.hubspot.edit(id, city="")
    assert [part.after for part in dry(world, contact_id).operations] == [None], "a cleared value is shown as such"
    world.hubspot.edit(id, city="Nampa")
    world.edit(contact_id, zip="83702")
    before = world.rows("SELECT * FROM contact_links"), world.local(contact_id), world.hints()
    world.hubspot.forget_requests()
    plan = dry(world, contact_id)
    assert (plan.action, plan.hubspot_id) == ("update", id)
    parts = {part.field: (part.kind, part.side, part.before, part.after, part.reason) for part in plan.operations}
    assert parts == {
        "city": ("write", "loanark", "Boise", "Nampa", "changed in HubSpot"),
        "zip": ("write", "hubspot", None, "83702", "changed in LoanArk"),
    }
    assert "City “Boise” → “Nampa” in LoanArk" in plan.sentence
    assert world.hubspot.writes() == []
    assert (world.rows("SELECT * FROM contact_links"), world.local(contact_id), world.hints()) == before


def test_a_dry_run_reads_the_archived_and_the_merged(world: World) -> None:
    id, contact_id = world.pair()
    world.hubspot.archive(id)
    assert (dry(world, contact_id).action, dry(world, contact_id).side) == ("delete", "loanark")
    assert world.local(contact_id)["deleted_at"] is None
    world.hubspot.restore(id)
    other = world.hubspot.create(email="annie@example.com", lastname="Smith")
    survivor = world.hubspot.merge(other, id)
    plan = dry(world, contact_id)
    assert f"into {survivor}" in plan.sentence
    assert world.hubspot_id(contact_id) == id


def test_a_dry_run_of_a_contact_that_hubspot_does_not_have(world: World) -> None:
    contact_id = world.insert(firstname="New")
    plan = dry(world, contact_id)
    assert (plan.action, plan.side, plan.reason) == ("create", "hubspot", "new in LoanArk")
    assert world.hubspot.writes() == []
