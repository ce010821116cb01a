"""Signing in, staying in, and what a browser must show to change anything."""

import orjson
import pytest
from django.test import Client
from organisations import PASSWORD, Browser, Organisation, make_organisation, signed_in

from loanark.tenants.actions import create_tenant
from loanark.tenants.models import Role, User

LOGIN = "/api/auth/browser/v1/auth/login"


@pytest.fixture(scope="module")
def lender(database: str) -> Organisation:
    return make_organisation()


def test_a_member_signs_in_and_is_told_where_they_belong(lender: Organisation) -> None:
    email = lender.person(Role.SALES_MANAGER)
    browser = Browser()
    assert browser.call("GET", "/api/session").status_code == 401
    assert browser.sign_in(email).status_code == 200
    session = browser.call("GET", "/api/session").json()
    assert session["user"]["email"] == email
    assert [(row["slug"], row["role"]) for row in session["organisations"]] == [(lender.slug, "sales_manager")]


def test_signing_out_ends_the_session(lender: Organisation) -> None:
    browser = signed_in(lender.person(Role.AUDITOR))
    browser.call("DELETE", "/api/auth/browser/v1/auth/session")
    assert browser.call("GET", "/api/session").status_code == 401


def test_email_addresses_are_taken_in_any_case(lender: Organisation) -> None:
    assert Browser().sign_in(lender.person(Role.AUDITOR).upper()).status_code == 200


@pytest.mark.parametrize(("email", "password"), [(None, "wrong"), ("nobody@lender.example", PASSWORD)])
def test_a_wrong_password_and_an_unknown_person_look_alike(
    lender: Organisation, email: str | None, password: str
) -> None:
    browser = Browser()
    answer = browser.sign_in(email or lender.person(Role.AUDITOR), password)
    assert answer.status_code == 400
    assert [error["code"] for error in answer.json()["errors"]] == ["email_password_mismatch"]
    assert browser.call("GET", "/api/session").status_code == 401


def test_guessing_is_slowed_down_wherever_it_comes_from(lender: Organisation) -> None:
    email = lender.person(Role.AUDITOR)
    answers = [Browser().sign_in(email, f"guess {number}") for number in range(12)]
    told = [error["code"] for answer in answers if answer.status_code == 400 for error in answer.json()["errors"]]
    assert "too_many_login_attempts" in told or 429 in [answer.status_code for answer in answers]
    assert Browser().sign_in(email).status_code != 200, "not even with the right one, for a while"


def test_nobody_signs_up_by_themselves(database: str) -> None:
    body = {"email": "new@stranger.example", "password": "a long enough one"}
    assert Browser().call("POST", "/api/auth/browser/v1/auth/signup", body).status_code in (403, 409)
    assert not User.objects.filter(email="new@stranger.example").exists()


def test_the_session_cookie_is_out_of_reach_of_scripts(lender: Organisation) -> None:
    cookie = signed_in(lender.person(Role.AUDITOR)).client.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_signing_in_without_a_csrf_token_is_refused(lender: Organisation) -> None:
    browser = Browser()
    del browser.client.cookies["csrftoken"]
    answer = browser.sign_in(lender.person(Role.AUDITOR))
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf")


@pytest.mark.parametrize("token", ["", "made-up", "x" * 64])
def test_a_change_without_the_csrf_token_is_refused_and_changes_nothing(lender: Organisation, token: str) -> None:
    contact = lender.contact(firstname="Before")
    path = lender.path(f"contacts/{contact}")
    answer = lender.admin.client.patch(
        path, {"values": {"firstname": "After"}}, content_type="application/json", headers={"X-CSRFToken": token}
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf")
    assert lender.scalar("SELECT firstname FROM contacts WHERE id = %s", contact) == "Before"


def test_a_change_from_another_site_is_refused(lender: Organisation) -> None:
    answer = lender.admin.call("POST", lender.path("runs"), {"kind": "preview"})
    assert answer.json()["code"] == "not-connected"
    body = {"kind": "preview"}
    crossed = lender.admin.client.post(
        lender.path("runs"),
        orjson.dumps(body),
        content_type="application/json",
        headers={"X-CSRFToken": lender.admin.client.cookies["csrftoken"].value, "Origin": "https://evil.example"},
    )
    assert (crossed.status_code, crossed.json()["code"]) == (403, "csrf")


def test_programs_sign_in_with_a_session_token_instead_of_cookies(lender: Organisation) -> None:
    client = Client(enforce_csrf_checks=True, REMOTE_ADDR="10.9.8.7")
    body = {"email": lender.person(Role.LOAN_OFFICER), "password": PASSWORD}
    answer = client.post("/api/auth/app/v1/auth/login", body, content_type="application/json")
    token = {"X-Session-Token": answer.json()["meta"]["session_token"]}
    plain = Client(enforce_csrf_checks=True)
    made = plain.post(
        lender.path("contacts"), {"values": {"firstname": "P"}}, content_type="application/json", headers=token
    )
    assert made.status_code == 201, made.content


def test_an_existing_person_keeps_their_password_in_a_second_organisation(lender: Organisation) -> None:
    email = lender.person(Role.AUDITOR)
    made = create_tenant(f"Second {email}", admin_email=email.upper(), password="something else entirely")
    assert made.password is None
    assert Browser().sign_in(email).status_code == 200


def test_the_page_is_never_framed_and_runs_only_our_scripts(database: str) -> None:
    headers = Client().get("/").headers
    assert headers["X-Frame-Options"] == "DENY"
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
