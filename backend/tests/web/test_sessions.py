"""What is stored of a session opens nothing: a dump of the database signs nobody in, and tells nothing of a sign-in."""

import re
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from organisations import PASSWORD, Browser, Organisation, make_organisation, signed_in

from loanark.kit import sql
from loanark.tenants.models import Role, User
from loanark.web import live, sessions

ACCOUNT = "/api/auth/browser/v1/account"
APP = "/api/auth/app/v1"


@pytest.fixture(scope="module")
def lender(database: str) -> Organisation:
    return make_organisation()


def stored_keys(email: str) -> list[str]:
    person = User.objects.get(email=email).pk
    found = sql.rows("SELECT session_key FROM usersessions_usersession WHERE user_id = %s ORDER BY id", [person])
    return [row["session_key"] for row in found]


def shown(browser: Browser) -> str:
    return str(browser.client.cookies[settings.SESSION_COOKIE_NAME].value)


def everything_stored() -> str:
    tables = ("django_session", "usersessions_usersession", "cache")
    return "\n".join(str(row) for table in tables for row in sql.rows(f"SELECT t::text AS row FROM {table} t"))


def test_a_dump_of_the_database_signs_nobody_in(lender: Organisation) -> None:
    email = lender.person(Role.AUDITOR)
    browser = signed_in(email)
    token, (key,) = shown(browser), stored_keys(email)
    assert sql.scalar("SELECT count(*) FROM django_session WHERE session_key = %s", [key]) == 1
    assert token not in everything_stored()

    for tried, status in ((token, 200), (key, 401)):
        stranger = Client()
        stranger.cookies[settings.SESSION_COOKIE_NAME] = tried
        assert stranger.get("/api/session").status_code == status
        assert Client().get("/api/session", headers={"X-Session-Token": tried}).status_code == status


def test_the_live_stream_takes_the_token_and_not_what_is_stored(lender: Organisation) -> None:
    email = lender.person(Role.AUDITOR)
    browser = signed_in(email)

    def opened(tried: str) -> str:
        cookie = f"{settings.SESSION_COOKIE_NAME}={tried}".encode()
        return live._tenant_of({"method": "GET", "headers": [(b"cookie", cookie)]}, lender.slug)

    assert opened(shown(browser)) == str(lender.id)
    (key,) = stored_keys(email)
    with pytest.raises(live._Refused):
        opened(key)


def test_a_sign_in_under_way_is_sealed(lender: Organisation) -> None:
    """Until it is confirmed, the key of an authenticator app is in the session."""
    browser = signed_in(lender.person(Role.AUDITOR))
    assert browser.call("POST", "/api/auth/browser/v1/auth/reauthenticate", {"password": PASSWORD}).status_code == 200
    assert browser.call("GET", f"{ACCOUNT}/authenticators/totp").json()["meta"]["secret"]
    stored = sql.rows("SELECT session_data FROM django_session")
    assert all(re.fullmatch(r"v1\.[0-9a-f]{8}\.[\w=-]+", row["session_data"]) for row in stored)


def test_contents_copied_to_another_session_open_nothing(lender: Organisation) -> None:
    rich, poor = lender.person(Role.ADMINISTRATOR), lender.person(Role.AUDITOR)
    signed_in(rich)
    thief = signed_in(poor)
    (source,), (target,) = stored_keys(rich), stored_keys(poor)
    sql.execute(
        """UPDATE django_session SET session_data = (SELECT session_data FROM django_session WHERE session_key = %s)
           WHERE session_key = %s""",
        [source, target],
    )
    assert thief.call("GET", "/api/session").status_code == 401


def test_the_list_of_sessions_ends_one_and_signing_out_ends_ones_own(lender: Organisation) -> None:
    email = lender.person(Role.AUDITOR)
    here, there = signed_in(email), signed_in(email)
    listed: list[dict[str, Any]] = here.call("GET", "/api/auth/browser/v1/auth/sessions").json()["data"]
    assert [one["is_current"] for one in listed].count(True) == 1
    (other,) = [one["id"] for one in listed if not one["is_current"]]
    assert here.call("DELETE", "/api/auth/browser/v1/auth/sessions", {"sessions": [other]}).status_code == 200
    assert there.call("GET", "/api/session").status_code == 401
    assert here.call("GET", "/api/session").status_code == 200
    token = shown(here)
    here.call("DELETE", "/api/auth/browser/v1/auth/session")
    after = Client()
    after.cookies[settings.SESSION_COOKIE_NAME] = token
    assert after.get("/api/session").status_code == 401


def test_a_session_changes_its_token_when_somebody_signs_in(lender: Organisation) -> None:
    """A token planted before signing in is worth nothing afterwards."""
    email = lender.person(Role.AUDITOR)
    browser = Browser()
    browser.client.cookies[settings.SESSION_COOKIE_NAME] = "planted-by-somebody-else-0123456789"
    assert browser.sign_in(email).status_code == 200
    assert shown(browser) != "planted-by-somebody-else-0123456789"
    assert len(shown(browser)) == 43


def test_a_program_signs_in_and_out_with_its_token(lender: Organisation) -> None:
    email = lender.person(Role.AUDITOR)
    program = Client(REMOTE_ADDR="203.0.113.77")
    body = {"email": email, "password": PASSWORD}
    answer = program.post(f"{APP}/auth/login", body, content_type="application/json")
    assert answer.status_code == 200, answer.content
    token = answer.json()["meta"]["session_token"]
    assert not answer.cookies, "a program keeps no cookies"
    headers = {"X-Session-Token": token}
    assert program.get("/api/session", headers=headers).status_code == 200
    assert token not in everything_stored()
    program.delete(f"{APP}/auth/session", headers=headers)
    assert program.get("/api/session", headers=headers).status_code == 401


def test_sessions_outlive_a_change_of_keys_that_seals_them_anew(
    lender: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = lender.person(Role.AUDITOR)
    browser, new = signed_in(email), b"2" * 32
    monkeypatch.setattr(settings, "CONFIG", replace(settings.CONFIG, encryption_keys=(new, *_keys())))
    assert sessions.reseal() >= 1
    monkeypatch.setattr(settings, "CONFIG", replace(settings.CONFIG, encryption_keys=(new,)))
    assert browser.call("GET", "/api/session").status_code == 200
    monkeypatch.undo()
    assert browser.call("GET", "/api/session").status_code == 401, "without its key it is nobody's"


def _keys() -> tuple[bytes, ...]:
    found: tuple[bytes, ...] = settings.CONFIG.encryption_keys
    return found


def test_the_cache_keeps_neither_addresses_nor_codes_in_its_names(lender: Organisation) -> None:
    cache.set("told of somebody@lender.example", True, 60)
    assert cache.get("told of somebody@lender.example") is True
    names = [row["cache_key"] for row in sql.rows("SELECT cache_key FROM cache")]
    assert names
    assert all(re.fullmatch(r"\d+:[0-9a-f]{64}", name) for name in names)


# ── How long they last ──────────────────────────────────────────────────────────────────────────────────────────────


def hours_left(email: str) -> float:
    (key,) = stored_keys(email)
    seconds = sql.scalar(
        "SELECT extract(epoch FROM expire_date - now()) FROM django_session WHERE session_key = %s", [key]
    )
    return float(seconds) / 3600


def begun(email: str, hours_ago: float) -> None:
    """As if the person had signed in then, and was here since."""
    (key,) = stored_keys(email)
    session = sessions.SessionStore(key)
    proofs = session["account_authentication_methods"]
    proofs[0]["at"] -= hours_ago * 3600
    session["account_authentication_methods"] = proofs
    session.save()
    sessions._written.clear()


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each request is the first in a minute."""
    monkeypatch.setattr(sessions, "EVERY_SECONDS", 0.0)


def test_a_session_that_is_used_goes_on_for_half_a_day(lender: Organisation, forgetful: None) -> None:
    email = lender.person(Role.AUDITOR)
    browser = signed_in(email)
    sql.execute(
        "UPDATE django_session SET expire_date = now() + interval '1 hour' WHERE session_key = %s", stored_keys(email)
    )
    assert browser.call("GET", "/api/session").status_code == 200
    assert 11.9 < hours_left(email) <= 12


def test_a_session_that_is_not_used_ends(lender: Organisation) -> None:
    email = lender.person(Role.AUDITOR)
    browser = signed_in(email)
    sql.execute("UPDATE django_session SET expire_date = now() WHERE session_key = %s", stored_keys(email))
    assert browser.call("GET", "/api/session").status_code == 401


def test_a_week_after_signing_in_a_session_ends_though_it_is_used(lender: Organisation, forgetful: None) -> None:
    email = lender.person(Role.AUDITOR)
    browser = signed_in(email)
    begun(email, hours_ago=7 * 24 - 1)
    assert browser.call("GET", "/api/session").status_code == 200
    assert hours_left(email) <= 1
    begun(email, hours_ago=2)
    assert browser.call("GET", "/api/session").status_code == 401


def test_confirming_who_one_is_makes_no_session_last_longer(lender: Organisation, forgetful: None) -> None:
    email = lender.person(Role.AUDITOR)
    browser = signed_in(email)
    begun(email, hours_ago=7 * 24 - 1)
    again = browser.call("POST", "/api/auth/browser/v1/auth/reauthenticate", {"password": PASSWORD})
    assert again.status_code == 200
    assert hours_left(email) <= 1


def test_a_programs_session_goes_on_like_a_browsers(lender: Organisation, forgetful: None) -> None:
    email = lender.person(Role.AUDITOR)
    answer = (
        Client()
        .post(f"{APP}/auth/login", {"email": email, "password": PASSWORD}, content_type="application/json")
        .json()
    )
    sql.execute(
        "UPDATE django_session SET expire_date = now() + interval '1 hour' WHERE session_key = %s", stored_keys(email)
    )
    token = {"X-Session-Token": answer["meta"]["session_token"]}
    assert Client().get("/api/session", headers=token).status_code == 200
    assert 11.9 < hours_left(email) <= 12


def test_sessions_that_ended_go_when_somebody_signs_in(lender: Organisation) -> None:
    left, came = lender.person(Role.AUDITOR), lender.person(Role.AUDITOR)
    signed_in(left)
    sql.execute("UPDATE django_session SET expire_date = now() WHERE session_key = %s", stored_keys(left))
    signed_in(came)
    assert sql.scalar("SELECT count(*) FROM django_session WHERE expire_date < now()") == 0
