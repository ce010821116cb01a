"""Connecting an account with people in it: a preview, an approval, and everybody is on both sides."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from loanark.hubspot.client import MAX_ATTEMPTS

if TYPE_CHECKING:
    from world import World


@pytest.fixture
def lender(make_world: Callable[..., World]) -> World:
    """250 people in HubSpot, with the mess of years; three in LoanArk."""
    built = make_world(people=250)
    ann = built.hubspot.create(email="ann@example.com", firstname="Ann", lastname="HubSpot", phone="(208) 555-0100")
    assert ann in built.hubspot.with_email("ann@example.com")
    built.insert(email="Ann@Example.com", firstname="Ann", lastname="LoanArk", city="Boise")
    built.insert(email="only@example.com", firstname="Only")
    built.insert(firstname="No", lastname="Mail")
    built.connect()
    return built


def test_the_preview_counts_and_changes_nothing(lender: World) -> None:
    contacts, changes = len(lender.live()), lender.row("SELECT count(*) FROM contact_changes")
    lender.settle()
    preview = lender.run("preview")
    assert preview["status"] == "waiting"
    counts = preview["counts"]
    assert (counts["read"], counts["matched"], counts["created_in_loanark"]) == (251, 1, 250)
    assert counts["created_in_hubspot"] == 2
    assert counts["conflicted"] == 1
    assert len(lender.live()) == contacts
    assert lender.row("SELECT count(*) FROM contact_changes") == changes
    assert lender.hubspot.writes() == []
    assert lender.rows("SELECT * FROM contact_links") == []


def test_nothing_flows_before_the_approval(lender: World) -> None:
    lender.settle()
    lender.hubspot.create(email="new@example.com")
    lender.insert(firstname="New")
    lender.deliver_webhooks()
    for _ in range(3):
        lender.time_passes()
        lender.turn()
    assert lender.hubspot.writes() == []
    assert len(lender.live()) == 4


def test_after_the_first_run_everybody_is_on_both_sides(lender: World) -> None:
    lender.approve_first_run()
    lender.settle()
    assert len(lender.live()) == len(lender.hubspot) == 253
    run = lender.run("backfill")
    assert run["status"] == "succeeded", run["reason"]
    counts = run["counts"]
    assert (counts["created_in_loanark"], counts["matched"], counts["created_in_hubspot"]) == (250, 1, 2)
    lender.assert_balanced()


def test_values_are_kept_as_they_were_written(make_world: Callable[..., World]) -> None:
    world = make_world()
    messy = {
        "email": "Élodie.O'Brien+loan@Example.COM",
        "firstname": "  Élodie ",
        "lastname": "O’Brien-Núñez",
        "phone": "1.208.555.0100 x12",
        "mobilephone": "call the office",
        "client_type_prospects": "Refinance;Investor",
        "client_type_vip_status": "V.I.P.",
    }
    id = world.hubspot.create(email="x@example.com")
    world.hubspot.force(id, **messy)
    world.connect()
    world.approve_first_run()
    world.settle()
    row = world.contact(id)
    assert {name: row[name] for name in messy} == messy
    assert world.hubspot.writes() == []
    world.assert_balanced()


def test_a_contact_on_both_sides_is_matched_and_the_losing_value_kept(lender: World) -> None:
    lender.approve_first_run()
    lender.settle()
    (ann,) = lender.hubspot.with_email("ann@example.com")
    row = lender.contact(ann)
    assert (row["lastname"], row["city"]) == ("HubSpot", "Boise")
    assert lender.hubspot[ann]["city"] == "Boise", "a blank is filled"
    (conflict,) = lender.conflicts(row["id"])
    assert (conflict["field"], conflict["hubspot"], conflict["loanark"]) == ("lastname", "HubSpot", "LoanArk")
    assert (conflict["winner"], conflict["open"]) == ("hubspot", False)


def test_what_only_loanark_has_is_made_in_hubspot_under_its_unique_id(lender: World) -> None:
    lender.approve_first_run()
    lender.settle()
    (only,) = lender.hubspot.with_email("only@example.com")
    assert lender.hubspot.portal.properties["loanark_id"].unique
    assert lender.hubspot[only]["loanark_id"] == str(lender.contact(only)["id"])


def test_two_loanark_contacts_with_one_e_mail_are_not_matched_by_it(make_world: Callable[..., World]) -> None:
    world = make_world()
    id = world.hubspot.create(email="ann@example.com", firstname="Ann")
    twins = {world.insert(email="ann@example.com", firstname=name) for name in ("Ann", "Anna")}
    world.connect()
    world.approve_first_run()
    world.settle()
    assert len(world.hubspot) == 1
    # The listing made a contact of its own; both twins are told apart from it by a person.
    assert world.contact(id)["id"] not in twins
    assert {row["contact_id"] for row in world.rejections()} == twins
    assert {row["code"] for row in world.rejections()} == {"duplicate-email"}


@pytest.mark.parametrize("pages", [0, 1, 2])
def test_a_worker_killed_in_the_middle_of_the_first_run_goes_on(
    lender: World, pages: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loanark.sync.listing.PAGES_AT_ONCE", 1)
    lender.approve_first_run()
    with lender.killed_at("loanark.sync.listing.reconcile", after=pages):
        lender.turn()
    assert len(lender.live()) == 3 + 100 * pages
    lender.hubspot.forget_requests()
    lender.settle()
    assert lender.hubspot.pages_listed() == 3 - pages
    assert len(lender.live()) == len(lender.hubspot) == 253
    assert lender.run("backfill")["counts"]["created_in_loanark"] == 250
    lender.assert_balanced()


def test_a_worker_killed_while_it_makes_contacts_in_hubspot_makes_nobody_twice(lender: World) -> None:
    lender.approve_first_run()
    with lender.killed_at("loanark.sync.outbound._finish", after=1):
        lender.turn()
    lender.settle()
    assert len(lender.live()) == len(lender.hubspot) == 253
    lender.assert_balanced()


def test_pages_that_wait_are_stored_together_and_read_once(lender: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from loanark.sync import listing

    store, sizes = listing._store_page, list[int]()

    def slowly(*args: Any) -> bool:
        sizes.append(len(args[2].results))
        time.sleep(0.3)
        return store(*args)

    monkeypatch.setattr(listing, "_store_page", slowly)
    lender.approve_first_run()
    lender.hubspot.forget_requests()
    sizes.clear()
    lender.turn()
    assert (len(sizes), sum(sizes)) == (2, 251), "the first page alone, and those that came meanwhile"
    assert lender.hubspot.pages_listed() == 3
    assert len(lender.live()) == len(lender.hubspot) == 253


def test_a_short_turn_goes_on_in_the_next(lender: World) -> None:
    lender.approve_first_run()
    for _ in range(10):
        lender.turn(turn_seconds=0.001)
    lender.settle()
    assert len(lender.live()) == len(lender.hubspot) == 253
    lender.assert_balanced()


def test_contacts_changed_during_the_first_run_are_not_missed(lender: World) -> None:
    lender.approve_first_run()
    with lender.killed_at("loanark.sync.listing.reconcile", after=1):
        lender.turn()
    first = lender.rows("SELECT hubspot_id FROM contact_links ORDER BY hubspot_number LIMIT 1")[0]["hubspot_id"]
    lender.hubspot.edit(first, city="Nampa")
    last = str(lender.hubspot.portal.live[-1])
    lender.hubspot.archive(last)
    new = lender.hubspot.create(email="new@example.com")
    lender.settle()
    lender.settle()
    assert lender.contact(first)["city"] == "Nampa"
    assert lender.contact(new)["email"] == "new@example.com"
    lender.assert_balanced()


def test_a_cancelled_first_run_keeps_what_it_did_and_can_be_started_again(lender: World) -> None:
    from loanark.sync import runs
    from loanark.tenants.access import tenant_scope

    lender.approve_first_run()
    with lender.killed_at("loanark.sync.listing.reconcile", after=1):
        lender.turn()
    with tenant_scope(lender.tenant_id):
        runs.cancel(lender.run("backfill")["id"], by="jane")
    with tenant_scope(lender.tenant_id):
        runs.start("sweep", trigger="jane")
    lender.settle()
    assert len(lender.live()) == len(lender.hubspot) == 253
    lender.assert_balanced()


def test_more_contacts_gone_than_the_brake_allows_wait_for_a_person(lender: World) -> None:
    from loanark.sync import runs
    from loanark.tenants.access import tenant_scope

    lender.approve_first_run()
    lender.settle()
    for id in list(lender.hubspot.portal.live)[:30]:
        lender.hubspot.user("POST", f"contacts/{id}/privacy-delete")
    lender.sweep()
    assert lender.run("sweep")["status"] == "succeeded", "one absence deletes nobody"
    lender.sweep()
    run = lender.run("sweep")
    assert run["status"] == "held"
    assert len(lender.live()) == 253
    with tenant_scope(lender.tenant_id):
        runs.approve(run["id"], by="jane")
    lender.settle()
    assert len(lender.live()) == 223
    lender.assert_same()


def test_a_search_that_fails_costs_the_count_and_not_the_run(lender: World) -> None:
    lender.settle()
    lender.hubspot.fails("search", count=MAX_ATTEMPTS)
    lender.approve_first_run()
    lender.turn()
    run = lender.run("backfill")
    assert (run["status"], run["total"]) == ("succeeded", None), run["reason"]
    assert len(lender.live()) == len(lender.hubspot) == 253
