"""The pages for people as a whole: every link leads somewhere, nothing gets in, trouble is told on every page."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest

from hubspot_simulator.model import Option

from .browser import Browser, Page
from .conftest import Hub, Make
from .test_access import asked, connect
from .test_exports import ask
from .test_journal import App

#: Closes whatever it might stand in, and then is an element that no page has.
PLANT = "\"'></textarea></title></script><planted onload=1>"


@pytest.fixture
def hub(make: Make) -> Hub:
    return make(contacts=4, portals=2)


@pytest.fixture
def browser(hub: Hub) -> Browser:
    return Browser(hub.http)


def plant(hub: Hub) -> None:
    """The same bad words wherever somebody from outside can put any."""
    contact = next(iter(hub.portal.contacts.values()))
    values = {"firstname": PLANT, "message": PLANT, "client_type_prospects": PLANT, "hubspot_owner_id": PLANT}
    hub.user("PATCH", f"contacts/{contact.id}", properties=values, unchecked=True)
    prospects = hub.portal.properties["client_type_prospects"]
    prospects.label = prospects.description = PLANT
    prospects.options.append(Option(f"{PLANT}2", PLANT, order=99))
    hub.portal.groups["lending"]["label"] = hub.portal.company = hub.simulator.app_name = PLANT
    hub.user("POST", "faults", path=PLANT)
    hub.user("PUT", "webhooks", target_url=f"http://127.0.0.1:1/{PLANT}")


def be_busy(hub: Hub) -> None:
    """Something of everything that the activity shows."""
    hub.user("PUT", "webhooks", target_url="http://127.0.0.1:1/")
    connect(hub)
    app = App(hub)
    app.subscribe()
    archived, first, second = (hub.create(email=f"{name}@example.com", lastname=PLANT) for name in "abc")
    hub.user("POST", f"contacts/{archived}/archive")
    hub.user("POST", "merge", primary=first, secondary=second)
    hub.call("GET", f"/{PLANT}", params={"after": PLANT})
    ask(hub, exportName=PLANT)
    hub.clock.advance(60_000)
    hub.simulator.webhooks.deliver_due(lambda *_: 500)


def problems(page: Page) -> list[str]:
    """What a page must not have."""
    found = [f"answers {page.status}"] if page.status >= 400 else []
    for tag, given in page.tags:
        if tag == "planted" or any(name.startswith("on") or name == "style" for name in given):
            found.append(f"<{tag} {given}>")
        if (tag == "script" and given.get("src") != "/assets/script.js") or tag == "style":
            found.append(f"<{tag}>")
    return found


def test_every_link_of_every_page_leads_to_a_page_and_no_value_becomes_markup(hub: Hub, browser: Browser) -> None:
    be_busy(hub)
    plant(hub)
    waiting, seen, wrong = ["/", f"/?{urlencode({'q': PLANT})}", "/state"], set[str](), list[str]()
    while waiting:
        path = waiting.pop()
        page = browser.open(path)
        wrong += [f"{path}: {problem}" for problem in problems(page)]
        lives = [given["data-live"] or "" for _, given in page.tags if "data-live" in given]
        for link in (*page.links, *lives):
            place = link.partition("#")[0]
            if place and place not in seen:
                seen.add(place)
                waiting.append(place)
    assert wrong == []
    for wanted in ("/contacts/", "/properties/", "/activity/webhooks/", "/activity/journal/", "/erase", "portal="):
        assert any(wanted in path for path in seen), wanted


def test_a_refused_form_shows_what_was_entered_as_text(browser: Browser) -> None:
    browser.open("/contacts/new")
    page = browser.submit("contact-form", email=PLANT)
    assert page.status == 400
    assert [problem for problem in problems(page) if "answers" not in problem] == []
    assert ("email", PLANT) in page.forms["contact-form"].values


@pytest.mark.parametrize("path", ["/", "/activity", "/nowhere", "/state"])
def test_nothing_but_the_two_own_files_may_run_or_load(hub: Hub, path: str) -> None:
    policy = hub.http.get(path).headers["content-security-policy"]
    assert "default-src 'none'; style-src 'self'; script-src 'self'" in policy
    assert "unsafe" not in policy
    for name in ("style.css", "script.js"):
        assert hub.http.get(f"/assets/{name}").status_code == 200
    assert hub.http.get("/assets/routes.py").status_code == 404


def test_the_install_page_may_send_the_browser_back_to_the_app(hub: Hub, browser: Browser) -> None:
    policy = hub.http.get("/oauth/authorize", params=asked(hub)).headers["content-security-policy"]
    assert "form-action 'self' http://localhost:8000;" in policy


@pytest.mark.parametrize("path", ["/", "/contacts/new", "/properties", "/activity", "/trouble", "/account", "/nowhere"])
def test_trouble_is_told_on_every_page_and_stopped_from_there(hub: Hub, browser: Browser, path: str) -> None:
    assert "Trouble is on." not in browser.open(path).words
    hub.user("POST", "faults", count=3)
    assert "Trouble is on. The next 3 requests: error 503, without effect." in browser.open(path).words
    page = browser.submit("/trouble/stop")
    assert page.path == path
    assert "Trouble is on." not in page.words
    assert hub.user("GET", "trouble") == {"on": []}


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:1", ""])
def test_stopping_trouble_leads_nowhere_else(hub: Hub, back: str) -> None:
    answer = hub.http.post("/trouble/stop", data={"back": back})
    assert urlsplit(answer.headers["location"])[:3] == ("", "", "/")


def test_a_page_says_only_what_the_simulator_kept_to_say(hub: Hub, browser: Browser) -> None:
    browser.open("/contacts/new")
    page = browser.submit("contact-form", firstname="Ada")
    assert page.of("note") == "Created."
    assert "note" not in browser.open(f"{page.path}?note=Pay+me").ids


def test_accounts_are_switched_and_stay_switched(hub: Hub, browser: Browser) -> None:
    other = list(hub.simulator.portals.values())[1]
    browser.open("/")
    browser.submit("accounts-form", portal=str(other.id))
    page = browser.open(next(link for link in browser.page.links if re.match("/contacts/[0-9]", link)))
    assert parse_qs(urlsplit(page.url).query)["portal"] == [str(other.id)]
    before = {i: c.props for i, c in hub.portal.contacts.items()}
    browser.submit("contact-form", jobtitle="Broker")
    assert other.contacts[int(page.of("record-id"))].props["jobtitle"] == "Broker"
    assert {i: c.props for i, c in hub.portal.contacts.items()} == before


@pytest.mark.parametrize(
    "path", ["/contacts/999999", "/properties/nothing", "/activity/webhooks/9", "/x/y", "/trouble/x"]
)
def test_what_there_is_not_is_said_in_words(browser: Browser, path: str) -> None:
    page = browser.open(path)
    assert page.status == 404
    assert page.of("problem").startswith(("There is no", "This webhook request is not remembered"))


def test_other_methods_are_no_pages(hub: Hub) -> None:
    answers: list[httpx2.Response] = [hub.http.request(method, "/") for method in ("PUT", "DELETE", "PATCH")]
    assert {answer.status_code for answer in answers} == {404}


def test_only_the_api_is_slow(make: Make) -> None:
    hub = make(latency_ms=900)
    before = hub.clock.now_ms()
    Browser(hub.http).open("/trouble")
    hub.user("GET", "status")
    assert hub.clock.now_ms() == before
    hub.call("GET", "")
    assert hub.clock.now_ms() == before + 900


def test_looking_at_pages_is_no_request_of_an_app(hub: Hub, browser: Browser) -> None:
    hub.user("POST", "faults", outage_seconds=60)
    for path in ("/", "/activity", "/trouble"):
        assert browser.open(path).status == 200
    told: dict[str, Any] = hub.user("GET", "requests")
    assert told["total"] == 0


@pytest.mark.parametrize(
    "path", ["/contacts/{}", "/?page={}", "/oauth/{}/authorize", "/activity/webhooks/{}", "/?portal={}"]
)
@pytest.mark.parametrize("number", ["9" * 5_000, "²", "-1", "0x10"])
def test_what_only_looks_like_a_number_breaks_no_page(hub: Hub, path: str, number: str) -> None:
    assert hub.http.get(path.format(number)).status_code < 500
