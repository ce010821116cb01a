"""Credentials, scopes and limits (HubSpot docs: working with OAuth, usage guidelines, error handling)."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from hubspot_simulator.limits import Limit
from hubspot_simulator.oauth import REQUIRED_SCOPES

from .conftest import Hub, Make

BACK = "http://localhost:8000/oauth/callback"


def asked(hub: Hub, **more: str) -> dict[str, str]:
    return {
        "client_id": hub.simulator.authority.client_id,
        "redirect_uri": BACK,
        "scope": " ".join(REQUIRED_SCOPES),
        "optional_scope": "crm.objects.owners.read crm.export",
        "state": "s/1+2",
        **more,
    }


def click(hub: Hub, action: str = "connect", **more: str) -> dict[str, list[str]]:
    form = {**asked(hub, **more), "action": action, "portal_id": str(hub.portal.id)}
    answer = hub.http.post("/oauth/authorize", data=form)
    assert answer.status_code == 303, answer.text
    return parse_qs(urlsplit(answer.headers["location"]).query)


def token(hub: Hub, path: str = "token", **form: str) -> httpx2.Response:
    authority = hub.simulator.authority
    client = {"client_id": authority.client_id, "client_secret": authority.client_secret}
    return hub.http.post(f"/oauth/2026-09/{path}", data={**client, **form})


def connect(hub: Hub) -> dict[str, Any]:
    code = click(hub)["code"][0]
    answer = token(hub, grant_type="authorization_code", code=code, redirect_uri=BACK)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def read(hub: Hub, bearer: str) -> httpx2.Response:
    return hub.call("GET", "", headers={"Authorization": f"Bearer {bearer}"})


def test_the_install_page_shows_the_app_the_account_and_the_scopes(hub: Hub) -> None:
    text = hub.http.get("/oauth/authorize", params=asked(hub)).text
    for wanted in ("LoanArk CRM Sync", str(hub.portal.id), "crm.objects.contacts.write", 'id="connect-app"', "Cancel"):
        assert wanted in text


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "x"},
        {"redirect_uri": "http://evil.example.com/"},
        {"redirect_uri": "https://[loanark.example.com/"},
        {"redirect_uri": "https://loanark.example.com/\r\nX-More: 1"},
        {"scope": "oauth"},
        {"optional_scope": "tickets"},
    ],
)
def test_the_install_page_refuses_what_the_app_is_not_configured_for(hub: Hub, change: dict[str, str]) -> None:
    answer = hub.http.get("/oauth/authorize", params=asked(hub, **change))
    assert answer.status_code == 400
    assert "Connect app" not in answer.text


def test_cancel_leads_back_with_an_error_and_the_state(hub: Hub) -> None:
    assert click(hub, "cancel") == {
        "error": ["access_denied"],
        "error_description": ["The user denied the request"],
        "state": ["s/1+2"],
    }


def test_a_connection_reads_its_account_for_thirty_minutes(hub: Hub) -> None:
    tokens = connect(hub)
    assert (tokens["expires_in"], tokens["hub_id"]) == (1800, hub.portal.id)
    assert read(hub, tokens["access_token"]).status_code == 200
    hub.clock.advance(1_800_000)
    answer = read(hub, tokens["access_token"])
    assert answer.status_code == 401
    assert answer.json()["category"] == "EXPIRED_AUTHENTICATION"


def test_a_code_works_once(hub: Hub) -> None:
    code = click(hub)["code"][0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    assert token(hub, **form).status_code == 200
    again = token(hub, **form)
    assert (again.status_code, again.json()["status"]) == (400, "BAD_AUTH_CODE")


def test_a_refresh_returns_the_same_refresh_token_unless_rotation_is_on(hub: Hub) -> None:
    held = connect(hub)["refresh_token"]
    fresh = token(hub, grant_type="refresh_token", refresh_token=held).json()
    assert fresh["refresh_token"] == held
    hub.user("PUT", "settings", rotate_refresh_tokens=True)
    rotated = token(hub, grant_type="refresh_token", refresh_token=held).json()["refresh_token"]
    assert rotated != held
    assert token(hub, grant_type="refresh_token", refresh_token=held).json()["status"] == "BAD_REFRESH_TOKEN"


def test_after_revocation_refresh_fails_while_issued_tokens_live_on(hub: Hub) -> None:
    tokens = connect(hub)
    assert token(hub, "token/revoke", token=tokens["refresh_token"]).status_code == 200
    assert read(hub, tokens["access_token"]).status_code == 200
    refused = token(hub, grant_type="refresh_token", refresh_token=tokens["refresh_token"]).json()
    assert (refused["status"], refused["error"]) == ("BAD_REFRESH_TOKEN", "invalid_grant")
    assert token(hub, "token/introspect", token=tokens["refresh_token"]).json() == {"active": False}


def test_introspection_tells_account_and_scopes(hub: Hub) -> None:
    told = token(hub, "token/introspect", token=connect(hub)["access_token"]).json()
    assert told["active"] is True
    assert told["hub_id"] == hub.portal.id
    assert set(REQUIRED_SCOPES) < set(told["scopes"])


def test_optional_scopes_the_account_lacks_are_dropped_silently(hub: Hub) -> None:
    hub.user("PUT", "settings", unavailable_scopes=["crm.export"])
    scopes = connect(hub)["scopes"]
    assert "crm.objects.owners.read" in scopes
    assert "crm.export" not in scopes


def test_a_wrong_secret_is_told_apart_from_a_wrong_client(hub: Hub) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": "x"}
    assert token(hub, **form, client_secret="x").json()["status"] == "BAD_CLIENT_SECRET"
    assert token(hub, **form, client_id="x").json()["status"] == "BAD_CLIENT_ID"


def test_no_token_and_a_garbage_token_are_401_of_two_kinds(hub: Hub) -> None:
    none = hub.call("GET", "", headers={"Authorization": ""})
    assert (none.status_code, none.json()["category"]) == (401, "INVALID_AUTHENTICATION")
    garbage = read(hub, "garbage").json()
    assert garbage["category"] == "EXPIRED_AUTHENTICATION"
    assert garbage["context"]["expire time"] == ["1970-01-01T00:00:00Z"]


def test_a_missing_scope_is_403_and_named(hub: Hub) -> None:
    hub.user("PUT", "settings", static_scopes=["oauth", "crm.objects.contacts.read"])
    answer = hub.call("POST", "", json={"properties": {"firstname": "x"}})
    assert (answer.status_code, answer.json()["category"]) == (403, "MISSING_SCOPES")
    assert answer.json()["errors"][0]["context"]["requiredGranularScopes"] == ["crm.objects.contacts.write"]


def test_the_window_rolls(make: Make) -> None:
    hub = make(limit=Limit(3))
    codes = []
    for pause in (0, 4_000, 4_000, 1_000, 1_000, 0):
        hub.clock.advance(pause)
        codes.append(hub.call("GET", "").status_code)
    assert codes == [200, 200, 200, 429, 200, 429]


def test_a_429_is_worded_as_captured_and_has_no_retry_after(make: Make) -> None:
    hub = make(limit=Limit(1))
    first, second = hub.call("GET", ""), hub.call("GET", "")
    assert first.headers["x-hubspot-ratelimit-remaining"] == "0"
    assert second.json()["policyName"] == "TEN_SECONDLY_ROLLING"
    assert second.json()["message"] == "You have reached your ten_secondly_rolling limit."
    assert "retry-after" not in second.headers


def test_oauth_tokens_get_no_daily_headers_and_static_ones_have_a_daily_limit(make: Make) -> None:
    hub = make(limit=Limit(110), daily_limit=2)
    bearer = connect(hub)["access_token"]
    assert "x-hubspot-ratelimit-daily" not in read(hub, bearer).headers
    assert hub.call("GET", "").headers["x-hubspot-ratelimit-daily-remaining"] == "1"
    hub.call("GET", "")
    assert hub.call("GET", "").json()["policyName"] == "DAILY"
    hub.clock.advance(86_400_000)
    assert hub.call("GET", "").status_code == 200


def test_the_log_knows_the_most_requests_in_any_window(hub: Hub) -> None:
    for pause in (0, 5_000, 4_999, 1, 20_000):
        hub.clock.advance(pause)
        hub.call("GET", "")
    assert hub.user("GET", "requests")["portals"][str(hub.portal.id)]["max_requests_in_window"] == 3


def test_account_details_and_owners(hub: Hub) -> None:
    assert hub.http.get("/account-info/2026-09/details").json()["portalId"] == hub.portal.id
    first = hub.http.get("/crm/owners/2026-09", params={"limit": 20}).json()
    rest = hub.http.get("/crm/v3/owners", params={"after": first["paging"]["next"]["after"]}).json()
    assert len(first["results"] + rest["results"]) == 25


def test_what_a_fault_or_a_401_refuses_has_come_in_as_well(make: Make) -> None:
    hub = make(limit=Limit(110), trouble={"error-before": 0.5})
    for _ in range(60):
        hub.call("GET", "")
    assert hub.user("GET", "requests")["portals"][str(hub.portal.id)]["max_requests_in_window"] == 60


def test_search_counts_in_the_day_but_not_in_the_window(make: Make) -> None:
    hub = make(limit=Limit(3), daily_limit=2)
    assert [hub.search().status_code for _ in range(2)] == [200, 200]
    over = hub.search()
    assert (over.status_code, over.json()["policyName"]) == (429, "DAILY")


def test_a_refusal_says_what_is_left_too(make: Make) -> None:
    hub = make(limit=Limit(2), daily_limit=3)
    rolling = [hub.call("GET", "") for _ in range(3)][-1]
    assert rolling.json()["policyName"] == "TEN_SECONDLY_ROLLING"
    assert rolling.headers["X-HubSpot-RateLimit-Remaining"] == "0"
    assert rolling.headers["X-HubSpot-RateLimit-Daily-Remaining"] == "1"
    hub.clock.advance(10_000)
    daily = [hub.call("GET", "") for _ in range(2)][-1]
    assert daily.json()["policyName"] == "DAILY"
    assert daily.headers["X-HubSpot-RateLimit-Daily-Remaining"] == "0"


def test_journal_files_do_not_change_the_tokens_of_a_seed(make: Make) -> None:
    plain, drawn = make(), make()
    drawn.simulator.new_uuid()
    assert connect(plain) == connect(drawn)
