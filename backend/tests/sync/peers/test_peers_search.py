"""Histories that broke other syncs: what HubSpot's search does not show, or shows late, or without an end.

Each test names the product and the public report, and the rule of ours that it was seen to fail without.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from hubspot_simulator.model import IMPORT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from world import World


@contextmanager
def one_millisecond(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """HubSpot's clock stands still."""
    clock = world.hubspot.simulator.clock
    now = clock.now_ms()
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now_ms", lambda: now)
        yield


def fill(world: World, count: int) -> None:
    """Many contacts in HubSpot, all of one moment, as an import makes them."""
    portal = world.hubspot.portal
    with world.hubspot.lock:
        for number in range(count):
            values = {"email": f"p{number}@example.com", "firstname": "P"}
            portal.create(portal.draft(values, current=None, dated=True), IMPORT)


def test_more_than_ten_thousand_records_in_one_millisecond(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Airbyte and Estuary: a bulk edit gives them all one time, and paging by time goes round for ever.
    https://github.com/airbytehq/airbyte/issues/43317 https://github.com/airbytehq/airbyte/issues/14988
    https://github.com/estuary/connectors/issues/2100

    With HubSpot's real cap. Without walking one millisecond by id this fails.
    """
    from loanark.sync import poll

    world.hubspot.simulator.webhooks.settings.enabled = False
    with one_millisecond(world, monkeypatch):
        fill(world, poll.SEARCH_CAP + 50)
    later = world.hubspot.create(email="later@example.com")
    world.poll_is_due()
    world.may_be_killed_at("loanark.sync.engine.drain", after=1)  # the poll came to its end; following it is not tested
    hinted = {row["record_id"] for row in world.hints()}
    assert hinted == {str(id) for id in world.hubspot.portal.live}
    assert later in hinted


def test_more_changes_than_a_query_answers(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Airbyte: HubSpot answers 400 to the page after the 10,000th, and the sync fails.
    https://github.com/airbytehq/airbyte/pull/10700

    Both caps are a hundredth here. Without cutting the window before the cap this fails.
    """
    import hubspot_simulator.records.search
    from loanark.sync import poll

    monkeypatch.setattr(hubspot_simulator.records.search, "MAX_ROWS", 400)
    monkeypatch.setattr(poll, "SEARCH_CAP", 400)
    for number in range(1_050):
        if number % 7 == 0:
            world.hubspot.simulator.clock.advance(1)
        world.hubspot.create(email=f"p{number}@example.com")
    world.settle()
    assert len(world.live()) == len(world.hubspot) == 1_050
    world.assert_same()


def test_a_full_page_of_one_millisecond_is_not_read_for_ever(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Airbyte: as soon as one page has one time, the cursor stands still and the same page comes again and again.
    https://github.com/airbytehq/airbyte/pull/14744

    Without going on within the same time (each page begun anew at the last time seen) this fails.
    """
    with one_millisecond(world, monkeypatch):
        fill(world, 450)
    world.hubspot.forget_requests()
    world.settle()
    assert len(world.live()) == 450
    searches = [path for path in world.hubspot.reads() if path.endswith("/search")]
    assert len(searches) <= 8, "three pages, and the count"
    world.assert_same()


def test_records_that_the_index_shows_late_and_out_of_order(world: World) -> None:
    """Estuary, Airbyte, Supaglue: search shows a new time before an older one; the older is never read.
    https://github.com/estuary/connectors/issues/1861 https://github.com/airbytehq/airbyte/pull/69203
    https://github.com/supaglue-labs/supaglue/issues/665

    Without looking back by an overlap this fails.
    """
    clock = world.hubspot.simulator.clock
    world.hubspot.simulator.webhooks.settings.enabled = False
    world.hubspot.user("PUT", "settings", search_lag_ms=60_000)
    slow = world.hubspot.create(email="slow@example.com")
    clock.advance(2_000)
    world.hubspot.user("PUT", "settings", search_lag_ms=0)
    quick = world.hubspot.create(email="quick@example.com")
    world.settle()
    assert [row["email"] for row in world.live()] == ["quick@example.com"]
    clock.advance(61_000)
    world.settle()
    assert {row["email"] for row in world.live()} == {"quick@example.com", "slow@example.com"}
    assert world.contact(slow)["id"] != world.contact(quick)["id"]
    world.assert_balanced()


def test_old_values_in_a_search_result_are_not_believed(world: World) -> None:
    """Estuary: results come with a time that does not fit their values.
    https://github.com/estuary/connectors/pull/2210

    Without reading each record itself (the values of the result taken) this fails.
    """
    world.hubspot.simulator.webhooks.settings.enabled = False
    id, contact_id = world.pair(city="Nampa")
    world.hubspot.user("PUT", "settings", search={"stale_rate": 1.0, "stale_ms": 600_000})
    world.hubspot.edit(id, city="Boise")
    world.settle()
    assert world.local(contact_id)["city"] == "Boise"
    assert world.hubspot[id]["city"] == "Boise"
    world.assert_balanced()


def test_a_new_contact_that_search_does_not_find_is_not_made_again(world: World) -> None:
    """HubSpot's library: search for a contact just made finds nothing, so that the import makes it again, and fails.
    https://github.com/HubSpot/hubspot-api-php/issues/59 https://github.com/HubSpot/hubspot-api-nodejs/issues/545

    Without the upsert by `loanark_id` (each attempt under a key of its own) this fails.
    """
    world.hubspot.user("PUT", "settings", search_lag_ms=600_000)
    contact_id = world.insert(firstname="Ann", lastname="Nomail")
    with world.killed_at("loanark.sync.outbound._finish"):
        world.turn()
    world.edit(contact_id, city="Boise")
    world.settle()
    world.sweep()
    assert len(world.hubspot) == len(world.live()) == 1
    assert world.hubspot[world.hubspot_id(contact_id)]["city"] == "Boise"
    world.assert_balanced()


def test_a_page_that_failed_is_not_behind_the_checkpoint(world: World) -> None:
    """Supaglue: the high-water mark is kept before the work is done, and what failed is never looked at again.
    https://github.com/supaglue-labs/supaglue/issues/644

    Without moving the checkpoint last (at the newest time seen, before the pages are hinted) this fails.
    """
    world.hubspot.simulator.webhooks.settings.enabled = False
    for number in range(450):
        world.hubspot.create(email=f"p{number}@example.com")
    world.hubspot.simulator.clock.advance(3_600_000)
    world.hubspot.create(email="last@example.com")
    world.poll_is_due()
    world.may_be_killed_at("loanark.sync.poll._hint_unknown", after=1)
    world.sql("DELETE FROM hints")  # what the page before the crash had left is not what is tested
    world.settle()
    assert len(world.live()) == 451
    world.assert_same()
