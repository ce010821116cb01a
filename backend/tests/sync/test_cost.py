"""What being in sync costs: HubSpot calls and queries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Callable

    from world import World

EACH_WAY = 500


def test_a_thousand_changed_contacts_in_both_directions_need_at_most_forty_calls(
    make_world: Callable[..., World],
) -> None:
    world = make_world(people=2 * EACH_WAY)
    world.start()
    ids = [str(id) for id in world.hubspot.portal.live]
    world.hubspot.simulator.webhooks.take_due()
    for number, id in enumerate(ids[:EACH_WAY]):
        world.hubspot.edit(id, city=f"h{number}")
    world.sql(
        """UPDATE contacts c SET city = 'l' || l.hubspot_id FROM contact_links l
           WHERE l.contact_id = c.id AND l.hubspot_id = ANY(%s)""",
        ids[EACH_WAY:],
    )
    world.hubspot.forget_requests()
    world.deliver_webhooks()
    world.settle(polls=False)
    world.deliver_webhooks()  # what HubSpot tells of our own writes
    world.settle()
    calls = [row["path"] for row in world.hubspot.simulator.log]
    world.assert_same()
    assert len(calls) <= 40, calls
    assert len([path for path in calls if path.endswith("/batch/update")]) == EACH_WAY / 100


def test_a_sweep_of_unchanged_contacts_stores_nothing_and_asks_once_a_page(make_world: Callable[..., World]) -> None:
    world = make_world(people=300)
    world.start()
    tables = ("contacts", "contact_links", "contact_changes", "contact_conflicts", "contact_rejections", "intents")
    before = [world.rows(f"SELECT xmin::text, ctid::text FROM {table} ORDER BY ctid") for table in tables]
    asked: list[str] = []

    def count(execute: Callable[..., object], sql: str, *more: object) -> object:
        asked.append(sql)
        return execute(sql, *more)

    with connection.execute_wrapper(count):
        world.sweep()
    after = [world.rows(f"SELECT xmin::text, ctid::text FROM {table} ORDER BY ctid") for table in tables]
    assert after == before
    assert world.run("sweep")["counts"] == {"read": 300, "unchanged": 300}
    looked = [sql for sql in asked if "FROM contact_links" in sql and "remote_hash" in sql]
    assert 1 <= len(looked) <= 3
    assert [sql for sql in asked if "FROM contacts" in sql and "FOR NO KEY UPDATE" in sql] == [], "nobody is locked"
