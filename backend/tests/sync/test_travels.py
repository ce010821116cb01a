"""How long edits take to the other side: written down as they arrive, and told each way."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from world import World

    from loanark.sync.schemas import LagOut


def lag(world: World) -> LagOut:
    from loanark.sync import travels
    from loanark.tenants.access import tenant_scope

    with tenant_scope(world.tenant_id):
        return travels.lag()


def edits(world: World) -> tuple[int, int]:
    told = lag(world)
    return told.to_hubspot.edits, told.to_loanark.edits


def test_nothing_is_told_of_no_edit(world: World) -> None:
    told = lag(world)
    assert (told.hours, edits(world), told.to_hubspot.median_ms, told.to_loanark.p95_ms) == (24, (0, 0), None, None)


def test_an_edit_counts_once_on_the_way_it_went(world: World) -> None:
    hubspot_id, contact_id = world.pair(firstname="Ada")
    before = edits(world)
    world.edit(contact_id, city="Boise")
    world.settle()
    world.deliver_webhooks()
    world.settle()
    assert edits(world) == (before[0] + 1, before[1]), "and HubSpot's echo of it is no edit"
    world.hubspot.edit(hubspot_id, city="Reno")
    world.settle()
    assert edits(world) == (before[0] + 1, before[1] + 1)
    told = lag(world)
    for way in (told.to_hubspot, told.to_loanark):
        assert way.median_ms is not None and way.p95_ms is not None
        assert 0 <= way.median_ms <= way.p95_ms < 60_000


def test_it_is_counted_from_the_edit_however_long_it_waited(world: World) -> None:
    _, contact_id = world.pair(firstname="Ada")
    world.sql("DELETE FROM travels")
    world.sql("UPDATE connections SET backfilled_at = now() - interval '1 day'")
    world.edit(contact_id, city="Boise")
    world.sql("UPDATE hints SET created_at = created_at - interval '1 hour' WHERE side = 'loanark'")
    world.settle()
    told = lag(world).to_hubspot
    assert told.edits == 1
    assert told.median_ms is not None and told.median_ms >= 3_600_000


def test_what_a_complete_comparison_finds_is_not_counted(world: World) -> None:
    hubspot_id, _ = world.pair(firstname="Ada")
    before = edits(world)
    world.hubspot.edit(hubspot_id, city="Reno")
    world.sweep()
    assert edits(world) == before
    assert world.contact(hubspot_id)["city"] == "Reno"


def test_it_is_kept_for_a_day(world: World) -> None:
    from loanark.sync import travels
    from loanark.tenants.access import tenant_scope

    world.sql("INSERT INTO travels (at, side, ms) VALUES (now() - interval '25 hours', 'loanark', 9), "
              "(now(), 'loanark', 7)")  # fmt: skip
    assert lag(world).to_hubspot.edits == 1
    with tenant_scope(world.tenant_id):
        travels.prune()
    assert [row["ms"] for row in world.rows("SELECT ms FROM travels")] == [7]
