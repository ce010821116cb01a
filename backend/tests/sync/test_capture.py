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


# What webhooks leave


def event(world: World, id: str, kind: str = "contact.propertyChange", **more: object) -> dict[str, object]:
    return {"portalId": world.hubspot.portal.id, "objectId": int(id), "subscriptionType": kind, **more}


def deliveries(world: World) -> list[object]:
    return [event for row in world.rows("SELECT events FROM webhook_deliveries ORDER BY id") for event in row["events"]]


def test_one_malformed_event_does_not_lose_the_others(world: World) -> None:
    id, _ = world.pair()
    for odd in (7, "x", None, {}, {"portalId": "none"}, {"portalId": None, "objectId": 5}, []):
        assert world.post_webhook([odd, event(world, id)]) == 204, odd
        assert [hint["record_id"] for hint in world.hints()] == [id]
        world.settle(polls=False)


def test_a_batch_without_a_single_event_is_malformed(world: World) -> None:
    assert world.post_webhook([7, {}]) == 400
    assert world.post_webhook({"portalId": world.hubspot.portal.id}) == 400


def test_an_event_told_again_is_stored_once(world: World) -> None:
    id, _ = world.pair()
    world.sql("DELETE FROM webhook_deliveries")
    told = event(world, id, eventId=5, occurredAt=1_764_000_000_000, propertyName="city")
    for attempt in range(3):
        assert world.post_webhook([{**told, "attemptNumber": attempt}, {**told, "attemptNumber": attempt}]) == 204
    other = {**told, "propertyName": "email"}  # HubSpot does not promise that its eventId is unique
    assert world.post_webhook([told, other]) == 204
    assert [row["propertyName"] for row in deliveries(world)] == ["city", "email"]


def test_kinds_of_deletions_leave_hints_of_their_own(world: World) -> None:
    id, _ = world.pair()
    for kind, source in {
        "contact.propertyChange": "webhook",
        "contact.restore": "webhook",
        "contact.merge": "webhook",
        "contact.deletion": "webhook: deletion",
        "contact.privacyDeletion": "webhook: privacy deletion",
    }.items():
        world.sql("DELETE FROM hints")
        assert world.post_webhook([event(world, id, kind)]) == 204
        assert [(hint["record_id"], hint["source"]) for hint in world.hints()] == [(id, source)], kind


def test_associations_and_other_objects_leave_no_hints(world: World) -> None:
    id, _ = world.pair()
    events = [
        event(world, id, "contact.associationChange"),
        event(world, id, "object.creation", objectTypeId="0-2"),
        event(world, id, "deal.deletion"),
    ]
    assert world.post_webhook(events) == 204
    assert world.hints() == []
    assert world.post_webhook([event(world, id, "object.creation", objectTypeId="0-1")]) == 204
    assert len(world.hints()) == 1


def test_a_merge_hints_everybody_it_names(world: World) -> None:
    merge = event(world, "7", "contact.merge", primaryObjectId=7, mergedObjectIds=[8, 9], newObjectId=10)
    assert world.post_webhook([merge]) == 204
    assert {hint["record_id"] for hint in world.hints()} == {"7", "8", "9", "10"}


def test_values_of_any_name_are_not_kept(world: World) -> None:
    id, _ = world.pair()
    world.post_webhook([event(world, id, propertyValue="Secret", somethingNew={"email": "Secret"})])
    assert "Secret" not in str(deliveries(world))


def test_old_deliveries_are_pruned_in_quiet_times_and_history_is_not(world: World) -> None:
    id, contact_id = world.pair()
    world.post_webhook([event(world, id, eventId=1, occurredAt=2)])
    world.settle()
    changes = world.changes(contact_id)
    world.sql("UPDATE webhook_deliveries SET received_at = now() - interval '31 days'")
    world.sql("UPDATE webhook_events SET at = now() - interval '4 days'")
    world.sql("UPDATE connections SET counted_at = NULL")
    world.settle()
    assert (deliveries(world), world.rows("SELECT * FROM webhook_events")) == ([], [])
    assert world.changes(contact_id) == changes


# Polling, when things are against it


def searched(world: World) -> None:
    world.poll_is_due()
    world.may_be_killed_at("loanark.sync.engine.drain", after=1)


def test_who_is_edited_while_a_poll_turns_pages_pushes_nobody_over_the_edge(world: World) -> None:
    """With offsets, the first of the next page would move to the last of this one, which was read already."""
    hubspot = world.hubspot
    for number in range(450):
        if number % 3 == 0:
            hubspot.simulator.clock.advance(1)
        hubspot.create(email=f"p{number}@example.com")
    first = [str(id) for id in list(hubspot.portal.live)[:20]]
    hubspot.simulator.clock.advance(5)

    def edits() -> None:
        for id in first:
            hubspot.edit(id, city="Boise")

    with world.meanwhile("loanark.sync.poll._hint_unknown", edits):
        searched(world)
    assert {hint["record_id"] for hint in world.hints()} == {str(id) for id in hubspot.portal.live}


def test_a_page_may_end_within_one_millisecond(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = world.hubspot.simulator.clock
    for count in (150, 130, 40, 190):
        clock.advance(1)
        now = clock.now_ms()
        with monkeypatch.context() as patch:
            patch.setattr(clock, "now_ms", lambda now=now: now)
            for number in range(count):
                world.hubspot.create(email=f"p{count}-{number}@example.com")
    searched(world)
    assert {hint["record_id"] for hint in world.hints()} == {str(id) for id in world.hubspot.portal.live}


def test_rows_that_show_older_times_than_they_are_found_by_do_not_stop_a_poll(world: World) -> None:
    from hubspot_simulator.records.search import SearchTrouble

    hubspot = world.hubspot
    ids = [hubspot.create(email=f"p{number}@example.com") for number in range(250)]
    world.settle()
    hubspot.simulator.clock.advance(600_000)
    world.sql("UPDATE connections SET polled_until = now() + interval '9 minutes'")
    hubspot.portal.index.trouble = SearchTrouble(stale_rate=1.0, stale_ms=3_600_000)
    for id in ids:
        hubspot.edit(id, city="Boise")
    hubspot.portal.index.trouble = SearchTrouble()
    fresh = hubspot.create(email="fresh@example.com")
    hubspot.forget_requests()
    searched(world)
    assert fresh in {hint["record_id"] for hint in world.hints()}
    assert len([path for path in hubspot.reads() if path.endswith("/search")]) < 10


def test_a_poll_that_dies_after_a_page_goes_on_from_there(world: World) -> None:
    for number in range(450):
        world.hubspot.simulator.clock.advance(1)
        world.hubspot.create(email=f"p{number}@example.com")
    world.poll_is_due()
    before = world.connection().polled_until
    with world.killed_at("loanark.sync.poll._hint_unknown", after=1):
        world.turn()
    after = world.connection().polled_until
    assert before and after and after > before
    assert len(world.hints()) == 200
    world.settle()
    assert len(world.live()) == 450


def test_where_hubspot_does_not_search_the_listing_takes_its_place(world: World) -> None:
    from loanark.sync.overview import overview
    from loanark.tenants.access import tenant_scope

    id, contact_id = world.pair()
    world.hubspot.fails("search", status=404, count=10_000)
    world.hubspot.edit(id, city="Boise")
    new = world.hubspot.create(email="bob@example.com")
    world.settle()
    assert world.local(contact_id)["city"] == "Boise"
    assert world.contact(new)["email"] == "bob@example.com"
    assert world.connection().status == "connected"
    assert world.connection().last_poll_at is not None
    with tenant_scope(world.tenant_id):
        said = overview().truth
    assert said.level in ("ok", "working")
    assert "search does not answer" in (said.detail or "") or said.level == "working"
    world.hubspot.user("DELETE", "faults")
    world.sql("UPDATE poll_states SET search_retry_at = now()")
    world.settle()
    assert world.row("SELECT search_problem FROM poll_states")["search_problem"] is None


def test_a_long_listing_in_place_of_a_search_goes_on_where_it_ended(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from loanark.sync import poll

    monkeypatch.setattr(poll, "LISTED_PAGES", 1)
    for number in range(250):
        world.hubspot.create(email=f"p{number}@example.com")
    world.settle()
    world.hubspot.fails("search", status=404, count=10_000)
    last = str(list(world.hubspot.portal.live)[-1])
    world.hubspot.edit(last, city="Boise")
    for _ in range(3):
        world.sql("UPDATE connections SET last_poll_at = now() - interval '1 minute'")
        world.settle(polls=False)
    assert world.contact(last)["city"] == "Boise"


# LoanArk's own changes


def test_ten_thousand_rows_changed_in_one_statement_leave_as_many_hints(world: World) -> None:
    world.sql("INSERT INTO contacts (firstname) SELECT 'P' FROM generate_series(1, 10000)")
    world.sql("DELETE FROM hints")
    assert world.sql("UPDATE contacts SET city = 'Boise'") == 10_000
    assert world.row("SELECT count(*) FROM hints WHERE side = 'loanark'")["count"] == 10_000


def test_an_edit_with_triggers_off_waits_for_the_next_look_at_that_contact(world: World) -> None:
    """As the sync policy says: `version` stands still, so no sweep sees it."""
    id, contact_id = world.pair()
    with world.owner() as owner:
        owner.execute("SELECT set_config('loanark.tenant_id', %s, false)", [str(world.tenant_id)])
        owner.execute("ALTER TABLE contacts DISABLE TRIGGER USER")
        owner.execute("UPDATE contacts SET city = 'Boise' WHERE id = %s", [contact_id])
        owner.execute("ALTER TABLE contacts ENABLE TRIGGER USER")
    world.sweep()
    assert "city" not in world.hubspot[id]
    world.edit(contact_id, phone="208-555-0100")
    world.settle()
    assert world.hubspot[id]["city"] == "Boise"
