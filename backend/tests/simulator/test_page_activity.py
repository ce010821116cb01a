"""The activity pages: what comes in, what leaves, how near the limits are; fresh without a new page."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from hubspot_simulator.limits import Limit

from .browser import Browser, Page
from .conftest import Hub, Make
from .test_access import connect, read
from .test_exports import ask
from .test_journal import App


@pytest.fixture
def browser(hub: Hub) -> Browser:
    return Browser(hub.http)


@pytest.fixture
def hooked(hub: Hub) -> Hub:
    hub.user("PUT", "webhooks", target_url="http://app.example.com/hook", shuffle=False)
    return hub


def rows(page: Page, table: str = "requests") -> list[str]:
    """Rows of a log, newest first, each as its words without the time."""
    return [part.strip() for part in re.split(r"\d\d:\d\d:\d\d\.\d{3}", page.of(table))[1:]]


def deliver(hub: Hub, status: int = 200) -> None:
    hub.clock.advance(1_000)
    hub.simulator.webhooks.deliver_due(lambda *_: status)


# ---- requests ----------------------------------------------------------------------------------------


def test_requests_are_shown_with_who_asked_and_what_was_answered(hub: Hub, browser: Browser) -> None:
    bearer = connect(hub)["access_token"]
    read(hub, bearer)
    hub.call("GET", "/7", params={"properties": "email"})
    assert rows(browser.open("/activity/requests"))[:2] == [
        "GET /crm/objects/2026-09/contacts/7?properties=email static token 404 resource not found",
        "GET /crm/objects/2026-09/contacts OAuth 200",
    ]


def test_a_request_that_met_a_fault_says_so(hub: Hub, browser: Browser) -> None:
    hub.user("POST", "faults", status=502)
    hub.user("POST", "faults", kind="garbled")
    hub.call("GET", "")
    hub.call("GET", "")
    assert rows(browser.open("/activity/requests")) == [
        "GET /crm/objects/2026-09/contacts fault: garbled-after static token 200",
        "GET /crm/objects/2026-09/contacts fault: error-before 502 Bad Gateway",
    ]


@pytest.mark.parametrize(
    ("query", "answers"),
    [
        ("", ["429", "503", "404", "201", "200"]),
        ("status=2", ["201", "200"]),
        ("status=4", ["429", "404"]),
        ("status=429", ["429"]),
        ("status=5", ["503"]),
        ("status=fault", ["503"]),
        ("method=POST", ["201"]),
        ("by=oauth", ["200"]),
        ("by=static", ["429", "404", "201"]),
        ("path=/contacts/7", ["404"]),
        ("status=2&method=GET", ["200"]),
    ],
)
def test_requests_are_filtered(make: Make, query: str, answers: list[str]) -> None:
    hub = make(limit=Limit(2))
    browser = Browser(hub.http)
    bearer = connect(hub)["access_token"]
    hub.user("DELETE", "requests")
    read(hub, bearer)
    hub.create(firstname="Ada")
    hub.call("GET", "/7")
    hub.user("POST", "faults", status=503)
    hub.call("GET", "")
    hub.call("GET", "")
    page = browser.open(f"/activity/requests?{query}")
    assert [next(word for word in row.split() if word in answers) for row in rows(page)] == answers
    assert rows(browser.open(page_source(page))) == rows(page), "what comes fresh is filtered as well"


def page_source(page: Page) -> str:
    return str(next(given["data-live"] for _, given in page.tags if given.get("id") == "live"))


def test_each_account_sees_its_own_requests(make: Make) -> None:
    hub = make(portals=2)
    other = list(hub.simulator.portals)[1]
    hub.call("GET", "/7")
    token = hub.simulator.static_token(other)
    hub.call("GET", "/8", headers={"Authorization": f"Bearer {token}"})
    browser = Browser(hub.http)
    assert [row.split()[1] for row in rows(browser.open("/activity"))] == ["/crm/objects/2026-09/contacts/7"]
    page = browser.open(f"/activity?portal={other}")
    assert [row.split()[1] for row in rows(page)] == ["/crm/objects/2026-09/contacts/8"]


def test_the_live_part_comes_alone_and_is_what_the_page_shows(hub: Hub, browser: Browser) -> None:
    for tab in ("", "/requests", "/webhooks", "/journal", "/exports"):
        page = browser.open(f"/activity{tab}")
        alone = hub.http.get(page_source(page)).text
        assert alone in hub.http.get(f"/activity{tab}").text
        assert "<html" not in alone
    hub.call("GET", "/12345")
    assert "/12345" in hub.http.get("/activity/live/overview").text


# ---- limits ------------------------------------------------------------------------------------------


def test_gauges_show_the_window_and_its_maximum(make: Make) -> None:
    hub = make(limit=Limit(10))
    browser = Browser(hub.http)
    for _ in range(12):
        hub.call("GET", "")
    for _ in range(3):
        hub.search()
    page = browser.open("/activity")
    assert "Requests in 10 s 12 of 10, at most 12" in page.words
    assert "Searches in 1 s 3 of 5, at most 3" in page.words
    assert "Today, static token 13 of 1,000,000" in page.words
    hub.clock.advance(10_000)
    page = browser.open("/activity")
    assert "Requests in 10 s 0 of 10, at most 12" in page.words
    assert (page.of("max-window"), page.of("request-count")) == ("12", "15")


def test_the_last_minute_counts_what_became_of_requests(make: Make) -> None:
    hub = make(limit=Limit(3))
    browser = Browser(hub.http)
    hub.clock.advance(5_000)
    for _ in range(4):
        hub.call("GET", "")
    hub.user("POST", "faults", status=500, count=2)
    hub.call("GET", "")
    hub.call("GET", "")
    told = "3 answered 1 refused with 429 2 refused otherwise or failed"
    assert told in browser.open("/activity").words
    hub.clock.advance(59_999)
    assert told in browser.open("/activity").words
    hub.clock.advance(1)
    assert told not in browser.open("/activity").words


def test_the_counts_can_start_anew(hub: Hub, browser: Browser) -> None:
    hub.call("GET", "")
    browser.open("/activity")
    page = browser.submit("/activity/forget")
    assert (page.of("max-window"), page.of("request-count")) == ("0", "0")
    assert "No request yet." in page.of("requests")


# ---- webhooks ----------------------------------------------------------------------------------------


def test_webhooks_are_shown_with_their_events_attempt_and_answer(hooked: Hub, browser: Browser) -> None:
    hooked.user("POST", "contacts", properties={"firstname": "Ada", "city": "Reno"})
    hooked.user("PUT", "webhooks", retry_base_ms=1)
    deliver(hooked, 500)
    deliver(hooked)
    assert rows(browser.open("/activity/webhooks"), "deliveries") == [
        "4 events retry 1 of 10 contact.creation contact.propertyChange × 3 200 0 ms",
        "4 events contact.creation contact.propertyChange × 3 500 0 ms",
    ]
    assert "Webhooks go to http://app.example.com/hook. 4 events delivered, 1 request without success" in (
        browser.page.words
    )


def test_a_webhook_is_opened_with_its_events_and_its_body(hooked: Hub, browser: Browser) -> None:
    key = hooked.user("POST", "contacts", properties={"firstname": "Ada"})["id"]
    hooked.user("PATCH", f"contacts/{key}", properties={"firstname": ""})
    sent: list[bytes] = []
    hooked.clock.advance(1_000)

    def post(_url: str, _headers: dict[str, str], body: bytes) -> int:
        sent.append(body)
        return 204

    hooked.simulator.webhooks.deliver_due(post)
    [link] = [link for link in browser.open("/activity").links if "/activity/webhooks/" in link]
    page = browser.open(link)
    assert json.loads(page.ids["payload"]) == json.loads(sent[0])
    assert f"contact.creation {key}" in page.of("events")
    assert f"contact.propertyChange {key} firstname cleared" in page.of("events")
    assert f"/contacts/{key}" in page.links
    assert "Answer 204, after 0 ms" in page.words


def test_what_is_held_back_waits_in_sight(hooked: Hub, browser: Browser) -> None:
    hooked.user("PUT", "webhooks", hold=True)
    hooked.user("POST", "contacts", properties={"firstname": "Ada"})
    deliver(hooked)
    assert "Waiting 3 held back" in browser.open("/activity").words
    assert "3 waiting and held back" in browser.open("/activity/webhooks").words


def test_without_a_target_the_page_says_where_to_set_one(hub: Hub, browser: Browser) -> None:
    page = browser.open("/activity/webhooks")
    assert "Webhooks go nowhere yet" in page.words
    assert "/account#webhooks" in page.links


# ---- files -------------------------------------------------------------------------------------------


def test_journal_files_are_listed_and_opened(hub: Hub, browser: Browser) -> None:
    App(hub).subscribe()
    hub.user("POST", "contacts", properties={"firstname": "Ada"})
    assert "1 subscription, 0 files, 1 event not in a file yet" in browser.open("/activity/journal").words
    hub.clock.advance(2_000)
    page = browser.open("/activity/journal")
    [link] = [link for link in page.links if "/activity/journal/" in link]
    document: dict[str, Any] = json.loads(browser.open(link).ids["file"])
    assert [event["action"] for event in document["journalEvents"]] == ["CREATE"]


def test_exports_are_shown_on_their_way(hub: Hub, browser: Browser) -> None:
    ask(hub, exportName="Everybody")
    states = []
    for ms in (0, 700, 1_000):
        hub.clock.advance(ms)
        states.append(rows(browser.open("/activity/exports"), "exports")[0])
    assert ["waiting" in states[0], "in progress" in states[1], "done 30" in states[2]] == [True, True, True]
    assert all(state.startswith("Everybody CSV, task 73500001") for state in states)
