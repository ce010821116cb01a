"""How LoanArk learns of changes: signed webhooks, polls, the listing. None of them is believed, all lead to a look."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from world import World


def test_a_webhook_brings_an_edit(world: World) -> None:
    id, contact_id = world.pair()
    world.hubspot.edit(id, firstname="Anna")
    assert set(world.deliver_webhooks()) == {204}
    world.settle(polls=False)
    assert world.local(contact_id)["firstname"] == "Anna"


def test_a_webhook_is_a_hint_and_its_values_are_not_kept(world: World) -> None:
    id, contact_id = world.pair()
    world.deliver_webhooks()
    world.settle(polls=False)
    world.hubspot.edit(id, firstname="Secret")
    world.hubspot.edit(id, firstname="Anna")
    world.deliver_webhooks()
    assert {hint["record_id"] for hint in world.hints()} == {id}
    deliveries = world.rows("SELECT events::text AS events FROM webhook_deliveries")
    assert not any("Secret" in row["events"] for row in deliveries)
    world.settle(polls=False)
    assert world.local(contact_id)["firstname"] == "Anna"


def test_a_forged_value_in_a_signed_webhook_changes_nothing(world: World) -> None:
    id, contact_id = world.pair()
    event = {
        "portalId": world.hubspot.portal.id,
        "objectId": int(id),
        "subscriptionType": "contact.propertyChange",
        "propertyName": "firstname",
        "propertyValue": "Mallory",
    }
    assert world.post_webhook([event]) == 204
    world.settle(polls=False)
    assert world.local(contact_id)["firstname"] == "Ann"


def test_a_forged_deletion_in_a_signed_webhook_deletes_nobody(world: World) -> None:
    id, contact_id = world.pair()
    event = {"portalId": world.hubspot.portal.id, "objectId": int(id), "subscriptionType": "contact.deletion"}
    assert world.post_webhook([event]) == 204
    world.settle(polls=False)
    assert world.local(contact_id)["deleted_at"] is None


def test_a_badly_signed_webhook_is_refused(world: World) -> None:
    id, _ = world.pair()
    event = {"portalId": world.hubspot.portal.id, "objectId": int(id), "subscriptionType": "contact.deletion"}
    assert world.post_webhook([event], secret="wrong") == 401
    assert world.post_webhook([event], age_seconds=600) == 401
    assert world.hints() == []


def test_a_webhook_of_an_unknown_account_is_refused(world: World) -> None:
    event = {"portalId": 1, "objectId": 1, "subscriptionType": "contact.deletion"}
    assert world.post_webhook([event]) == 404
    assert world.hints() == []


def test_a_signed_webhook_of_another_shape_does_no_harm(world: World) -> None:
    for body in ({}, [], [{}], "x", [1], [{"portalId": None}], None):
        assert world.post_webhook(body) in (204, 400, 404), body
    assert world.hints() == []


def test_events_that_are_not_about_contacts_leave_no_hints(world: World) -> None:
    portal_id = world.hubspot.portal.id
    events = [
        {"portalId": portal_id, "objectId": 5, "subscriptionType": "company.creation"},
        {"portalId": portal_id, "objectId": "x", "subscriptionType": "contact.creation"},
    ]
    assert world.post_webhook(events) == 204
    assert world.hints() == []


def test_doubled_and_reordered_webhooks_are_harmless(world: World) -> None:
    hooks = world.hubspot.simulator.webhooks.settings
    hooks.duplicate_rate, hooks.shuffle = 1.0, True
    id, contact_id = world.pair()
    for number in range(5):
        world.hubspot.edit(id, city=f"Town {number}")
    gone = world.hubspot.create(email="bob@example.com")
    world.hubspot.archive(gone)
    world.hubspot.restore(gone)
    for _ in range(2):
        world.deliver_webhooks()
        world.settle(polls=False)
    assert world.local(contact_id)["city"] == "Town 4"
    assert len(world.live()) == 2
    assert world.hubspot.writes() == []
    world.assert_balanced()


def test_a_burst_of_webhooks_is_one_look(world: World) -> None:
    id, _ = world.pair()
    world.deliver_webhooks()
    world.settle(polls=False)
    world.hubspot.forget_requests()
    for number in range(20):
        world.hubspot.edit(id, city=f"Town {number}")
    world.deliver_webhooks()
    world.settle(polls=False)
    assert len([path for path in world.hubspot.reads() if path.endswith("/batch/read")]) == 1


def test_our_own_write_comes_back_as_a_webhook_and_causes_no_write(world: World) -> None:
    _, contact_id = world.pair()
    world.edit(contact_id, city="Boise")
    world.settle()
    world.hubspot.forget_requests()
    changes = len(world.changes(contact_id))
    assert world.deliver_webhooks()
    world.settle()
    assert world.hubspot.writes() == []
    assert len(world.changes(contact_id)) == changes


def test_lost_webhooks_are_made_good_by_the_poll(world: World) -> None:
    id, contact_id = world.pair()
    world.deliver_webhooks()
    world.hubspot.simulator.webhooks.settings.drop_next = 1000
    world.hubspot.edit(id, city="Boise")
    assert world.deliver_webhooks() == []
    world.settle()
    assert world.local(contact_id)["city"] == "Boise"


def test_a_poll_brings_more_than_a_page(world: World) -> None:
    for number in range(450):
        world.hubspot.create(email=f"p{number}@example.com")
    world.settle()
    assert len(world.live()) == 450
    world.assert_same()


def test_a_poll_does_not_read_again_what_it_knows(world: World) -> None:
    world.pair()
    world.settle()
    world.hubspot.forget_requests()
    world.settle()
    assert not [path for path in world.hubspot.reads() if path.endswith("/batch/read")]


def test_a_contact_the_search_index_shows_late_is_found_by_the_overlap(world: World) -> None:
    world.hubspot.user("PUT", "settings", search_lag_ms=60_000)
    late = world.hubspot.create(email="late@example.com")
    world.settle()
    assert world.live() == []
    world.hubspot.simulator.clock.advance(61_000)
    world.hubspot.user("PUT", "settings", search_lag_ms=0)
    world.settle()
    assert world.contact(late)["email"] == "late@example.com"


def test_a_bulk_edit_of_one_millisecond_beyond_what_a_search_answers_is_read_by_id(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from loanark.sync import poll

    monkeypatch.setattr(poll, "SEARCH_CAP", 400)  # HubSpot's is 10,000: the same road with less traffic
    clock = world.hubspot.simulator.clock
    now = clock.now_ms()
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now_ms", lambda: now)
        for number in range(650):
            world.hubspot.create(email=f"p{number}@example.com")
    later = world.hubspot.create(email="later@example.com")
    world.settle()
    assert len(world.live()) == 651
    assert world.contact(later)
    world.assert_same()


def test_an_edit_lost_by_every_other_way_is_found_by_a_sweep(world: World) -> None:
    id, contact_id = world.pair()
    portal = world.hubspot.portal
    portal.contacts[int(id)].props["city"] = "Boise"  # without a trace in index, time or webhooks
    portal.contacts[int(id)].wire_key = -1
    world.settle()
    assert world.local(contact_id)["city"] is None
    world.sweep()
    assert world.local(contact_id)["city"] == "Boise"


def test_a_sweep_of_unchanged_contacts_writes_nothing_and_reads_each_page_once(world: World) -> None:
    for number in range(250):
        world.hubspot.create(email=f"p{number}@example.com", firstname="P")
    world.settle()
    world.hubspot.forget_requests()
    versions = world.rows("SELECT id, version, updated_at FROM contacts ORDER BY id")
    world.sweep()
    run = world.run("sweep")
    assert (run["status"], run["counts"]["read"], run["counts"]["unchanged"]) == ("succeeded", 250, 250)
    assert world.hubspot.writes() == []
    assert world.hubspot.pages_listed() == 3
    assert world.rows("SELECT id, version, updated_at FROM contacts ORDER BY id") == versions
