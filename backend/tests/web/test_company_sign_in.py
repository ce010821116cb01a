"""Signing in with the company: the whole walk, with a real OpenID Connect provider, and what an attacker would try."""

import base64
import hashlib
import re
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit, urlunsplit

import pytest
import requests
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.test import RequestFactory
from organisations import PASSWORD, Browser, Organisation, mails_to, make_organisation, signed_in

from loanark.kit import sql
from loanark.tenants.adapter import People
from loanark.tenants.company_login import CompanyEndpoint
from loanark.tenants.models import Role, User

LIBRARY = Path(__file__).parents[3] / "frontend" / "node_modules" / "oidc-provider" / "lib" / "index.js"
OURS = "http://localhost"


@dataclass
class Company:
    """An organisation with a domain, an administrator of that domain, and a provider that speaks for it."""

    organisation: Organisation
    domain: str
    issuer: str
    admin: Browser

    def address(self, name: str = "") -> str:
        return f"{name or 'p' + secrets.token_hex(4)}@{self.domain}"

    def set_up(self, **changes: Any) -> Any:
        body = {"issuer": self.issuer, "client_id": "loanark", "secret": "secret of loanark", "domains": [self.domain]}
        return self.admin.call("PUT", self.organisation.path("company-sign-in"), {**body, **changes})

    def member(self, email: str, role: Role = Role.AUDITOR) -> User:
        """Somebody with a password, as before there was company sign-in."""
        made = self.organisation.person(role)
        sql.execute("UPDATE users SET email = %s WHERE email = %s", [email, made])
        sql.execute("UPDATE account_emailaddress SET email = %s WHERE email = %s", [email, made])
        return User.objects.get(email=email)


def make_company(organisation: Organisation, issuer: str) -> Company:
    admin = organisation.person(Role.ADMINISTRATOR)
    return Company(organisation, admin.split("@")[1], issuer, signed_in(admin))


@pytest.fixture(scope="module")
def companies(database: str) -> Iterator[tuple[Company, Company]]:
    """Two, at one provider."""
    organisations = [make_organisation(), make_organisation()]
    node = shutil.which("node")
    assert node, "the tests need Node (./run test python brings it)"
    back = [f"{OURS}/oauth/company/{one.slug}/callback" for one in organisations]
    script = Path(__file__).with_name("oidc") / "provider.mjs"
    with subprocess.Popen([node, str(script), str(LIBRARY), *back], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            issuer = process.stdout.readline().strip()
            assert issuer.startswith("http://127.0.0.1:"), "the provider did not start; its output is above"
            yield (make_company(organisations[0], issuer), make_company(organisations[1], issuer))
        finally:
            process.terminate()


@pytest.fixture
def company(companies: tuple[Company, Company]) -> Company:
    """The first one, set up so that whoever arrives becomes a loan officer."""
    answer = companies[0].set_up(first_time_role="loan_officer", required=False)
    assert answer.status_code == 200, answer.content
    return companies[0]


@pytest.fixture
def other(companies: tuple[Company, Company]) -> Company:
    assert companies[1].set_up(first_time_role="auditor").status_code == 200
    return companies[1]


# ── The walk ────────────────────────────────────────────────────────────────────────────────────────────────────────


def begin(browser: Browser, email: str, after: str = "/") -> str:
    """From our page to the provider: the address that the browser is sent to."""
    answer = browser.call("POST", "/api/company-sign-in", {"email": email, "next": after})
    assert answer.status_code == 200, answer.content
    return str(answer.json()["url"])


def at_the_provider(url: str, login: str) -> str:
    """Signs in at the provider as a person with a browser does; returns where it sends the browser back to."""
    session = requests.Session()
    answer = session.get(url, allow_redirects=False, timeout=10)
    for _ in range(12):
        where = answer.headers.get("Location", "")
        if where.startswith(OURS):
            return where
        if where:
            answer = session.get(urljoin(answer.url, where), allow_redirects=False, timeout=10)
            continue
        form = re.search(r'<form[^>]*action="([^"]+)"', answer.text)
        assert form, answer.text[:500]
        prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
        assert prompt, answer.text[:500]
        fields = {"prompt": prompt[1], **({"login": login, "password": "any"} if prompt[1] == "login" else {})}
        action = urljoin(answer.url, unescape(form[1]))
        answer = session.post(action, fields, allow_redirects=False, timeout=10)
    raise AssertionError("the provider never sent the browser back")


def come_back(browser: Browser, address: str) -> dict[str, str]:
    """Back at our page: what its address says, without the things that are always there."""
    parts = urlsplit(address)
    answer = browser.client.get(f"{parts.path}?{parts.query}")
    assert answer.status_code == 302, answer.content
    where = urlsplit(answer.headers["Location"])
    assert (where.netloc or "localhost", where.path) == ("localhost", "/sign-in")
    return {name: values[0] for name, values in parse_qs(where.query).items()}


def walk(email: str, *, login: str = "", browser: Browser | None = None) -> tuple[Browser, dict[str, str]]:
    browser = browser or Browser()
    return browser, come_back(browser, at_the_provider(begin(browser, email), login or email))


def person(browser: Browser) -> str | None:
    answer = browser.call("GET", "/api/session")
    return answer.json()["user"]["email"] if answer.status_code == 200 else None


def with_query(url: str, **changes: str) -> str:
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | changes
    return urlunsplit(parts._replace(query=urlencode(query)))


# ── Who comes in ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_somebody_who_arrives_for_the_first_time_becomes_a_member_in_the_chosen_role(company: Company) -> None:
    email = company.address()
    browser = Browser()
    url = begin(browser, email.upper(), "/somewhere/else")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["nonce"]) > 20
    assert len(asked["state"]) >= 16
    assert come_back(browser, at_the_provider(url, email)) == {"company": "1", "next": "/somewhere/else"}
    session = browser.call("GET", "/api/session").json()
    assert session["user"] == {"id": session["user"]["id"], "email": email, "name": f"Name of {email}"}
    assert [(row["slug"], row["role"]) for row in session["organisations"]] == [
        (company.organisation.slug, "loan_officer")
    ]
    again, said = walk(email)
    assert ("error" in said, person(again)) == (False, email)
    assert User.objects.filter(email=email).count() == 1


def test_a_member_with_a_password_comes_in_as_the_person_they_are(company: Company) -> None:
    email = company.address()
    user = company.member(email, Role.SALES_MANAGER)
    browser, _ = walk(email)
    session = browser.call("GET", "/api/session").json()
    assert (session["user"]["id"], session["organisations"][0]["role"]) == (user.pk, "sales_manager")
    assert mails_to(email)[0]["subject"] == "Your company's sign-in was connected"


def test_only_the_invited_come_in_where_that_is_the_rule(company: Company) -> None:
    company.set_up(first_time_role=None)
    stranger, said = walk(company.address())
    assert (said["error"], person(stranger)) == ("company-not-invited", None)
    email = company.address()
    company.admin.call("POST", company.organisation.path("invitations"), {"email": email, "role": "auditor"})
    browser, _ = walk(email)
    assert browser.call("GET", "/api/session").json()["organisations"][0]["role"] == "auditor"
    assert email not in {row["email"] for row in company.organisation.get("invitations")}, "the invitation is used"


def test_who_was_removed_does_not_come_back_by_the_provider(company: Company) -> None:
    email = company.address()
    walk(email)
    company.organisation.execute("DELETE FROM memberships WHERE user_id = %s", User.objects.get(email=email).pk)
    browser, said = walk(email)
    assert (said["error"], person(browser)) == ("company-not-invited", None)


def test_a_second_factor_is_asked_for_here_too(company: Company) -> None:
    email = company.address()
    user = company.member(email)
    sql.execute(
        "INSERT INTO mfa_authenticator (user_id, type, data, created_at) VALUES (%s, 'totp', '{}', now())", [user.pk]
    )
    browser, said = walk(email)
    assert ("error" in said, person(browser)) == (False, None)
    pending = browser.call("GET", "/api/auth/browser/v1/auth/session").json()["data"]["flows"]
    assert "mfa_authenticate" in {flow["id"] for flow in pending if flow.get("is_pending")}


# ── What an attacker would try ──────────────────────────────────────────────────────────────────────────────────────


def test_an_address_of_another_domain_is_refused(company: Company) -> None:
    for login in ("eve@elsewhere.example", f"eve@sub.{company.domain}", f"eve@{company.domain}.evil.example"):
        browser, said = walk(company.address(), login=login)
        assert (said["error"], person(browser)) == ("company-domain", None)
        assert not User.objects.filter(email=login).exists()


def test_an_address_that_the_provider_did_not_verify_is_refused(company: Company) -> None:
    email = company.address("unverified-eve")
    browser, said = walk(email)
    assert (said["error"], person(browser)) == ("company-unverified", None)


def test_a_companys_provider_never_signs_in_a_member_of_another_organisation(company: Company, other: Company) -> None:
    """An administrator runs the provider, and could have it say anything."""
    email = company.address()
    user = company.member(email)
    walk(email)
    other.organisation.execute(
        "INSERT INTO memberships (user_id, role, created_at) VALUES (%s, 'administrator', now())", user.pk
    )
    browser, said = walk(email)
    assert (said["error"], person(browser)) == ("company-several", None)
    assert Browser().sign_in(email, PASSWORD).status_code == 200


def test_an_address_of_one_company_is_no_way_into_another(company: Company, other: Company) -> None:
    """Begun with one organisation, ended at the callback of another: the state belongs to the first."""
    browser = Browser()
    back = at_the_provider(begin(browser, company.address("ann")), company.address("ann"))
    crossed = back.replace(company.organisation.slug, other.organisation.slug)
    assert come_back(browser, crossed)["error"]
    assert person(browser) is None


@pytest.mark.parametrize("state", ["", "made-up", "A" * 16])
def test_a_wrong_state_is_refused(company: Company, state: str) -> None:
    browser = Browser()
    email = company.address()
    back = at_the_provider(begin(browser, email), email)
    assert come_back(browser, with_query(back, state=state))["error"]
    assert person(browser) is None


def test_the_answer_to_somebody_elses_browser_signs_nobody_in(company: Company) -> None:
    """An attacker sends a victim the end of the attacker's own walk."""
    email = company.address()
    back = at_the_provider(begin(Browser(), email), email)
    victim = Browser()
    assert come_back(victim, back)["error"]
    assert person(victim) is None


def test_an_answer_works_once(company: Company) -> None:
    email = company.address()
    browser = Browser()
    back = at_the_provider(begin(browser, email), email)
    come_back(browser, back)
    browser.call("DELETE", "/api/auth/browser/v1/auth/session")
    assert come_back(browser, back)["error"]
    assert person(browser) is None


def test_an_answer_with_another_nonce_is_refused(company: Company) -> None:
    email = company.address()
    browser = Browser()
    back = at_the_provider(with_query(begin(browser, email), nonce="of-another-walk"), email)
    assert come_back(browser, back)["error"] == "company-answer"
    assert person(browser) is None


def test_a_code_that_was_asked_for_by_somebody_else_is_of_no_use(company: Company) -> None:
    """PKCE: the code was made for another verifier."""
    email = company.address()
    browser = Browser()
    back = at_the_provider(with_query(begin(browser, email), code_challenge="x" * 43), email)
    assert come_back(browser, back)["error"]
    assert person(browser) is None


def tokens_for(company: Company, client: str) -> dict[str, Any]:
    """A real answer of the provider's token endpoint, to one of its clients."""
    back = f"{OURS}/oauth/company/{company.organisation.slug}/callback"
    verifier = "v" * 43
    query = {
        "client_id": client, "redirect_uri": back, "response_type": "code", "scope": "openid email", "nonce": "n",
        "code_challenge": _challenge(verifier), "code_challenge_method": "S256",
    }  # fmt: skip
    returned = at_the_provider(f"{company.issuer}/auth?{urlencode(query)}", company.address())
    code = parse_qs(urlsplit(returned).query)["code"][0]
    body = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": back, "client_id": client,
        "client_secret": f"secret of {client}", "code_verifier": verifier,
    }  # fmt: skip
    answer = requests.post(f"{company.issuer}/token", body, timeout=10)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def test_an_id_token_is_believed_only_if_it_is_for_us_and_signed_by_the_provider(company: Company) -> None:
    endpoint = CompanyEndpoint(None, company.organisation.slug)
    app = SocialApp(client_id="loanark")
    good = tokens_for(company, "loanark")["id_token"]
    assert endpoint._verified(app, good)["aud"] == "loanark"
    for_another = tokens_for(company, "another")["id_token"]
    header, body, signature = good.split(".")
    forged = f"{header}.{body}.{signature[:-6]}AAAAAA"
    unsigned = f"eyJhbGciOiJub25lIn0.{body}."
    by_secret = f"eyJhbGciOiJIUzI1NiJ9.{body}.{signature}"
    for token in (for_another, forged, unsigned, by_secret, "x", ""):
        with pytest.raises(OAuth2Error):
            endpoint._verified(app, token)


def test_a_provider_that_turns_the_person_down_is_told(company: Company) -> None:
    browser = Browser()
    state = parse_qs(urlsplit(begin(browser, company.address())).query)["state"][0]
    back = f"{OURS}/oauth/company/{company.organisation.slug}/callback?error=access_denied&state={state}"
    assert come_back(browser, back)["error"] == "cancelled"


def test_nobody_is_led_to_another_site_afterwards(company: Company) -> None:
    for after in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        email = company.address()
        browser = Browser()
        said = come_back(browser, at_the_provider(begin(browser, email, after), email))
        assert said["next"] == "/"


def test_the_doors_of_the_library_that_lead_around_ours_are_shut(company: Company) -> None:
    body = {"provider": company.organisation.slug, "process": "login", "callback_url": "/", "token": {"id_token": "x"}}
    for path in ("auth/provider/token", "auth/provider/redirect", "auth/provider/signup", "account/providers"):
        for client in ("browser", "app"):
            assert Browser().call("POST", f"/api/auth/{client}/v1/{path}", body).status_code == 404


def test_a_session_by_the_company_does_not_reach_into_the_next_organisation(company: Company, other: Company) -> None:
    email = company.address()
    company.member(email)
    joining, elsewhere = walk(email)[0], walk(email)[0]
    other.admin.call("POST", other.organisation.path("invitations"), {"email": email, "role": "auditor"})
    token = mails_to(email)[0]["body"].split("/join/")[1].split()[0]
    assert joining.call("POST", f"/api/invitations/{token}", {}).status_code == 200
    assert (person(joining), person(elsewhere)) == (None, None)
    browser = signed_in(email)
    assert browser.call("GET", other.organisation.path("contacts")).status_code == 200


def test_a_passkey_is_no_way_around_the_company(company: Company) -> None:
    email = company.address()
    company.member(email)
    company.set_up(required=True)
    request = RequestFactory().post("/", REMOTE_ADDR="10.1.2.3")
    refused = People(request).pre_login(
        request, User.objects.get(email=email), email_verification="none", signal_kwargs=None, email=None,
        signup=False, redirect_url=None,
    )  # fmt: skip
    assert refused is not None
    assert refused.status_code == 403


# ── Required, and set up ────────────────────────────────────────────────────────────────────────────────────────────


def test_where_it_is_required_a_password_is_not_enough(company: Company) -> None:
    email = company.address()
    company.member(email)
    company.set_up(required=True, first_time_role="loan_officer")
    answer = Browser().sign_in(email)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "company-only")
    wrong = Browser().sign_in(email, "not the password")
    assert wrong.json()["errors"][0]["code"] == "email_password_mismatch", "strangers learn nothing"
    Browser().call("POST", "/api/auth/browser/v1/auth/password/request", {"email": email})
    assert mails_to(email)[0]["subject"] == "Sign in with your company"
    browser, _ = walk(email)
    assert person(browser) == email


def test_administrators_and_members_of_several_organisations_keep_their_password(
    company: Company, other: Company
) -> None:
    company.set_up(required=True, first_time_role="loan_officer")
    boss, both = company.address(), company.address()
    company.member(boss, Role.ADMINISTRATOR)
    user = company.member(both)
    other.organisation.execute(
        "INSERT INTO memberships (user_id, role, created_at) VALUES (%s, 'auditor', now())", user.pk
    )
    assert Browser().sign_in(boss).status_code == 200
    assert Browser().sign_in(both).status_code == 200


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"issuer": "http://idp.example"}, "issuer"),
        ({"issuer": "ftp://127.0.0.1"}, "issuer"),
        ({"issuer": "https://["}, "issuer"),
        ({"issuer": ""}, "issuer"),
        ({"client_id": " "}, "client_id"),
        ({"domains": []}, "domains"),
        ({"domains": ["gmail.com"]}, "domains"),
        ({"domains": ["somebody-elses.example"]}, "domains"),
    ],
)
def test_what_cannot_be_is_refused_field_by_field(company: Company, change: dict[str, Any], field: str) -> None:
    before = company.organisation.get("company-sign-in")
    answer = company.set_up(**change)
    assert (answer.status_code, set(answer.json()["errors"])) == (422, {field}), answer.content
    assert company.organisation.get("company-sign-in") == before


def test_a_domain_belongs_to_one_organisation(company: Company, other: Company) -> None:
    email = company.address()
    rival = make_organisation()
    company_of_rival = Company(rival, company.domain, company.issuer, signed_in(_administrator(rival, email)))
    answer = company_of_rival.set_up()
    assert (answer.status_code, set(answer.json()["errors"])) == (422, {"domains"})


def _administrator(organisation: Organisation, email: str) -> str:
    return Company(organisation, "", "", organisation.admin).member(email, Role.ADMINISTRATOR).email


def test_a_provider_that_is_none_is_not_kept(company: Company) -> None:
    for issuer in ("http://127.0.0.1:1", f"{company.issuer}/nothing"):
        answer = company.set_up(issuer=issuer)
        assert (answer.status_code, answer.json()["code"]) == (502, "provider-unusable")


def test_the_clients_secret_is_sealed_never_told_and_kept_when_none_is_sent(company: Company) -> None:
    told = company.set_up(secret="", first_time_role="loan_officer")
    assert told.json()["has_secret"] is True
    assert b"secret of loanark" not in told.content
    stored = company.organisation.scalar("SELECT client_secret FROM company_sign_in")
    assert stored.startswith("v1.")
    browser, _ = walk(company.address())
    assert person(browser) is not None


def test_removing_it_frees_the_domain_and_leaves_the_members(company: Company) -> None:
    email = company.address()
    walk(email)
    answer = company.admin.call("DELETE", company.organisation.path("company-sign-in"))
    assert (answer.status_code, answer.json()["is_set_up"]) == (200, False)
    refused = Browser().call("POST", "/api/company-sign-in", {"email": email})
    assert (refused.status_code, refused.json()["code"]) == (404, "no-company-sign-in")
    assert company.organisation.scalar(
        "SELECT count(*) FROM memberships WHERE user_id = %s", User.objects.get(email=email).pk
    )


def test_an_address_of_no_company_is_told_so_whoever_it_is(company: Company) -> None:
    for email in ("nobody@nowhere.example", "", "x"):
        answer = Browser().call("POST", "/api/company-sign-in", {"email": email})
        assert (answer.status_code, answer.json()["code"]) == (404, "no-company-sign-in")


def test_beginning_takes_the_pages_csrf_token(company: Company) -> None:
    browser = Browser()
    del browser.client.cookies["csrftoken"]
    answer = browser.call("POST", "/api/company-sign-in", {"email": company.address()})
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf")
