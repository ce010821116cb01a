"""Second factors over the API of browsers: codes, passkeys, recovery codes, and organisations that require one."""

import base64
import hashlib
import hmac
import struct
import time
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import pytest
from django.conf import settings
from django.core.cache import cache
from organisations import PASSWORD, Browser, Organisation, mails_to, make_organisation, signed_in
from passkey import Passkey

from loanark.kit import sql
from loanark.tenants.models import Role, User
from loanark.web import live

AUTH = "/api/auth/browser/v1/auth"
ACCOUNT = "/api/auth/browser/v1/account"
SITE = "https://crm.lender.example"


@pytest.fixture(scope="module")
def lender(database: str) -> Organisation:
    return make_organisation()


def code(secret: str, *, steps: int = 0) -> str:
    """RFC 6238, as an authenticator app computes it."""
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at : at + 4], 'big') & 0x7FFFFFFF) % 10**6:06}"


def confirm(browser: Browser) -> None:
    """Says once more who one is: whatever changes second factors asks for it."""
    assert browser.call("POST", f"{AUTH}/reauthenticate", {"password": PASSWORD}).status_code == 200


def set_up_codes(browser: Browser) -> str:
    """Adds an authenticator app; returns its secret."""
    confirm(browser)
    offered = browser.call("GET", f"{ACCOUNT}/authenticators/totp")
    assert offered.status_code == 404, offered.content
    secret: str = offered.json()["meta"]["secret"]
    done = browser.call("POST", f"{ACCOUNT}/authenticators/totp", {"code": code(secret)})
    assert done.status_code == 200, done.content
    forget_used_codes()
    return secret


def forget_used_codes() -> None:
    """A code works once, and the next one takes half a minute to come: tests do not wait."""
    cache.clear()


def flow(answer: Any) -> str:
    """What the sign-in waits for."""
    pending = [found["id"] for found in answer.json()["data"]["flows"] if found.get("is_pending")]
    return str(pending[0])


def test_a_code_is_asked_for_once_an_app_is_set_up(lender: Organisation) -> None:
    email = lender.person(Role.AUDITOR)
    secret = set_up_codes(signed_in(email))
    assert mails_to(email)[0]["subject"] == "An authenticator app was added"

    browser = Browser()
    answer = browser.sign_in(email)
    assert (answer.status_code, flow(answer)) == (401, "mfa_authenticate")
    assert browser.call("GET", "/api/session").status_code == 401, "half signed in is not signed in"
    wrong = browser.call("POST", f"{AUTH}/2fa/authenticate", {"code": "000000"})
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (400, "incorrect_code")
    assert browser.call("POST", f"{AUTH}/2fa/authenticate", {"code": code(secret)}).status_code == 200
    assert browser.call("GET", "/api/session").status_code == 200


def test_a_code_works_once(lender: Organisation) -> None:
    email = lender.person(Role.AUDITOR)
    secret = set_up_codes(signed_in(email))
    used = code(secret)
    for expected in (200, 400):
        browser = Browser()
        browser.sign_in(email)
        assert browser.call("POST", f"{AUTH}/2fa/authenticate", {"code": used}).status_code == expected


def test_recovery_codes_are_shown_once_and_each_works_once(lender: Organisation) -> None:
    email = lender.person(Role.AUDITOR)
    browser = signed_in(email)
    set_up_codes(browser)
    shown = browser.call("GET", f"{ACCOUNT}/authenticators/recovery-codes").json()["data"]
    assert len(shown["unused_codes"]) == 10
    assert "unused_codes" not in browser.call("GET", f"{ACCOUNT}/authenticators/recovery-codes").json()["data"]
    for expected in (200, 400):
        other = Browser()
        other.sign_in(email)
        tried = other.call("POST", f"{AUTH}/2fa/authenticate", {"code": shown["unused_codes"][3]})
        assert tried.status_code == expected


def test_new_recovery_codes_end_the_old_ones_and_are_told_by_mail(lender: Organisation) -> None:
    email = lender.person(Role.AUDITOR)
    browser = signed_in(email)
    set_up_codes(browser)
    old = browser.call("GET", f"{ACCOUNT}/authenticators/recovery-codes").json()["data"]["unused_codes"]
    new = browser.call("POST", f"{ACCOUNT}/authenticators/recovery-codes", {}).json()["data"]["unused_codes"]
    assert set(old).isdisjoint(new)
    assert mails_to(email)[0]["subject"] == "New recovery codes"


def test_secrets_are_sealed_where_they_are_stored(lender: Organisation) -> None:
    email = lender.person(Role.AUDITOR)
    secret = set_up_codes(signed_in(email))
    stored = sql.rows(
        "SELECT type, data::text FROM mfa_authenticator WHERE user_id = %s", [User.objects.get(email=email).pk]
    )
    assert {row["type"] for row in stored} == {"totp", "recovery_codes"}
    assert all(secret not in row["data"] and '"v1.' in row["data"] for row in stored)


def test_a_lost_key_is_told_as_such_and_not_as_a_wrong_code(
    lender: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = lender.person(Role.AUDITOR)
    secret = set_up_codes(signed_in(email))
    monkeypatch.setattr(settings, "CONFIG", replace(settings.CONFIG, encryption_keys=(b"1" * 32,)))
    browser = Browser()
    browser.sign_in(email)
    answer = browser.call("POST", f"{AUTH}/2fa/authenticate", {"code": code(secret)})
    assert answer.status_code == 400
    assert "LOANARK_ENCRYPTION_KEYS" in answer.json()["errors"][0]["message"]


def test_changing_second_factors_asks_again_who_one_is(lender: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = signed_in(lender.person(Role.AUDITOR))
    set_up_codes(browser)
    monkeypatch.setattr(settings, "ACCOUNT_REAUTHENTICATION_TIMEOUT", 0)
    refused = browser.call("DELETE", f"{ACCOUNT}/authenticators/totp")
    assert refused.status_code == 401
    assert {found["id"] for found in refused.json()["data"]["flows"]} >= {"reauthenticate", "mfa_reauthenticate"}
    monkeypatch.undo()
    confirm(browser)
    assert browser.call("DELETE", f"{ACCOUNT}/authenticators/totp").status_code == 200


# ── Passkeys ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passkeys take a name and https."""
    monkeypatch.setattr(settings, "CONFIG", replace(settings.CONFIG, public_url=SITE))


def add_passkey(browser: Browser, *, origin: str = SITE) -> tuple[Passkey, Any]:
    confirm(browser)
    options = browser.call("GET", f"{ACCOUNT}/authenticators/webauthn?passwordless").json()["data"]["creation_options"]
    passkey = Passkey(origin)
    body = {"name": "Phone", "credential": passkey.make(options)}
    return passkey, browser.call("POST", f"{ACCOUNT}/authenticators/webauthn", body)


def test_a_passkey_is_the_second_step(lender: Organisation, site: None) -> None:
    email = lender.person(Role.AUDITOR)
    passkey, added = add_passkey(signed_in(email))
    assert (added.status_code, added.json()["data"]["name"]) == (200, "Phone")
    assert mails_to(email)[0]["subject"] == "A passkey was added"

    browser = Browser()
    assert flow(browser.sign_in(email)) == "mfa_authenticate"
    options = browser.call("GET", f"{AUTH}/webauthn/authenticate").json()["data"]["request_options"]
    done = browser.call("POST", f"{AUTH}/webauthn/authenticate", {"credential": passkey.use(options)})
    assert done.status_code == 200, done.content
    assert browser.call("GET", "/api/session").json()["user"]["email"] == email


def test_a_passkey_alone_signs_in(lender: Organisation, site: None) -> None:
    email = lender.person(Role.AUDITOR)
    passkey, _ = add_passkey(signed_in(email))
    browser = Browser()
    options = browser.call("GET", f"{AUTH}/webauthn/login").json()["data"]["request_options"]
    assert options["publicKey"]["rpId"] == "crm.lender.example"
    done = browser.call("POST", f"{AUTH}/webauthn/login", {"credential": passkey.use(options)})
    assert done.status_code == 200, done.content
    assert browser.call("GET", "/api/session").json()["user"]["email"] == email


def test_an_answer_made_on_another_site_is_refused(lender: Organisation, site: None) -> None:
    passkey, added = add_passkey(signed_in(lender.person(Role.AUDITOR)), origin="https://evil.example")
    assert added.status_code == 400
    browser = signed_in(lender.person(Role.AUDITOR))
    passkey, added = add_passkey(browser)
    passkey.origin = "https://evil.example"
    other = Browser()
    options = other.call("GET", f"{AUTH}/webauthn/login").json()["data"]["request_options"]
    assert other.call("POST", f"{AUTH}/webauthn/login", {"credential": passkey.use(options)}).status_code == 400


def test_an_answer_to_an_earlier_question_is_refused(lender: Organisation, site: None) -> None:
    passkey, _ = add_passkey(signed_in(lender.person(Role.AUDITOR)))
    browser = Browser()
    options = browser.call("GET", f"{AUTH}/webauthn/login").json()["data"]["request_options"]
    browser.call("GET", f"{AUTH}/webauthn/login")
    assert browser.call("POST", f"{AUTH}/webauthn/login", {"credential": passkey.use(options)}).status_code == 400


def test_a_passkey_is_renamed_and_removed(lender: Organisation, site: None) -> None:
    email = lender.person(Role.AUDITOR)
    browser = signed_in(email)
    _, added = add_passkey(browser)
    number = added.json()["data"]["id"]
    path = f"{ACCOUNT}/authenticators/webauthn"
    assert browser.call("PUT", path, {"id": number, "name": "Old phone"}).json()["data"]["name"] == "Old phone"
    stranger = signed_in(lender.person(Role.AUDITOR))
    assert stranger.call("PUT", path, {"id": number, "name": "Mine"}).status_code == 400
    assert stranger.call("DELETE", path, {"authenticators": [number]}).status_code == 400
    assert browser.call("DELETE", path, {"authenticators": [number]}).status_code == 200
    assert browser.call("GET", f"{ACCOUNT}/authenticators").json()["data"] == []
    assert mails_to(email)[0]["subject"] == "A passkey was removed"


# ── Required by the organisation ────────────────────────────────────────────────────────────────────────────────────


def test_who_lacks_a_required_second_factor_can_set_one_up_and_nothing_else(database: str) -> None:
    lender = make_organisation()
    member = lender.member(Role.LOAN_OFFICER)
    set_up_codes(lender.admin)
    changed = lender.call("PATCH", "sign-in-rules", {"second_factor_required": True})
    assert changed.json() == {"second_factor_required": True, "members_without_second_factor": 1}

    for method, path in [("GET", "contacts"), ("POST", "contacts"), ("GET", "overview"), ("GET", "sign-in-rules")]:
        answer = member.call(method, lender.path(path), {"values": {"firstname": "A"}} if method == "POST" else None)
        assert (answer.status_code, answer.json()["code"]) == (403, "second-factor-needed"), path
    cookie = f"sessionid={member.client.cookies['sessionid'].value}".encode()
    with pytest.raises(live._Refused) as refused:
        live._tenant_of({"method": "GET", "headers": [(b"cookie", cookie)]}, lender.slug)
    assert refused.value.status == 403, "the live stream is a door as well"
    assert member.call("GET", "/api/session").status_code == 200
    set_up_codes(member)
    assert live._tenant_of({"method": "GET", "headers": [(b"cookie", cookie)]}, lender.slug) == str(lender.id)
    assert member.call("GET", lender.path("contacts")).status_code == 200


def test_a_requirement_of_one_organisation_is_none_of_another(database: str) -> None:
    strict, easy = make_organisation(), make_organisation()
    set_up_codes(strict.admin)
    strict.call("PATCH", "sign-in-rules", {"second_factor_required": True})
    email = strict.person(Role.AUDITOR)
    easy.execute(
        "INSERT INTO memberships (user_id, role, created_at) VALUES (%s, 'auditor', now())",
        User.objects.get(email=email).pk,
    )
    browser = signed_in(email)
    assert browser.call("GET", strict.path("contacts")).status_code == 403
    assert browser.call("GET", easy.path("contacts")).status_code == 200


def test_an_administrator_without_a_second_factor_does_not_lock_everybody_out(database: str) -> None:
    lender = make_organisation()
    answer = lender.call("PATCH", "sign-in-rules", {"second_factor_required": True})
    assert (answer.status_code, answer.json()["code"]) == (403, "second-factor-needed")
    assert lender.get("sign-in-rules")["second_factor_required"] is False


def test_recovery_codes_alone_are_no_second_factor(database: str, site: None) -> None:
    lender = make_organisation()
    _, added = add_passkey(lender.admin)
    lender.call("PATCH", "sign-in-rules", {"second_factor_required": True})
    assert lender.call("GET", "contacts").status_code == 200
    path = f"{ACCOUNT}/authenticators/webauthn"
    lender.admin.call("DELETE", path, {"authenticators": [added.json()["data"]["id"]]})
    assert lender.call("GET", "contacts").json()["code"] == "second-factor-needed"


def test_the_key_of_an_app_is_drawn_and_nothing_else_is(lender: Organisation) -> None:
    address = "otpauth://totp/a%40lender.example?secret=JBSWY3DPEHPK3PXP&issuer=LoanArk"
    drawn = lender.admin.call("POST", "/api/account/qr", {"address": address})
    assert drawn.json()["svg"].startswith("<svg")
    assert lender.admin.call("POST", "/api/account/qr", {"address": "https://evil.example"}).status_code == 422


# ── Sessions and notices ────────────────────────────────────────────────────────────────────────────────────────────


def test_sessions_are_listed_and_ended_one_by_one(lender: Organisation) -> None:
    email = lender.person(Role.AUDITOR)
    here, there = signed_in(email), signed_in(email)
    listed = here.call("GET", "/api/auth/browser/v1/auth/sessions").json()["data"]
    assert sorted(row["is_current"] for row in listed) == [False, True]
    assert all(row["ip"] and row["last_seen_at"] for row in listed)
    others = [row["id"] for row in listed if not row["is_current"]]
    assert here.call("DELETE", "/api/auth/browser/v1/auth/sessions", {"sessions": others}).status_code == 200
    assert there.call("GET", "/api/session").status_code == 401
    assert here.call("GET", "/api/session").status_code == 200


def test_nobody_ends_the_sessions_of_others(lender: Organisation) -> None:
    victim = signed_in(lender.person(Role.AUDITOR))
    number = victim.call("GET", "/api/auth/browser/v1/auth/sessions").json()["data"][0]["id"]
    stranger = signed_in(lender.person(Role.AUDITOR))
    answer = stranger.call("DELETE", "/api/auth/browser/v1/auth/sessions", {"sessions": [number]})
    assert answer.status_code == 400
    assert victim.call("GET", "/api/session").status_code == 200


def test_a_changed_password_is_told_and_ends_every_other_session(lender: Organisation) -> None:
    email = lender.person(Role.AUDITOR)
    here, there = signed_in(email), signed_in(email)
    body = {"current_password": PASSWORD, "new_password": "violet harbour lantern"}
    assert here.call("POST", f"{ACCOUNT}/password/change", body).status_code == 200
    assert mails_to(email)[0]["subject"] == "Your password was changed"
    assert here.call("GET", "/api/session").status_code == 200
    assert there.call("GET", "/api/session").status_code == 401


@pytest.mark.parametrize("password", ["short", "password1234", "x1 " * 60, "loanark-crm-sync", "HubSpot2026!!"])
def test_a_bad_new_password_is_refused(lender: Organisation, password: str) -> None:
    body = {"current_password": PASSWORD, "new_password": password}
    answer = signed_in(lender.person(Role.AUDITOR)).call("POST", f"{ACCOUNT}/password/change", body)
    assert (answer.status_code, answer.json()["errors"][0]["param"]) == (400, "new_password")


def test_a_sign_in_from_a_new_place_is_told_and_a_familiar_one_is_not(lender: Organisation) -> None:
    email = lender.person(Role.AUDITOR)

    def sign_in(address: str, device: str) -> None:
        browser = Browser()
        browser.client.defaults |= {"REMOTE_ADDR": address, "HTTP_USER_AGENT": device}
        assert browser.sign_in(email).status_code == 200

    def told() -> int:
        return len(mails_to(email))

    sign_in("203.0.113.7", "Firefox/151.0 (Linux)")
    assert told() == 0, "the first one ever"
    sign_in("203.0.113.99", "Firefox/152.1 (Linux)")
    assert told() == 0, "the same network, the same device with an update"
    sign_in("198.51.100.4", "Firefox/152.1 (Linux)")
    assert told() == 1
    sign_in("198.51.100.4", "Safari/20 (iPhone)")
    assert told() == 2
    assert mails_to(email)[0]["subject"] == "A sign-in from a new place"
    assert "198.51.100.4" in mails_to(email)[0]["body"]
    assert "Safari/20 (iPhone)" in mails_to(email)[0]["body"]
    sql.execute(
        """UPDATE sign_in_places SET seen_at = now() - interval '367 days'
           WHERE name = 'Safari/ (iPhone)' AND user_id = (SELECT id FROM users WHERE email = %s)""",
        [email],
    )
    sign_in("198.51.100.4", "Firefox/152.1 (Linux)")
    assert told() == 2
    sign_in("198.51.100.4", "Safari/20 (iPhone)")
    assert told() == 3, "a place is forgotten after a year without a sign-in there"


def test_guessing_is_told_to_the_owner_once(lender: Organisation) -> None:
    email = lender.person(Role.AUDITOR)
    for number in range(9):
        Browser().sign_in(email, f"guess {number}")
    assert [mail["subject"] for mail in mails_to(email)] == ["Many failed sign-ins to your account"]


def test_asking_for_a_new_password_looks_the_same_whoever_asks(lender: Organisation) -> None:
    known, unknown = lender.person(Role.AUDITOR), "nobody-at-all@lender.example"
    answers = [Browser().call("POST", f"{AUTH}/password/request", {"email": email}) for email in (known, unknown)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert mails_to(known)[0]["subject"] == "Set a new password"
    assert mails_to(unknown)[0]["subject"] == "No account with this address"


def test_a_new_password_is_set_by_the_link_and_told(lender: Organisation) -> None:
    email = lender.person(Role.AUDITOR)
    Browser().call("POST", f"{AUTH}/password/request", {"email": email})
    key = mails_to(email)[0]["body"].split("/password/reset/")[1].split()[0]
    body = {"key": key, "password": "violet harbour lantern"}
    assert Browser().call("POST", f"{AUTH}/password/reset", body).status_code in (200, 401)
    assert Browser().sign_in(email, "violet harbour lantern").status_code == 200
    assert "Your password was changed" in {mail["subject"] for mail in mails_to(email)}
    assert Browser().call("POST", f"{AUTH}/password/reset", body).status_code == 400, "the link works once"


def test_nobody_changes_their_own_address(lender: Organisation) -> None:
    browser = signed_in(lender.person(Role.AUDITOR))
    for method in ("GET", "POST", "PATCH"):
        assert browser.call(method, f"{ACCOUNT}/email", {"email": "else@lender.example"}).status_code == 404


def test_signing_up_can_be_switched_on_and_takes_a_confirmed_address(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "CONFIG", replace(settings.CONFIG, open_signup=True))
    cache.clear()
    email = "walk-in@stranger.example"
    browser = Browser()
    answer = browser.call("POST", f"{AUTH}/signup", {"email": email, "password": "violet harbour lantern"})
    assert (answer.status_code, flow(answer)) == (401, "verify_email")
    key = unquote(mails_to(email)[0]["body"].split("/verify-email/")[1].split()[0])
    browser.call("POST", f"{AUTH}/email/verify", {"key": key})
    other = Browser()
    assert other.sign_in(email, "violet harbour lantern").status_code == 200
    assert other.call("GET", "/api/session").json()["organisations"] == []


def test_signing_up_with_an_address_that_has_an_account_looks_the_same(
    lender: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "CONFIG", replace(settings.CONFIG, open_signup=True))
    known, password = lender.person(Role.AUDITOR), "violet harbour lantern"
    taken, free = (
        Browser().call("POST", f"{AUTH}/signup", {"email": email, "password": password})
        for email in (known, "free@stranger.example")
    )
    assert (taken.status_code, flow(taken)) == (free.status_code, flow(free))
    assert mails_to(known)[0]["subject"] == "You have an account already"
    assert Browser().sign_in(known).status_code == 200, "with the password it had"
