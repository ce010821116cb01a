"""Connecting by OAuth: what the state guards, what is stored and how, and how tokens stay fresh."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
from django.conf import settings
from django.db import connections
from organisations import Organisation, make_organisation
from portal import Portal, authorize, come_back

from loanark.connections.credentials import Credentials
from loanark.connections.models import Connection, OAuthState
from loanark.hubspot.errors import ReconnectNeeded
from loanark.tenants.models import Role


def problem(page: str) -> str:
    return parse_qs(urlsplit(page).query).get("problem", [""])[0]


def status(lender: Organisation) -> str:
    return str(lender.get("connection")["status"])


def stored(lender: Organisation) -> Connection:
    with lender.scope():
        return Connection.objects.get()


def change(lender: Organisation, **columns: Any) -> None:
    with lender.scope():
        Connection.objects.update(**columns)


def test_the_whole_way(organisation: Organisation, portal: Portal) -> None:
    page = portal.connect(organisation)
    assert page == f"/{organisation.slug}/connection?connected=1"
    seen = organisation.get("connection")
    assert (seen["status"], seen["auth"], seen["portal_id"]) == ("connected", "oauth", portal.accounts[0])
    assert (seen["missing_scopes"], seen["problem"]) == ([], None)
    assert seen["connected_by"].startswith("admin-")
    mapped = {field["field"] for field in organisation.get("mapping")["fields"]}
    assert {"email", "firstname", "client_type_vip_status"} <= mapped


def test_no_token_is_readable_anywhere_in_the_database_or_the_api(organisation: Organisation, portal: Portal) -> None:
    portal.connect(organisation)
    secrets = [*portal.simulator.authority.tokens, *portal.simulator.authority.installs]
    for table in ("connections", "oauth_states", "field_mappings"):
        [row] = organisation.rows(f"SELECT coalesce(json_agg(t)::text, '') AS text FROM {table} t")
        assert not [secret for secret in secrets if secret in row["text"]], table
    shown = orjson.dumps(organisation.get("connection")).decode()
    assert not [secret for secret in secrets if secret in shown]
    row = stored(organisation)
    assert row.access_token.startswith("v1.")
    assert row.refresh_token.startswith("v1.")


def test_a_state_is_needed(organisation: Organisation, portal: Portal) -> None:
    authorize(organisation)
    for query in ("", "code=x", "code=x&state=", "code=x&state=made-up"):
        assert come_back(organisation.admin, f"/oauth/hubspot/callback?{query}") == "/?problem=authorization-unknown"
    assert status(organisation) == "not_connected"


def test_a_state_is_its_persons_own(organisation: Organisation, portal: Portal) -> None:
    """Else somebody could be made to connect the account of an attacker."""
    back = portal.consent(authorize(organisation))
    for other in (organisation.member(Role.ADMINISTRATOR), make_organisation().admin):
        assert problem(come_back(other, back)) == "authorization-unknown"
    assert status(organisation) == "not_connected"
    assert come_back(organisation.admin, back).endswith("connected=1"), "and it was not used up by them"


def test_a_state_works_once(organisation: Organisation, portal: Portal) -> None:
    back = portal.consent(authorize(organisation))
    assert come_back(organisation.admin, back).endswith("connected=1")
    assert problem(come_back(organisation.admin, back)) == "authorization-unknown"
    assert status(organisation) == "connected"


def test_a_state_expires(organisation: Organisation, portal: Portal) -> None:
    back = portal.consent(authorize(organisation))
    OAuthState.objects.filter(tenant_id=organisation.id).update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert problem(come_back(organisation.admin, back)) == "authorization-expired"
    assert status(organisation) == "not_connected"


def test_a_state_is_kept_as_a_hash(organisation: Organisation, portal: Portal) -> None:
    state = parse_qs(urlsplit(authorize(organisation)).query)["state"][0]
    assert state not in set(OAuthState.objects.values_list("state_hash", flat=True))


def test_who_lost_the_role_meanwhile_does_not_connect(organisation: Organisation, portal: Portal) -> None:
    who = organisation.member(Role.ADMINISTRATOR)
    back = portal.consent(authorize(organisation, who))
    organisation.execute(
        "UPDATE memberships SET role = 'auditor' WHERE user_id = (SELECT max(user_id) FROM memberships)"
    )
    assert problem(come_back(who, back)) == "forbidden"
    assert status(organisation) == "not_connected"


def test_a_refused_consent_is_told(organisation: Organisation, portal: Portal) -> None:
    page = portal.connect(organisation, action="cancel")
    assert urlsplit(page).path == f"/{organisation.slug}/connection"
    assert problem(page) == "authorization-refused"
    assert status(organisation) == "not_connected"


def test_a_code_that_hubspot_does_not_know(organisation: Organisation, portal: Portal) -> None:
    state = parse_qs(urlsplit(authorize(organisation)).query)["state"][0]
    page = come_back(organisation.admin, f"/oauth/hubspot/callback?code=made-up&state={state}")
    assert problem(page) == "refused"
    assert status(organisation) == "not_connected"


def test_missing_scopes_are_named(organisation: Organisation, portal: Portal) -> None:
    back = portal.consent(authorize(organisation))
    for code in portal.simulator.authority.codes.values():
        code.scopes.remove("crm.objects.contacts.write")
    page = come_back(organisation.admin, back)
    assert problem(page) == "missing-scopes"
    assert "crm.objects.contacts.write" in page
    assert status(organisation) == "not_connected"


def test_an_account_belongs_to_one_organisation(organisation: Organisation, portal: Portal) -> None:
    portal.connect(organisation)
    other = make_organisation()
    assert problem(portal.connect(other)) == "account-taken"
    assert status(other) == "not_connected"
    assert portal.connect(other, account=portal.accounts[1]).endswith("connected=1")


def test_a_disconnected_account_is_free_for_another_organisation(organisation: Organisation, portal: Portal) -> None:
    portal.connect(organisation)
    assert organisation.call("DELETE", "connection").status_code == 204
    other = make_organisation()
    assert portal.connect(other).endswith("connected=1")
    assert problem(portal.connect(organisation)) == "account-taken", "and then it is not for the first one"


def test_an_organisation_with_linked_contacts_stays_with_its_account(
    organisation: Organisation, portal: Portal
) -> None:
    portal.connect(organisation)
    contact = organisation.contact(firstname="Ada")
    organisation.insert("contact_links", contact_id=contact, hubspot_id="1", base="{}", remote="{}")
    before = stored(organisation)
    page = portal.connect(organisation, account=portal.accounts[1])
    assert problem(page) == "other-account"
    after = stored(organisation)
    assert (after.portal_id, after.access_token) == (before.portal_id, before.access_token)
    assert portal.connect(organisation).endswith("connected=1"), "the same account may be connected again"


def test_disconnecting_forgets_the_credentials_and_nothing_else(organisation: Organisation, portal: Portal) -> None:
    portal.connect(organisation)
    contact = organisation.contact(firstname="Ada")
    organisation.call("DELETE", "connection")
    row = stored(organisation)
    assert (row.status, row.access_token, row.refresh_token) == ("not_connected", "", "")
    assert organisation.get(f"contacts/{contact}")["name"] == "Ada"
    assert organisation.call("POST", "connection/check").json()["code"] == "not-connected"


def token(lender: Organisation, *, force: bool = False, credentials: Credentials | None = None) -> str:
    return (credentials or Credentials(lender.id)).token(force)


def test_a_token_that_lasts_is_not_refreshed(organisation: Organisation, portal: Portal) -> None:
    portal.connect(organisation)
    requests = sum(portal.simulator.statuses.values())
    assert token(organisation) in portal.simulator.authority.tokens
    assert sum(portal.simulator.statuses.values()) == requests


def test_a_token_is_refreshed_before_it_expires(organisation: Organisation, portal: Portal) -> None:
    portal.connect(organisation)
    first = token(organisation)
    change(organisation, token_expires_at=datetime.now(UTC) + timedelta(seconds=60))
    second = token(organisation)
    assert first != second
    assert stored(organisation).token_expires_at > datetime.now(UTC) + timedelta(minutes=25)
    assert token(organisation) == second


def test_a_token_refused_early_is_refreshed_and_the_call_goes_on(organisation: Organisation, portal: Portal) -> None:
    portal.connect(organisation)
    portal.control("POST", "tokens/expire")
    assert organisation.call("POST", "connection/check").json()["status"] == "connected"


def issued(portal: Portal) -> int:
    return sum(not access.static for access in portal.simulator.authority.tokens.values())


def test_many_threads_make_one_refresh(organisation: Organisation, portal: Portal) -> None:
    portal.connect(organisation)
    change(organisation, token_expires_at=datetime.now(UTC))
    before = issued(portal)
    tokens: list[str] = []
    begin = threading.Barrier(4)

    def ask() -> None:
        begin.wait()
        try:
            tokens.append(token(organisation))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(tokens) == 4
    assert len(set(tokens)) == 1
    assert issued(portal) - before == 1


def test_who_finds_a_token_refused_that_others_replaced_already_takes_theirs(
    organisation: Organisation, portal: Portal
) -> None:
    portal.connect(organisation)
    slow, quick = Credentials(organisation.id), Credentials(organisation.id)
    token(organisation, credentials=slow)
    token(organisation, credentials=quick)
    fresh = token(organisation, credentials=quick, force=True)
    before = issued(portal)
    assert token(organisation, credentials=slow, force=True) == fresh
    assert issued(portal) == before


def test_a_rotated_refresh_token_is_stored(organisation: Organisation, portal: Portal) -> None:
    portal.connect(organisation)
    portal.control("PUT", "settings", rotate_refresh_tokens=True)
    for _ in range(3):
        change(organisation, token_expires_at=datetime.now(UTC))
        assert token(organisation) in portal.simulator.authority.tokens


def test_a_revoked_connection_asks_to_be_connected_again(organisation: Organisation, portal: Portal) -> None:
    portal.connect(organisation)
    portal.control("POST", "installs/revoke")
    portal.control("POST", "tokens/expire")
    change(organisation, token_expires_at=datetime.now(UTC))
    with pytest.raises(ReconnectNeeded):
        token(organisation)
    seen = organisation.call("POST", "connection/check").json()
    assert (seen["status"], seen["problem"]["code"]) == ("reconnect_needed", "revoked")
    assert "Connect again" in seen["problem"]["fix"]
    assert portal.connect(organisation).endswith("connected=1")
    seen = organisation.get("connection")
    assert (seen["status"], seen["problem"]) == ("connected", None)


def test_a_token_sealed_with_a_lost_key_is_a_problem_with_a_remedy(
    organisation: Organisation, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal.connect(organisation)
    with monkeypatch.context() as patch:
        patch.setattr(settings, "CONFIG", replace(settings.CONFIG, encryption_keys=(b"1" * 32,)))
        # What a session holds is sealed by the same keys.
        seen = organisation.member(Role.ADMINISTRATOR).call("POST", organisation.path("connection/check")).json()
    assert (seen["status"], seen["problem"]["code"]) == ("reconnect_needed", "secret-lost")
    assert "LOANARK_ENCRYPTION_KEYS" in seen["problem"]["fix"]
    assert organisation.call("POST", "connection/check").json()["status"] == "connected", "the key is back"


def test_a_token_moved_to_another_organisations_row_does_not_open(organisation: Organisation, portal: Portal) -> None:
    portal.connect(organisation)
    thief = make_organisation()
    portal.connect(thief, account=portal.accounts[1])
    change(thief, access_token=stored(organisation).access_token)
    seen = thief.call("POST", "connection/check").json()
    assert (seen["status"], seen["problem"]["code"]) == ("reconnect_needed", "secret-lost")


def test_without_an_app_only_a_static_token_connects(
    organisation: Organisation, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "CONFIG", replace(settings.CONFIG, hubspot_client_id=""))
    assert organisation.get("connection")["oauth_available"] is False
    answer = organisation.call("POST", "connection/authorize")
    assert (answer.status_code, answer.json()["code"]) == (422, "oauth-not-configured")
