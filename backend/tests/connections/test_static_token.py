"""Connecting with a static token: each thing that can be wrong has its own clear refusal, and nothing changes."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from django.conf import settings
from organisations import Organisation
from portal import Portal

from loanark.connections import actions
from loanark.connections.problems import ConnectionFailed
from loanark.hubspot import errors, transport


@pytest.fixture(autouse=True)
def _quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "FIRST_BACKOFF", 0.001)


def answering(answer: Callable[[httpx2.Request], httpx2.Response]) -> Any:
    return lambda: httpx2.MockTransport(answer)


def unreachable(request: httpx2.Request) -> httpx2.Response:
    raise httpx2.ConnectError("Name or service not known", request=request)


def html(request: httpx2.Request) -> httpx2.Response:
    return httpx2.Response(200, html="<!doctype html><title>Welcome</title>")


def elsewhere(request: httpx2.Request) -> httpx2.Response:
    return httpx2.Response(302, headers={"Location": "https://login.example.com/"}, text="<html>")


def down(request: httpx2.Request) -> httpx2.Response:
    return httpx2.Response(503, text="down for maintenance")


def refused(organisation: Organisation, token: str) -> ConnectionFailed:
    with pytest.raises(ConnectionFailed) as caught:
        actions.connect_static(organisation.id, token, by="a test")
    return caught.value


def everything(organisation: Organisation) -> Any:
    tables = ("connections", "field_mappings")
    return [organisation.rows(f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables]


def test_connecting(organisation: Organisation, portal: Portal) -> None:
    answer = organisation.call("POST", "connection/static-token", {"token": f"  {portal.token}\n"})
    assert answer.status_code == 200, answer.content
    seen = answer.json()
    assert (seen["status"], seen["auth"], seen["portal_id"]) == ("connected", "static", portal.accounts[0])
    [row] = organisation.rows("SELECT * FROM connections")
    assert portal.token not in str(row)
    assert (row["refresh_token"], row["token_expires_at"]) == ("", None)
    [people] = seen["requests_last_hour"]
    assert people["lane"] == "person"
    assert people["used"] > 0


@pytest.mark.parametrize("already", [False, True])
@pytest.mark.parametrize(
    ("answer", "code", "told"),
    [
        (html, "not-hubspot", "LOANARK_HUBSPOT_API_URL"),
        (elsewhere, "not-hubspot", "LOANARK_HUBSPOT_API_URL"),
        (unreachable, "unavailable", "Name or service not known"),
        (down, "unavailable", "503"),
    ],
)
def test_an_address_that_is_not_hubspots(
    organisation: Organisation,
    portal: Portal,
    monkeypatch: pytest.MonkeyPatch,
    answer: Any,
    code: str,
    told: str,
    already: bool,
) -> None:
    if already:
        actions.connect_static(organisation.id, portal.token, by="a test")
    before = everything(organisation)
    monkeypatch.setattr(settings, "HUBSPOT_TRANSPORT", answering(answer))
    error = refused(organisation, portal.token)
    assert error.code == code
    assert told in error.detail
    assert portal.token not in error.detail
    assert everything(organisation) == before


@pytest.mark.parametrize("token", ["pat-na1-not-this-one", "x"])
def test_a_wrong_token(organisation: Organisation, portal: Portal, token: str) -> None:
    actions.connect_static(organisation.id, portal.token, by="a test")
    before = everything(organisation)
    error = refused(organisation, token)
    assert error.code == "bad-token"
    assert "does not accept the token" in error.detail
    assert everything(organisation) == before


@pytest.mark.parametrize("token", ["", "   ", "two words", "ünicode", "line\nline"])
def test_what_is_no_token_at_all_is_not_even_sent(organisation: Organisation, portal: Portal, token: str) -> None:
    answer = organisation.call("POST", "connection/static-token", {"token": token})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad-token")
    assert sum(portal.simulator.statuses.values()) == 0


@pytest.mark.parametrize("missing", ["crm.objects.contacts.read", "crm.schemas.contacts.read"])
def test_a_token_without_the_scopes(organisation: Organisation, portal: Portal, missing: str) -> None:
    scopes = {"crm.objects.contacts.read", "crm.objects.contacts.write", "crm.schemas.contacts.read"} - {missing}
    portal.control("PUT", "settings", static_scopes=sorted(scopes))
    error = refused(organisation, portal.token)
    assert error.code == "missing-scopes"
    assert missing in error.detail
    assert everything(organisation) == [[], []]


def test_a_check_pauses_and_recovers(
    organisation: Organisation, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    actions.connect_static(organisation.id, portal.token, by="a test")
    with monkeypatch.context() as patch:
        patch.setattr(settings, "HUBSPOT_TRANSPORT", answering(unreachable))
        seen = organisation.call("POST", "connection/check").json()
        assert (seen["status"], seen["problem"]["code"]) == ("paused", "unavailable")
    seen = organisation.call("POST", "connection/check").json()
    assert (seen["status"], seen["problem"]) == ("connected", None)


def test_a_token_that_was_deleted_in_hubspot(organisation: Organisation, portal: Portal) -> None:
    actions.connect_static(organisation.id, portal.token, by="a test")
    del portal.simulator.authority.tokens[portal.token]
    seen = organisation.call("POST", "connection/check").json()
    assert (seen["status"], seen["problem"]["code"]) == ("reconnect_needed", "bad-token")


def test_a_problem_that_comes_late_does_not_bring_a_disconnected_account_back(
    organisation: Organisation, portal: Portal
) -> None:
    actions.connect_static(organisation.id, portal.token, by="a test")
    actions.disconnect(organisation.id)
    actions.note_problem(organisation.id, errors.Unavailable("late"))
    assert organisation.get("connection")["status"] == "not_connected"


def test_the_app_may_lie_at_another_address(
    organisation: Organisation, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def note(request: httpx2.Request) -> httpx2.Response:
        asked.append(str(request.url))
        return html(request)

    monkeypatch.setattr(settings, "CONFIG", replace(settings.CONFIG, hubspot_api_url="http://127.0.0.1:9/hub"))
    monkeypatch.setattr(settings, "HUBSPOT_TRANSPORT", answering(note))
    refused(organisation, portal.token)
    assert asked
    assert all(url.startswith("http://127.0.0.1:9/hub/") for url in asked)
