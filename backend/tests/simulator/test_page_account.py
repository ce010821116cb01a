"""The account page: who is connected, what an app needs to know, where webhooks go, which rights there are."""

from __future__ import annotations

import pytest

from hubspot_simulator.oauth import REQUIRED_SCOPES

from .browser import Browser
from .conftest import Hub, Make
from .test_access import asked, connect, read


@pytest.fixture
def browser(hub: Hub) -> Browser:
    return Browser(hub.http)


def test_what_an_app_needs_to_know_is_there_to_be_copied(hub: Hub, browser: Browser) -> None:
    page = browser.open("/account")
    authority = hub.simulator.authority
    facts = {"client-id": authority.client_id, "client-secret": authority.client_secret}
    facts |= {"static-token": hub.simulator.static_token(), "developer-key": hub.simulator.developer_key}
    assert {name: page.of(f"fact-{name}") for name in facts} == facts
    copies = {str(given["data-copy"]) for _, given in page.tags if "data-copy" in given}
    assert {f"fact-{name}" for name in facts} <= copies <= page.ids.keys()


def test_an_install_shows_since_when_by_whom_and_with_which_scopes(hub: Hub, browser: Browser) -> None:
    assert "Nobody yet." in browser.open("/account").of("installs")
    connect(hub)
    installs = browser.open("/account").of("installs")
    assert "Nov 18, 2026, 5:06 AM admin@loanark-portal.example.com, connected; 1 valid access token" in installs
    for scope in REQUIRED_SCOPES:
        assert scope in installs
    hub.clock.advance(31 * 60_000)
    assert "connected; 0 valid access tokens" in browser.open("/account").of("installs")
    hub.user("POST", "installs/revoke")
    page = browser.open("/account")
    assert "example.com, removed" in page.of("installs")
    assert page.of("accounts").endswith("removed none")


def test_each_account_has_its_token_and_its_installs(make: Make) -> None:
    hub = make(portals=2)
    browser = Browser(hub.http)
    connect(hub)
    other = list(hub.simulator.portals)[1]
    link = next(link for link in browser.open("/account").links if link.endswith(str(other)))
    page = browser.open(link)
    assert page.of("fact-static-token") == hub.simulator.static_token(other)
    assert "Nobody yet." in page.of("installs")


def test_webhooks_get_a_target_and_a_switch(hub: Hub, browser: Browser) -> None:
    settings = hub.simulator.webhooks.settings
    browser.open("/account")
    page = browser.submit("webhook-settings", target_url="http://127.0.0.1:1/x")
    assert (settings.target_url, settings.enabled) == ("http://127.0.0.1:1/x", True)
    assert page.of("note") == "The webhook settings hold from now on."
    browser.submit("webhook-settings", enabled=[])
    assert (settings.target_url, settings.enabled) == ("http://127.0.0.1:1/x", False)
    assert "contact.propertyChange of email" in browser.page.words


def test_a_target_that_is_no_address_is_refused_in_words(hub: Hub, browser: Browser) -> None:
    browser.open("/account")
    page = browser.submit("webhook-settings", target_url="127.0.0.1:1/x")
    assert page.status == 400
    assert page.of("problem").startswith("The target URL must begin with http://")
    assert hub.simulator.webhooks.settings.target_url == ""


def test_the_static_token_loses_and_gets_scopes(hub: Hub, browser: Browser) -> None:
    browser.open("/account")
    browser.submit("scope-form", static=["oauth"])
    assert hub.call("GET", "").json()["category"] == "MISSING_SCOPES"
    browser.submit("scope-form", static=list(REQUIRED_SCOPES))
    assert hub.call("GET", "").status_code == 200
    assert [v for name, v in browser.page.forms["scope-form"].values if name == "static"] == list(REQUIRED_SCOPES)


def test_a_scope_that_the_tier_lacks_is_not_granted(hub: Hub, browser: Browser) -> None:
    browser.open("/account")
    browser.submit("scope-form", lacking=["crm.export"])
    granted = connect(hub)["scopes"]
    assert "crm.objects.owners.read" in granted
    assert "crm.export" not in granted


def test_a_person_connects_the_app_in_the_browser(hub: Hub) -> None:
    answer = hub.http.get("/oauth/authorize", params=asked(hub))
    page = Browser(hub.http).open(str(answer.request.url.raw_path.decode()))
    sent = dict(page.forms["authorize"].values)
    assert sent["portal_id"] == str(hub.portal.id)
    back = hub.http.post("/oauth/authorize", data={**sent, "action": "connect"}).headers["location"]
    assert back.startswith("http://localhost:8000/oauth/callback?code=")
    assert "connect-app" in page.ids


def test_what_was_installed_before_moments_were_noted_is_still_shown(hub: Hub, browser: Browser) -> None:
    connect(hub)
    next(iter(hub.simulator.authority.installs.values())).since = 0
    assert "before this was noted" in browser.open("/account").of("installs")


def test_an_expired_token_of_a_removed_app_stays_refused(hub: Hub, browser: Browser) -> None:
    bearer = connect(hub)["access_token"]
    browser.open("/trouble")
    browser.submit("lever-uninstall")
    browser.submit("lever-expire")
    assert read(hub, bearer).status_code == 401
