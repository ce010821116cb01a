"""The page of levers: each does what it says to an app, says so in words, and can be stopped."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import httpx2
import pytest

from hubspot_simulator.description.control import ACTS, DRIFTS
from hubspot_simulator.disorder.faults import KINDS
from hubspot_simulator.limits import Limit
from hubspot_simulator.page import lever_words
from hubspot_simulator.page.lever_acts import ACTS as LEVERS
from hubspot_simulator.records.rules import Rules

from .browser import Browser, Page
from .conftest import Hub, Make
from .test_access import connect, read


@pytest.fixture
def browser(hub: Hub) -> Browser:
    browser = Browser(hub.http)
    browser.open("/trouble")
    return browser


def pull(browser: Browser, lever: str, /, **values: str | list[str]) -> Page:
    """Pull a lever, and be told in words that it was."""
    page = browser.submit(f"lever-{lever}", **values)
    assert page.status == 200, page.of("problem")
    assert page.of("note").endswith(".")
    return page


def trouble(hub: Hub) -> list[str]:
    return [one["says"] for one in hub.user("GET", "trouble")["on"]]


# ---- the page ----------------------------------------------------------------------------------------


def test_every_fault_rate_act_change_and_rule_has_words() -> None:
    assert lever_words.FAULTS.keys() == KINDS.keys()
    named = {name.partition("-")[0] for name in lever_words.RATES} - {"webhook", "search"}
    assert named == KINDS.keys()
    assert set(lever_words.ACTS) - {""} == set(ACTS) - {"drift", "bulk_edit"}
    assert set(lever_words.DRIFTS) - {""} == set(DRIFTS)
    assert lever_words.RULES.keys() | lever_words.ELSEWHERE == {one.name for one in fields(Rules)}
    for told in (*lever_words.FAULTS.values(), *lever_words.RULES.values()):
        assert told.name
        assert told.meets.endswith(".")


def test_every_lever_is_on_the_page_and_every_form_of_the_page_is_a_lever(browser: Browser, hub: Hub) -> None:
    pull(browser, "hold")
    released = {form.action for form in browser.page.forms.values()}
    actions = {form.action for form in browser.open("/trouble").forms.values()} | released | {"/trouble/hold"}
    assert actions == {f"/trouble/{name}" for name in (*LEVERS, "stop")}


def test_what_goes_on_is_listed(browser: Browser) -> None:
    assert "Just now All is calm." in browser.page.words
    pull(browser, "latency", ms="250")
    page = pull(browser, "someone", per_minute="30")
    assert page.of("ongoing") == "Every answer takes 250 ms longer. Someone else is at work, 30 times a minute."


# ---- faults ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_each_fault_meets_the_next_request_and_no_other(hub: Hub, browser: Browser, kind: str) -> None:
    connect(hub)
    pull(browser, "fault", kind=kind, count="1", seconds="2")
    try:
        hub.call("GET", "", timeout=1_000)
    except httpx2.TransportError:
        pass
    assert hub.simulator.log[-1]["fault"].partition("-")[0] == kind
    hub.clock.advance(3_000)
    assert hub.call("GET", "").status_code == 200
    assert "fault" not in hub.simulator.log[-1]


def test_a_fault_fits_only_what_was_chosen(hub: Hub, browser: Browser) -> None:
    pull(browser, "fault", kind="error", status="502", when="after", method="POST", path="/contacts", count="2")
    assert hub.call("GET", "").status_code == 200
    answer = hub.call("POST", "", json={"properties": {"email": "after@example.com"}})
    assert answer.status_code == 502
    assert hub.portal.find_by("email", "after@example.com")
    assert trouble(hub) == ["The next request (POST /contacts): error 502, after the effect."]


@pytest.mark.parametrize(
    ("lever", "values", "said"),
    [
        ("fault", {"count": "0"}, "How many must be between 1 and 1,000,000, not 0."),
        ("fault", {"count": "many"}, "How many must be a number, not “many”."),
        ("fault", {"status": "200"}, "Status must be between 400 and 599, not 200."),
        ("outage", {"seconds": "-1"}, "Seconds must be between 0 and 86,400, not -1."),
        ("outage", {"seconds": "nan"}, "Seconds must be between 0 and 86,400, not nan."),
        ("limit", {"limit": "lots"}, "a limit looks like 110/10s or none, not 'lots'"),
        ("rates", {"error_before": "101"}, "Error, without effect must be between 0 and 100, not 101."),
        ("rates", {"error_before": "60", "slow": "60"}, "the rates must not exceed 1 together"),
        ("act", {"count": ""}, "How often must be a number, not “”."),
        ("clock", {"amount": "-5"}, "Go on by must be between 0 and 576,000, not -5."),
        ("rules", {"heavy_writes": "x"}, "Writes that lock a record must be a number, not “x”."),
    ],
)
def test_what_makes_no_sense_is_refused_in_words_and_changes_nothing(
    hub: Hub, browser: Browser, lever: str, values: dict[str, str], said: str
) -> None:
    page = browser.submit(f"lever-{lever}", **values)
    assert page.status == 400
    assert page.of("problem") == said
    assert trouble(hub) == []


# ---- storms ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", lever_words.STORMS)
def test_a_day_is_as_bad_as_it_says(hub: Hub, browser: Browser, day: str) -> None:
    pull(browser, f"storm-{day}")
    told, rates = lever_words.STORMS[day]
    requests = sum(rate for name, rate in rates.items() if not name.startswith(("webhook", "search")))
    share = {"drizzle": 1 / 50, "bad": 1 / 8, "worst": 2 / 5}[day]
    assert requests == pytest.approx(share, abs=0.005), told.meets
    assert sum(hub.simulator.faults.storm.rates.values()) == pytest.approx(requests)
    assert hub.simulator.webhooks.settings.loss_rate == rates.get("webhook-loss", 0)


def test_a_better_day_leaves_nothing_of_a_worse_one(hub: Hub, browser: Browser) -> None:
    pull(browser, "storm-worst")
    pull(browser, "storm-drizzle")
    assert hub.simulator.webhooks.settings.loss_rate == 0
    assert hub.portal.index.trouble.stale_rate == 0
    assert set(hub.simulator.faults.storm.rates) == {"error-before", "slow", "reset-before"}


def test_rates_of_ones_own_are_shown_again(hub: Hub, browser: Browser) -> None:
    page = pull(browser, "rates", error_after="12.5", webhook_late="3", search_stale="7")
    assert hub.simulator.faults.storm.rates == {"error-after": 0.125}
    shown = dict(page.forms["lever-rates"].values)
    assert (shown["error-after"], shown["webhook-late"], shown["search-stale"], shown["slow"]) == (
        "12.5",
        "3",
        "7",
        "0",
    )
    again = browser.submit("lever-rates")
    assert dict(again.forms["lever-rates"].values) == shown


# ---- HubSpot and its account -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lever", "method", "status"),
    [("outage", "GET", 503), ("throttle", "GET", 429), ("move", "GET", 477), ("lock", "PATCH", 423)],
)
def test_a_state_of_hubspot_lasts_as_long_as_was_said(
    hub: Hub, browser: Browser, lever: str, method: str, status: int
) -> None:
    key = hub.create(firstname="Ada")

    def answer() -> int:
        body: dict[str, Any] = {"json": {"properties": {"city": "Reno"}}} if method == "PATCH" else {}
        return hub.call(method, f"/{key}", **body).status_code

    pull(browser, lever, seconds="7")
    assert browser.page.of("note") in browser.page.of("hubspot"), "said beside the lever"
    assert answer() == status
    assert len(trouble(hub)) == 1
    hub.clock.advance(6_999)
    assert answer() == status
    hub.clock.advance(1)
    assert answer() == 200
    assert trouble(hub) == []


def test_another_limit_holds_at_once(make: Make) -> None:
    hub = make(limit=Limit(100))
    browser = Browser(hub.http)
    browser.open("/trouble")
    assert pull(browser, "limit", limit="2/10s").of("note") == "The limit is 2/10s."
    assert [hub.call("GET", "").status_code for _ in range(3)] == [200, 200, 429]
    assert trouble(hub) == ["The limit is 2/10s in place of 100/10s."]


def test_tokens_expire_and_the_app_is_removed(hub: Hub, browser: Browser) -> None:
    grant = connect(hub)
    assert pull(browser, "expire").of("note") == "1 access token expired."
    assert read(hub, grant["access_token"]).json()["category"] == "EXPIRED_AUTHENTICATION"
    assert pull(browser, "uninstall").of("note") == "The app was removed."
    assert not hub.simulator.authority.is_installed(hub.portal.id)
    assert pull(browser, "uninstall").of("note") == "The app was not connected to this account by OAuth."


# ---- speed and search --------------------------------------------------------------------------------


def test_search_falls_behind_and_shows_old_values(hub: Hub, browser: Browser) -> None:
    key = hub.create(firstname="Ada", city="Reno")
    hub.clock.advance(1_000)
    pull(browser, "search", lag="5000")
    pull(browser, "stale", rate="100", seconds="20")
    hub.call("PATCH", f"/{key}", json={"properties": {"city": "Boise"}})
    wanted = {"propertyName": "hs_object_id", "operator": "EQ", "value": key}

    def seen() -> tuple[str, bool]:
        [row] = hub.search(wanted, properties=["city"]).json()["results"]
        return row["properties"]["city"], row["updatedAt"] == changed

    changed = hub.call("GET", f"/{key}").json()["updatedAt"]
    assert seen() == ("Reno", False)
    hub.clock.advance(5_000)
    assert seen() == ("Reno", True)
    hub.clock.advance(20_000)
    assert seen() == ("Boise", True)


def test_new_properties_and_answers_come_late(hub: Hub, browser: Browser) -> None:
    pull(browser, "schema", ms="3000")
    assert hub.portal.property_lag_ms == 3_000
    pull(browser, "latency", ms="40")
    before = hub.clock.now_ms()
    hub.call("GET", "")
    assert hub.clock.now_ms() == before + 40


# ---- webhooks and their journal ----------------------------------------------------------------------


def test_webhooks_are_held_and_released(hub: Hub, browser: Browser) -> None:
    hub.user("PUT", "webhooks", target_url="http://app.example.com/")
    pull(browser, "hold")
    hub.user("POST", "contacts", properties={"firstname": "Ada"})
    hub.clock.advance(5_000)
    assert hub.simulator.webhooks.take_due() == []
    browser.open("/trouble")
    assert "3 wait; the app hears of nothing." in browser.page.words
    assert pull(browser, "release").of("note") == "Webhooks leave again; 3 events waited."
    [batch] = hub.simulator.webhooks.take_due()
    assert len(batch.notifications) == 3


def test_the_fate_of_webhooks_is_set_and_shown_again(hub: Hub, browser: Browser) -> None:
    pull(browser, "drop", count="3")
    pull(browser, "burst", seconds="2.5")
    page = pull(browser, "fate", loss="10", duplicate="20", late="30", seconds="4")
    settings = hub.simulator.webhooks.settings
    assert (settings.drop_next, settings.burst_ms, settings.late_ms) == (3, 2_500, 4_000)
    assert (settings.loss_rate, settings.duplicate_rate, settings.late_rate) == (0.1, 0.2, 0.3)
    assert dict(page.forms["lever-fate"].values) == {"loss": "10", "duplicate": "20", "late": "30", "seconds": "4"}
    assert len(trouble(hub)) == 5


@pytest.mark.parametrize(
    ("lever", "setting"),
    [("lose", "lose_next"), ("double", "double_next"), ("snapshots", "fail_snapshots")],
)
def test_the_next_journal_files_and_snapshots_meet_what_was_chosen(
    hub: Hub, browser: Browser, lever: str, setting: str
) -> None:
    pull(browser, f"journal-{lever}", count="2")
    assert hub.user("GET", "journal")[setting] == 2
    pull(browser, "journal-delay", seconds="9")
    assert hub.user("GET", "journal")["delay_ms"] == 9_000
    assert len(trouble(hub)) == 2


# ---- someone else ------------------------------------------------------------------------------------


def test_someone_merges_edits_many_and_changes_the_schema_when_told(hub: Hub, browser: Browser) -> None:
    before = len(hub.portal.live)
    assert pull(browser, "act", kind="merge").of("note").startswith("Merge: record ")
    assert len(hub.portal.live) == before - 1
    assert pull(browser, "bulk", count="12").of("note") == "12 contacts edited in one millisecond."
    assert sum(c.updated == hub.clock.now_ms() for c in hub.portal.contacts.values()) >= 12
    said = pull(browser, "drift", change="archived").of("note")
    archived = [name for name, prop in hub.portal.properties.items() if prop.archived]
    assert [f"{name}: archived." for name in archived] == [said]
    assert "things done: " in pull(browser, "act", kind="", count="20").of("note")


def test_what_nobody_can_do_is_said(make: Make) -> None:
    hub = make(contacts=0)
    browser = Browser(hub.http)
    browser.open("/trouble")
    assert pull(browser, "act", kind="merge").of("note") == "Merge: there was nothing to do it to."
    assert pull(browser, "bulk").of("note") == "0 contacts edited in one millisecond."
    assert pull(browser, "drift", change="unarchived").of("note") == "No property of the account’s own can change so."


def test_someone_goes_on_by_the_clock(hub: Hub, browser: Browser) -> None:
    pull(browser, "someone", per_minute="60")
    pull(browser, "clock", amount="1", unit="60")
    assert sum(hub.user("GET", "someone")["done"].values()) > 30


# ---- the clock and the rules -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "unit", "ms"), [("31", "60", 1_860_000), ("2", "3600", 7_200_000), ("0.5", "86400", 43_200_000)]
)
def test_time_passes_by_as_much_as_was_said(hub: Hub, browser: Browser, amount: str, unit: str, ms: int) -> None:
    before = hub.clock.now_ms()
    pull(browser, "clock", amount=amount, unit=unit)
    assert hub.clock.now_ms() == before + ms


def test_each_rule_is_switched_alone(hub: Hub, browser: Browser) -> None:
    shown = {one.name: getattr(hub.portal.rules, one.name) for one in fields(Rules)}
    for name, value in shown.items():
        if isinstance(value, bool):
            pull(browser, "rules", **{name: [] if value else ["true"]})
            assert getattr(hub.portal.rules, name) is not value
            pull(browser, "rules", **{name: ["true"] if value else []})
    pull(browser, "rules", null_values="refused", heavy_writes="5", max_custom_properties="1,000")
    changed = {"null_values": "refused", "heavy_writes": 5}
    assert {one.name: getattr(hub.portal.rules, one.name) for one in fields(Rules)} == {**shown, **changed}


def test_rules_of_one_account_leave_the_other(make: Make) -> None:
    hub = make(portals=2)
    first, second = hub.simulator.portals.values()
    browser = Browser(hub.http)
    browser.open(f"/trouble?portal={second.id}")
    pull(browser, "rules", heavy_writes="3")
    assert (first.rules.heavy_writes, second.rules.heavy_writes) == (0, 3)


# ---- calm --------------------------------------------------------------------------------------------


def test_all_trouble_stops_at_once(make: Make) -> None:
    """Whatever there is, the limits and lags of the start come back."""
    hub = make(limit=Limit(50), latency_ms=1, search_lag_ms=400, someone_per_minute=6, trouble={"webhook-late": 0.5})
    browser = Browser(hub.http)
    browser.open("/trouble")
    for lever, values in {
        "storm-worst": {},
        "fault": {},
        "outage": {},
        "throttle": {},
        "move": {},
        "lock": {},
        "limit": {"limit": "none"},
        "latency": {"ms": "9"},
        "search": {"lag": "9000", "jitter": "5"},
        "schema": {"ms": "5000"},
        "hold": {},
        "drop": {},
        "burst": {"seconds": "1"},
        "journal-delay": {"seconds": "1"},
        "journal-lose": {"count": "1"},
        "journal-double": {"count": "1"},
        "journal-snapshots": {"count": "1"},
    }.items():
        pull(browser, lever, **values)
    assert len(trouble(hub)) > 15
    browser.open("/trouble")
    assert "All is calm." in browser.submit("/trouble/stop").words
    assert trouble(hub) == []
    simulator = hub.simulator
    assert (simulator.limit, simulator.latency_ms, hub.portal.index.lag_ms) == (Limit(50), 1, 400)
    assert hub.call("GET", "").status_code == 200


def test_limits_and_lags_of_the_start_are_no_trouble(make: Make) -> None:
    assert trouble(make(limit=Limit(50), latency_ms=300, search_lag_ms=9_000, property_lag_ms=700)) == []


def test_trouble_of_the_start_is_trouble(make: Make) -> None:
    hub = make(trouble={"error-before": 0.25, "search-stale": 0.5}, someone_per_minute=2)
    assert trouble(hub) == [
        "A storm: 25% of all requests meet trouble.",
        "Search shows old values for 50% of all changes.",
        "Someone else is at work, 2 times a minute.",
    ]


def test_rates_that_cannot_be_set_leave_all_as_it_was(hub: Hub) -> None:
    rates = {"webhook-loss": 0.5, "error-before": 0.9, "error-after": 0.9}
    assert hub.http.put("/_control/trouble", json={"rates": rates}).status_code == 400
    assert trouble(hub) == []
