"""Histories that broke other syncs: echoes. A change comes back, late, doubled or out of order, and is taken for news.

Each test names the product and the public report, and the rule of ours that it was seen to fail without.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import psycopg
import pytest

if TYPE_CHECKING:
    from uuid import UUID

    from world import World


def values_of(world: World, contact_id: UUID, field: str) -> list[str | None]:
    """What the field became, change by change."""
    return [
        change["after"][field]
        for change in world.changes(contact_id)
        if change["op"] == "updated" and field in change["after"]
    ]


def webhook_of(world: World, id: str, property: str, value: str) -> dict[str, object]:
    """A change event as HubSpot sends it."""
    return {
        "portalId": world.hubspot.portal.id,
        "objectId": int(id),
        "subscriptionType": "contact.propertyChange",
        "propertyName": property,
        "propertyValue": value,
    }


def test_own_writes_do_not_loop(world: World) -> None:
    """Object Sync for Salesforce: a new user makes a contact, and the updating never ends.
    https://github.com/MinnPost/object-sync-for-salesforce/issues/445

    HubSpot keeps e-mails in its own form, so that every echo differs from what was sent. Without canonical values
    (the e-mail compared as written) this fails.
    """
    _, contact_id = world.pair()
    world.edit(contact_id, email="Ann.Lee@Example.COM", city="Boise")
    world.settle()
    written = list(world.hubspot.writes())
    for _ in range(4):
        assert set(world.deliver_webhooks()) <= {204}
        world.settle()
    assert world.hubspot.writes() == written == ["batch/update"]
    assert values_of(world, contact_id, "city") == ["Boise"]
    assert world.local(contact_id)["email"] == "Ann.Lee@Example.COM"
    assert world.rejections() == []
    world.assert_balanced()


def test_two_quick_edits_do_not_flip_flop(world: World) -> None:
    """Heroku Connect: the echo of the first edit sets the field back for a while ("flip-flop").
    https://devcenter.heroku.com/articles/heroku-connect-rapid-multiple-updates-issues

    Without the base that moves with the confirmed write this fails: the echo of the first is taken for an edit.
    """
    id, contact_id = world.pair(city="Nampa")
    world.edit(contact_id, city="Boise")

    def second_edit_and_echo_of_the_first() -> None:
        world.edit(contact_id, city="Eagle")
        world.deliver_webhooks()

    with world.meanwhile("loanark.sync.outbound._finish", second_edit_and_echo_of_the_first):
        world.turn()
    world.deliver_webhooks()
    world.settle()
    assert world.hubspot[id]["city"] == "Eagle"
    assert values_of(world, contact_id, "city") == ["Boise", "Eagle"], "never back to Boise"
    assert world.conflicts(contact_id) == []
    world.assert_balanced()


def test_two_quick_edits_in_hubspot_told_in_the_wrong_order_end_with_the_later(world: World) -> None:
    """Mirakl connector for Hyperwallet: the older event came last and won.
    https://github.com/paypal/mirakl-hyperwallet-connector/issues/35

    Without "events are hints" (the value of the event written as it comes) this fails.
    """
    id, contact_id = world.pair()
    world.hubspot.simulator.webhooks.take_due()
    world.hubspot.edit(id, city="Boise")
    world.hubspot.edit(id, city="Eagle")
    for value in ("Eagle", "Boise", "Boise"):
        assert world.post_webhook([webhook_of(world, id, "city", value)]) == 204
        world.settle(polls=False)
    assert world.local(contact_id)["city"] == "Eagle"
    assert values_of(world, contact_id, "city") == ["Eagle"]
    world.assert_balanced()


def test_a_value_hubspot_changes_by_itself_is_not_fought_over(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """ingestr, in a review: HubSpot keeps a value in another form, and the record just written counts as another one.
    https://github.com/bruin-data/ingestr/pull/1203

    Without comparing the answer with what was sent (every accepted value taken for stored) this fails.
    """
    import hubspot_simulator.records.values

    id, contact_id = world.pair()
    text = hubspot_simulator.records.values._text
    monkeypatch.setattr(hubspot_simulator.records.values, "_text", lambda prop, value: text(prop, value)[:5])
    world.edit(contact_id, city="Garden City")
    world.settle()
    (rejection,) = world.rejections(contact_id)
    assert (rejection["field"], rejection["code"]) == ("city", "coerced")
    written = len(world.hubspot.writes())
    for _ in range(3):
        world.deliver_webhooks()
        world.settle()
        world.sweep()
    assert len(world.hubspot.writes()) == written, "told once, not fought over"
    assert (world.local(contact_id)["city"], world.hubspot[id]["city"]) == ("Garden City", "Garde")
    world.hubspot.edit(id, city="Nampa")
    world.settle()
    assert world.local(contact_id)["city"] == "Nampa", "a person's edit is one"
    assert world.rejections() == []
    world.assert_balanced()


def test_a_transaction_that_commits_late_is_not_skipped(world: World) -> None:
    """Kafka Connect JDBC: a reader that remembers the last number misses rows numbered earlier and committed later.
    https://github.com/confluentinc/kafka-connect-jdbc/issues/172

    Without hints that are claimed (a position remembered, and nothing older looked at) this fails.
    """
    first_id, first = world.pair()
    second_id, second = world.pair(email="bob@example.com")
    with world.another_program() as slow:
        slow.execute("UPDATE contacts SET city = 'Boise' WHERE id = %s", [first])
        world.sql("UPDATE contacts SET city = 'Nampa' WHERE id = %s", second)
        world.settle()
        assert world.hubspot[second_id]["city"] == "Nampa"
        assert "city" not in world.hubspot[first_id]
    world.settle()
    assert world.hubspot[first_id]["city"] == "Boise"
    world.assert_balanced()


def test_a_truncate_does_not_pass_unseen(world: World) -> None:
    """Skip: row triggers do not fire for TRUNCATE, so the copy keeps what the table lost.
    https://github.com/SkipLabs/skip/issues/784

    Without the trigger that refuses it this fails.
    """
    world.pair()
    with world.owner() as owner, pytest.raises(psycopg.Error, match="TRUNCATE"):
        owner.execute("TRUNCATE contacts")
    assert len(world.live()) == len(world.hubspot) == 1
    world.assert_balanced()


def test_a_bulk_statement_is_one_change_for_each_row_and_nobody_is_left_out(world: World) -> None:
    """A statement that changes many rows at once, of which a sync takes only some: no public report found.

    Without a hint for every row that a statement changed (only the first of a statement hinted) this fails.
    """
    world.sql("INSERT INTO contacts (firstname, lastname) SELECT 'P' || n, 'Bulk' FROM generate_series(1, 150) n")
    world.settle()
    world.hubspot.forget_requests()
    world.sql("UPDATE contacts SET city = 'Boise'")
    world.settle()
    assert world.hubspot.writes() == ["batch/update"] * 2
    assert {world.hubspot[str(id)].get("city") for id in world.hubspot.portal.live} == {"Boise"}
    world.assert_balanced()


def test_edits_of_many_people_at_once_all_arrive(world: World) -> None:
    """Heroku Connect, as a competitor tells it: a record changed on both sides at once ends as corrupted data.
    https://www.stacksync.com/blog/heroku-connect-conflict-errors-occur-stacksync-fixes

    Without the base (the whole record of the side that wins taken, as "last writer wins" does) this fails.
    """
    id, contact_id = world.pair()
    fields = ("city", "state", "zip", "company", "address", "phone")
    ours, theirs = fields[::2], fields[1::2]
    begin = threading.Barrier(len(ours))

    def write(name: str, value: str) -> None:
        begin.wait()
        world.sql(f"UPDATE contacts SET {name} = %s WHERE id = %s", value, contact_id)

    threads = [threading.Thread(target=write, args=(name, f"L {name}")) for name in ours]
    for thread in threads:
        thread.start()
    world.hubspot.edit(id, **{name: f"H {name}" for name in theirs})
    for thread in threads:
        thread.join()
    world.settle()
    row = world.local(contact_id)
    assert {name: row[name] for name in fields} == {
        **{name: f"L {name}" for name in ours},
        **{name: f"H {name}" for name in theirs},
    }
    assert world.conflicts(contact_id) == []
    world.assert_balanced()
