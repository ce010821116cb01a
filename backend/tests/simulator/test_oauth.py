"""The token endpoints in detail (HubSpot docs: OAuth tokens, OAuth v1, legacy private apps, webhooks journal)."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from hubspot_simulator.oauth import JOURNAL_SCOPES

from .conftest import Hub
from .test_access import BACK, click, connect, read, token

JOURNAL = JOURNAL_SCOPES[0]
HOLDER = {"token", "user", "user_id", "hub_id", "hub_domain", "scopes"}
INTROSPECTED = HOLDER | {"active", "token_type", "token_use", "client_id", "app_id"}
SIGNED = {
    "expiresAt", "scopes", "hubId", "userId", "appId", "signature", "scopeToScopeGroupPks", "newSignature", "hublet",
    "trialScopes", "trialScopeToScopeGroupPks", "isUserLevel", "installingUserId", "isServiceAccount",
    "isPrivateDistribution", "audience", "appInstallId",
}  # fmt: skip


def introspect(hub: Hub, held: str, **more: str) -> dict[str, Any]:
    answer = token(hub, "token/introspect", token=held, **more)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def for_the_app(hub: Hub, *scopes: str) -> httpx2.Response:
    return token(hub, grant_type="client_credentials", scope=" ".join(scopes))


def legacy(hub: Hub, method: str, path: str) -> httpx2.Response:
    return hub.http.request(method, f"/oauth/v1/{path}", headers={"Authorization": ""})


def private_app(hub: Hub, body: Any) -> httpx2.Response:
    return hub.http.post("/oauth/v2/private-apps/get/access-token-info", json=body)


# ---- the form ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["2026-09", "2026-03", "v3"])
@pytest.mark.parametrize("path", ["token", "token/introspect", "token/revoke"])
def test_a_body_that_is_no_form_is_refused(hub: Hub, version: str, path: str) -> None:
    assert hub.http.post(f"/oauth/{version}/{path}", json={"grant_type": "refresh_token"}).status_code == 415


def test_secrets_in_the_address_work_only_under_v1(hub: Hub) -> None:
    held = connect(hub)["refresh_token"]
    authority = hub.simulator.authority
    query = {
        "grant_type": "refresh_token",
        "refresh_token": held,
        "client_id": authority.client_id,
        "client_secret": authority.client_secret,
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    dated = hub.http.post("/oauth/2026-09/token", params=query, headers=headers)
    assert (dated.status_code, dated.json()["status"]) == (400, "BAD_GRANT_TYPE")
    assert hub.http.post("/oauth/v1/token", params=query).json()["hub_id"] == hub.portal.id


def test_a_refresh_token_of_v1_works_under_a_dated_version(hub: Hub) -> None:
    authority = hub.simulator.authority
    form = {
        "grant_type": "authorization_code",
        "code": click(hub)["code"][0],
        "redirect_uri": BACK,
        "client_id": authority.client_id,
        "client_secret": authority.client_secret,
    }
    held = hub.http.post("/oauth/v1/token", data=form).json()["refresh_token"]
    assert token(hub, grant_type="refresh_token", refresh_token=held).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["v1/token/introspect", "v1/token/revoke", "v2/token", "2026-09/access-tokens/x", "2026-09/token/exchange"],
)
def test_a_version_has_its_own_paths_only(hub: Hub, path: str) -> None:
    assert hub.http.post(f"/oauth/{path}", data={"token": "x"}).status_code == 404


def test_an_unknown_grant_type_is_refused(hub: Hub) -> None:
    answer = token(hub, grant_type="password").json()
    assert (answer["status"], answer["error"]) == ("BAD_GRANT_TYPE", "unsupported_grant_type")


# ---- the app's own token -----------------------------------------------------------------------------------------


def test_the_apps_own_token_has_no_refresh_token_and_no_account(hub: Hub) -> None:
    document = for_the_app(hub, *JOURNAL_SCOPES).json()
    assert document.pop("access_token")
    assert document == {
        "token_type": "bearer",
        "token_use": "client_credentials",
        "expires_in": 1800,
        "scopes": list(JOURNAL_SCOPES),
    }


@pytest.mark.parametrize("scopes", [(), ("crm.objects.contacts.read",), (JOURNAL, "nonsense")])
def test_the_apps_own_token_is_for_the_journal_only(hub: Hub, scopes: tuple[str, ...]) -> None:
    answer = for_the_app(hub, *scopes)
    assert (answer.status_code, answer.json()["status"]) == (400, "BAD_SCOPES")


def test_the_apps_own_token_needs_the_secret(hub: Hub) -> None:
    answer = token(hub, grant_type="client_credentials", scope=JOURNAL, client_secret="x")
    assert answer.json()["status"] == "BAD_CLIENT_SECRET"


def test_the_apps_own_token_reads_no_account(hub: Hub) -> None:
    answer = read(hub, for_the_app(hub, JOURNAL).json()["access_token"])
    assert (answer.status_code, answer.json()["category"]) == (401, "INVALID_AUTHENTICATION")


def test_the_apps_own_token_ends_after_thirty_minutes(hub: Hub) -> None:
    headers = {"Authorization": f"Bearer {for_the_app(hub, JOURNAL).json()['access_token']}"}
    hub.clock.advance(1_799_999)
    assert hub.http.get("/webhooks-journal/journal/2026-09/latest", headers=headers).status_code == 204
    hub.clock.advance(1)
    answer = hub.http.get("/webhooks-journal/journal/2026-09/latest", headers=headers)
    assert (answer.status_code, answer.json()["category"]) == (401, "EXPIRED_AUTHENTICATION")


def test_the_apps_own_token_can_be_introspected(hub: Hub) -> None:
    told = introspect(hub, for_the_app(hub, JOURNAL).json()["access_token"])
    assert (told["active"], told["token_use"], told["scopes"]) == (True, "access_token", [JOURNAL])
    assert (told["hub_id"], told["expires_in"]) == (0, 1800)


# ---- introspection -----------------------------------------------------------------------------------------------


def test_an_access_token_is_introspected_with_its_signed_content(hub: Hub) -> None:
    tokens = connect(hub)
    hub.clock.advance(100_000)
    told = introspect(hub, tokens["access_token"])
    assert set(told) == INTROSPECTED | {"expires_in", "is_private_distribution", "signed_access_token"}
    assert (told["token"], told["token_use"], told["expires_in"]) == (tokens["access_token"], "access_token", 1700)
    assert set(told["signed_access_token"]) == SIGNED
    assert told["signed_access_token"]["hubId"] == hub.portal.id


def test_a_refresh_token_is_introspected_without_an_end(hub: Hub) -> None:
    tokens = connect(hub)
    told = introspect(hub, tokens["refresh_token"])
    assert set(told) == INTROSPECTED
    assert (told["token_use"], told["hub_id"]) == ("refresh_token", hub.portal.id)


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_a_hint_is_taken_at_its_word(hub: Hub, kind: str) -> None:
    tokens = connect(hub)
    held = ["access_token", "refresh_token"]
    assert [introspect(hub, tokens[name], token_type_hint=kind)["active"] for name in held] == [
        name == kind for name in held
    ]


def test_only_the_field_called_token_is_looked_at(hub: Hub) -> None:
    answer = token(hub, "token/introspect", access_token=connect(hub)["access_token"])
    assert answer.json() == {"active": False}


def test_an_expired_token_is_inactive(hub: Hub) -> None:
    held = connect(hub)["access_token"]
    hub.clock.advance(1_800_000)
    assert introspect(hub, held) == {"active": False}


def test_a_static_token_is_no_token_of_oauth(hub: Hub) -> None:
    assert introspect(hub, hub.simulator.static_token()) == {"active": False}


def test_introspection_needs_the_apps_pair(hub: Hub) -> None:
    held = connect(hub)["access_token"]
    answer = token(hub, "token/introspect", token=held, client_secret="x")
    assert (answer.status_code, answer.json()["status"]) == (400, "BAD_CLIENT_SECRET")


# ---- revocation --------------------------------------------------------------------------------------------------


def test_an_access_token_cannot_be_revoked(hub: Hub) -> None:
    held = connect(hub)["access_token"]
    assert token(hub, "token/revoke", token=held).status_code == 200
    assert read(hub, held).status_code == 200


def test_revoking_an_unknown_token_is_answered_the_same(hub: Hub) -> None:
    answer = token(hub, "token/revoke", token="unknown")
    assert (answer.status_code, answer.content) == (200, b"")


# ---- legacy ------------------------------------------------------------------------------------------------------


def test_v1_tells_about_an_access_token(hub: Hub) -> None:
    held = connect(hub)["access_token"]
    told = legacy(hub, "GET", f"access-tokens/{held}").json()
    assert set(told) == HOLDER | {
        "app_id",
        "expires_in",
        "token_type",
        "is_private_distribution",
        "signed_access_token",
    }
    assert (told["hub_id"], told["expires_in"]) == (hub.portal.id, 1800)


def test_v1_tells_about_a_refresh_token_until_it_is_deleted(hub: Hub) -> None:
    path = f"refresh-tokens/{connect(hub)['refresh_token']}"
    told = legacy(hub, "GET", path).json()
    assert set(told) == HOLDER | {"client_id", "token_type"}
    deleted = legacy(hub, "DELETE", path)
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert legacy(hub, "GET", path).status_code == 404


def test_a_deletion_under_v1_leaves_issued_access_tokens_alive(hub: Hub) -> None:
    tokens = connect(hub)
    legacy(hub, "DELETE", f"refresh-tokens/{tokens['refresh_token']}")
    assert read(hub, tokens["access_token"]).status_code == 200
    refused = token(hub, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert refused.json()["status"] == "BAD_REFRESH_TOKEN"


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "access-tokens/x"), ("GET", "refresh-tokens/x"), ("DELETE", "refresh-tokens/x")]
)
def test_v1_knows_no_unknown_token(hub: Hub, method: str, path: str) -> None:
    assert legacy(hub, method, path).status_code == 404


def test_a_static_token_tells_about_itself(hub: Hub) -> None:
    told = private_app(hub, {"tokenKey": hub.simulator.static_token()}).json()
    assert set(told) == {"userId", "hubId", "appId", "scopes"}
    assert told["hubId"] == hub.portal.id
    assert "crm.objects.contacts.read" in told["scopes"]


def test_only_static_tokens_are_private_apps(hub: Hub) -> None:
    assert private_app(hub, {"tokenKey": connect(hub)["access_token"]}).status_code == 404


@pytest.mark.parametrize("body", [{}, {"tokenKey": 5}, {"token": "x"}])
def test_the_private_app_endpoint_wants_a_token_key(hub: Hub, body: dict[str, Any]) -> None:
    assert private_app(hub, body).status_code == 400
