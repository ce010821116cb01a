"""How people come in: invited by an administrator, by a link that works once."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.db import connections
from organisations import PASSWORD, Browser, Organisation, mails_to, make_organisation, signed_in

from loanark.kit import sql
from loanark.tenants.models import Role, User

GOOD = "violet harbour lantern"


@pytest.fixture(scope="module")
def lender(database: str) -> Organisation:
    return make_organisation("Harbour Lending")


_number = iter(range(1000, 9999))


def new_address() -> str:
    return f"guest{next(_number)}@invited.example"


def invite(lender: Organisation, email: str, role: str = "sales_manager") -> Any:
    answer = lender.call("POST", "invitations", {"email": email, "role": role})
    assert answer.status_code == 201, answer.content
    return answer.json()


def token_for(email: str) -> str:
    """As the invited person finds it in the mail."""
    found = re.search(r"/join/([\w-]+)", mails_to(email)[0]["body"])
    assert found
    return found[1]


def join(browser: Browser, token: str, **body: str) -> Any:
    return browser.call("POST", f"/api/invitations/{token}", body)


def members(lender: Organisation) -> set[str]:
    return {row["email"] for row in lender.rows("SELECT u.email FROM memberships m JOIN users u ON u.id = m.user_id")}


def test_a_new_person_joins_by_the_link_in_the_mail_and_is_signed_in(lender: Organisation) -> None:
    email = new_address()
    made = invite(lender, email.upper())
    assert (made["email"], made["role"], made["is_expired"]) == (email, "sales_manager", False)
    written = mails_to(email)[0]
    assert written["subject"].endswith("invites you to Harbour Lending")
    token = token_for(email)
    assert token not in written["subject"]

    browser = Browser()
    seen = browser.call("GET", f"/api/invitations/{token}").json()
    assert (seen["organisation"], seen["email"], seen["role"], seen["has_account"]) == (
        "Harbour Lending", email, "sales_manager", False,
    )  # fmt: skip
    joined = join(browser, token, name="Gwen Guest", password=GOOD)
    assert (joined.status_code, joined.json()) == (200, {"organisation_slug": lender.slug})
    session = browser.call("GET", "/api/session").json()
    assert session["user"]["name"] == "Gwen Guest"
    assert [(row["slug"], row["role"]) for row in session["organisations"]] == [(lender.slug, "sales_manager")]
    assert Browser().sign_in(email, GOOD).status_code == 200, "and the password is theirs from now on"


def test_somebody_with_an_account_signs_in_first_and_then_accepts(lender: Organisation) -> None:
    other = make_organisation()
    email = other.person(Role.AUDITOR)
    invite(lender, email, "loan_officer")
    token = token_for(email)
    assert Browser().call("GET", f"/api/invitations/{token}").json()["has_account"] is True

    refused = join(Browser(), token, name="Mallory", password=GOOD)
    assert (refused.status_code, refused.json()["code"]) == (403, "other-person")
    assert Browser().sign_in(email, PASSWORD).status_code == 200, "their password is what it was"

    elsewhere, browser = signed_in(email), signed_in(email)
    assert join(browser, token).status_code == 200
    assert elsewhere.call("GET", "/api/session").status_code == 401, "what it reaches grew: it signs in anew"
    organisations = browser.call("GET", "/api/session").json()["organisations"]
    assert {row["slug"]: row["role"] for row in organisations} == {other.slug: "auditor", lender.slug: "loan_officer"}


def test_nobody_accepts_what_is_addressed_to_somebody_else(lender: Organisation) -> None:
    email = new_address()
    invite(lender, email)
    answer = join(make_organisation().admin, token_for(email), name="Eve", password=GOOD)
    assert (answer.status_code, answer.json()["code"]) == (403, "other-person")
    assert email not in members(lender)
    assert not User.objects.filter(email=email).exists()
    assert join(Browser(), token_for(email), name="Gwen", password=GOOD).status_code == 200, "the link still works"


@pytest.mark.parametrize(
    ("name", "password", "field"),
    [
        ("", GOOD, "name"),
        ("N" * 201, GOOD, "name"),
        ("Nora Newcomer", "short", "password"),
        ("Nora Newcomer", "password1234", "password"),
        ("Nora Newcomer", "passwordpassword", "password"),
        ("Nora Newcomer", "aaaaaaaaaaaaaaaa", "password"),
        ("Nora Newcomer", "nora newcomer", "password"),
        ("Nora Newcomer", "x1 " * 60, "password"),
    ],
)
def test_a_new_person_needs_a_name_and_a_good_password(
    lender: Organisation, name: str, password: str, field: str
) -> None:
    email = new_address()
    invite(lender, email)
    answer = join(Browser(), token_for(email), name=name, password=password)
    assert (answer.status_code, set(answer.json()["errors"])) == (422, {field})
    assert not User.objects.filter(email=email).exists()


@pytest.mark.parametrize("password", [f" {GOOD}", f"{GOOD} ", f"\t{GOOD}\u00a0"])
def test_a_password_is_what_was_typed_white_space_included(lender: Organisation, password: str) -> None:
    email = new_address()
    invite(lender, email)
    assert join(Browser(), token_for(email), name="Gwen", password=password).status_code == 200
    assert Browser().sign_in(email, password).status_code == 200
    assert Browser().sign_in(email, GOOD).status_code == 400


def _unknown(lender: Organisation) -> str:
    return "A" * 54


def _of_an_organisation_that_is_gone(lender: Organisation) -> str:
    return "AAAA" + token_for(_invited(lender))[4:]


def _used(lender: Organisation) -> str:
    token = token_for(_invited(lender))
    assert join(Browser(), token, name="U", password=GOOD).status_code == 200
    return token


def _expired(lender: Organisation) -> str:
    email = _invited(lender)
    lender.execute("UPDATE invitations SET expires_at = now() WHERE email = %s", email)
    return token_for(email)


def _revoked(lender: Organisation) -> str:
    email = new_address()
    made = invite(lender, email)
    assert lender.call("DELETE", f"invitations/{made['id']}").status_code == 204
    return token_for(email)


def _replaced(lender: Organisation) -> str:
    email = new_address()
    made = invite(lender, email)
    earlier = token_for(email)
    assert lender.call("POST", f"invitations/{made['id']}/resend").status_code == 200
    assert token_for(email) != earlier
    return earlier


def _malformed(lender: Organisation) -> str:
    return "x"


def _invited(lender: Organisation) -> str:
    email = new_address()
    invite(lender, email)
    return email


@pytest.mark.parametrize(
    "make", [_unknown, _of_an_organisation_that_is_gone, _used, _expired, _revoked, _replaced, _malformed]
)
def test_links_that_do_not_work_look_the_same(lender: Organisation, make: Any) -> None:
    token = make(lender)
    browser = Browser()
    seen = browser.call("GET", f"/api/invitations/{token}")
    tried = join(browser, token, name="N", password=GOOD)
    unknown = Browser().call("GET", f"/api/invitations/{'B' * 54}")
    assert seen.status_code == tried.status_code == 404
    assert seen.json() == tried.json() == unknown.json()


def test_of_two_who_use_a_link_at_once_one_joins(lender: Organisation) -> None:
    email = _invited(lender)
    token = token_for(email)

    def try_(name: str) -> int:
        try:
            return int(join(Browser(), token, name=name, password=GOOD).status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as two:
        assert sorted(two.map(try_, ["One", "Two"])) == [200, 404]
    assert User.objects.filter(email=email).count() == 1


def test_an_address_has_one_open_invitation(lender: Organisation) -> None:
    email = _invited(lender)
    again = lender.call("POST", "invitations", {"email": email, "role": "auditor"})
    assert (again.status_code, again.json()["errors"]) == (422, {"email": "is invited already"})
    assert len(mails_to(email)) == 1
    other = make_organisation()
    assert other.call("POST", "invitations", {"email": email, "role": "auditor"}).status_code == 201, "by others too"


def test_an_invitation_that_ran_out_is_replaced_by_a_new_one(lender: Organisation) -> None:
    email = _invited(lender)
    lender.execute("UPDATE invitations SET expires_at = now() WHERE email = %s", email)
    [listed] = [row for row in lender.get("invitations") if row["email"] == email]
    assert listed["is_expired"]
    invite(lender, email)
    assert [row["is_expired"] for row in lender.get("invitations") if row["email"] == email] == [False]


def test_a_member_is_not_invited_again(lender: Organisation) -> None:
    answer = lender.call("POST", "invitations", {"email": lender.person(Role.AUDITOR), "role": "administrator"})
    assert (answer.status_code, answer.json()["errors"]) == (422, {"email": "is a member already"})


@pytest.mark.parametrize("email", ["", "nobody", "a@b", "a@b.example\nBcc: c@d.example", "x" * 250 + "@lender.example"])
def test_what_is_no_address_is_refused(lender: Organisation, email: str) -> None:
    answer = lender.call("POST", "invitations", {"email": email, "role": "auditor"})
    assert (answer.status_code, set(answer.json()["errors"])) == (422, {"email"})


def test_an_invitation_is_listed_until_it_is_answered_and_gone_once_it_is_revoked(lender: Organisation) -> None:
    made = invite(lender, new_address())
    assert made["id"] in {row["id"] for row in lender.get("invitations")}
    assert lender.call("DELETE", f"invitations/{made['id']}").status_code == 204
    assert made["id"] not in {row["id"] for row in lender.get("invitations")}
    assert lender.call("DELETE", f"invitations/{made['id']}").status_code == 404
    assert lender.call("POST", f"invitations/{made['id']}/resend").status_code == 404


def test_the_database_holds_no_link(lender: Organisation) -> None:
    email = _invited(lender)
    row = lender.rows("SELECT to_jsonb(i)::text AS everything FROM invitations i WHERE email = %s", email)[0]
    assert token_for(email) not in row["everything"]


def test_joining_takes_the_pages_csrf_token(lender: Organisation) -> None:
    email = _invited(lender)
    browser = Browser()
    del browser.client.cookies["csrftoken"]
    answer = join(browser, token_for(email), name="N", password=GOOD)
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf")
    assert not User.objects.filter(email=email).exists()


def test_guessing_links_is_slowed_down(lender: Organisation) -> None:
    browser = Browser()
    answers = [browser.call("GET", f"/api/invitations/guess{number}") for number in range(31)]
    assert {answer.status_code for answer in answers[:30]} == {404}
    assert (answers[30].status_code, answers[30].json()["code"]) == (429, "too-often")


def test_a_mail_server_that_refuses_is_told_and_the_invitation_is_kept(
    lender: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
    monkeypatch.setattr(settings, "EMAIL_HOST", "127.0.0.1")
    monkeypatch.setattr(settings, "EMAIL_PORT", 1)
    email = new_address()
    answer = lender.call("POST", "invitations", {"email": email, "role": "auditor"})
    assert (answer.status_code, answer.json()["code"]) == (502, "mail-not-sent")
    assert mail.get_connection().host == "127.0.0.1"  # type: ignore[attr-defined]
    assert sql.scalar("SELECT count(*) FROM mailbox WHERE recipients = %s", [email]) == 0
    assert email in {row["email"] for row in lender.get("invitations")}
