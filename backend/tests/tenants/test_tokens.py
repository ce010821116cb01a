"""Personal API tokens: what they may do, where, for how long, how often; and what is kept of them."""

import hashlib
import re
from typing import Any

import orjson
import pytest
from django.conf import settings
from django.test import Client
from doors import TENANTS, Operation
from organisations import Browser, Organisation, make_organisation, signed_in
from test_doors import FOR_ADMINISTRATORS, FOR_MANAGERS

from loanark.tenants.models import Role, User
from loanark.tenants.permissions import NEVER_BY_TOKEN, OF_ROLE, SCOPES, Permission
from loanark.web.api import api


class Program:
    """A program with a token: no cookies, no CSRF token."""

    def __init__(self, token: str) -> None:
        self.client = Client(enforce_csrf_checks=True, raise_request_exception=False)
        self.token = token

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        return self.client.generic(
            method,
            path,
            b"" if body is None else orjson.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.token}", **headers},
        )


def make(organisation: Organisation, who: Browser, *scopes: str, days: int = 30) -> Any:
    body = {"name": "script", "scopes": scopes, "expires_in_days": days}
    return who.call("POST", organisation.path("tokens"), body)


def program(organisation: Organisation, who: Browser, *scopes: str) -> Program:
    answer = make(organisation, who, *scopes)
    assert answer.status_code == 201, answer.content
    return Program(answer.json()["token"])


def test_a_token_works_without_cookie_or_csrf_token(organisation: Organisation) -> None:
    script = program(organisation, organisation.admin, "contacts:read", "contacts:write")
    made = script.call("POST", organisation.path("contacts"), {"values": {"firstname": "Ada"}})
    assert made.status_code == 201
    seen = script.call("GET", organisation.path(f"contacts/{made.json()['id']}"))
    assert seen.json()["name"] == "Ada"
    actor = organisation.scalar("SELECT actor FROM contact_changes")
    assert actor == organisation.admin.call("GET", "/api/session").json()["user"]["email"]


def test_its_text_is_shown_once_and_only_its_hash_is_kept(organisation: Organisation) -> None:
    answer = make(organisation, organisation.admin, "contacts:read").json()
    text = answer["token"]
    assert re.fullmatch(r"loanark_pat_[A-Za-z0-9_-]{43}", text)
    listed = organisation.get("tokens")
    assert [row["id"] for row in listed] == [answer["id"]]
    assert text not in str(listed)
    assert listed[0]["ending"] == text[-4:]
    row = organisation.rows("SELECT * FROM api_tokens")[0]
    assert bytes(row["hash"]) == hashlib.sha256(text.encode()).digest()
    assert text not in str(row)


def test_a_token_has_no_scope_that_its_person_has_not(organisation: Organisation) -> None:
    officer = organisation.member(Role.LOAN_OFFICER)
    answer = make(organisation, officer, "contacts:write", "mapping:write")
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["scopes"])
    assert organisation.get("tokens") == []


@pytest.mark.parametrize("scope", sorted(NEVER_BY_TOKEN))
def test_no_token_is_made_for_what_only_people_do(organisation: Organisation, scope: str) -> None:
    assert make(organisation, organisation.admin, scope).status_code == 422


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"scopes": []}, "scopes"),
        ({"expires_in_days": 0}, "expires_in_days"),
        ({"expires_in_days": 367}, "expires_in_days"),
        ({"name": " "}, "name"),
    ],
)
def test_a_token_needs_a_name_scopes_and_an_end(organisation: Organisation, change: dict[str, Any], wrong: str) -> None:
    body = {"name": "script", "scopes": ["contacts:read"], "expires_in_days": 1, **change}
    answer = organisation.call("POST", "tokens", body)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [wrong])


def test_a_token_never_does_more_than_its_persons_role_at_the_moment(organisation: Organisation) -> None:
    email = organisation.person(Role.SALES_MANAGER)
    script = program(organisation, signed_in(email), "contacts:read", "contacts:write")
    body = {"values": {"firstname": "Ada"}}
    assert script.call("POST", organisation.path("contacts"), body).status_code == 201
    user_id = User.objects.get(email=email).pk
    organisation.call("PATCH", f"members/{user_id}", {"role": "auditor"})
    refused = script.call("POST", organisation.path("contacts"), body)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert script.call("GET", organisation.path("contacts")).status_code == 200
    organisation.call("DELETE", f"members/{user_id}")
    assert script.call("GET", organisation.path("contacts")).status_code == 401, "the token went with the membership"
    assert organisation.scalar("SELECT count(*) FROM api_tokens") == 0


def test_a_token_is_of_one_organisation(organisation: Organisation) -> None:
    other = make_organisation()
    email = organisation.person(Role.SALES_MANAGER)
    user_id = User.objects.get(email=email).pk
    other.execute("INSERT INTO memberships (user_id, role, created_at) VALUES (%s, 'administrator', now())", user_id)
    script = program(organisation, signed_in(email), "contacts:read")
    answer = script.call("GET", other.path("contacts"))
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    session = script.call("GET", "/api/session").json()
    assert [row["slug"] for row in session["organisations"]] == [organisation.slug]
    assert session["organisations"][0]["permissions"] == ["contacts:read"]


@pytest.mark.parametrize("spoil", [lambda text: text[:-1] + "!", lambda text: "", lambda text: "loanark_pat_"])
def test_a_wrong_token_is_nobodys(organisation: Organisation, spoil: Any) -> None:
    text = make(organisation, organisation.admin, "contacts:read").json()["token"]
    answer = Program(spoil(text)).call("GET", organisation.path("contacts"))
    assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in")


def test_an_expired_or_revoked_token_and_that_of_somebody_blocked_are_nobodys(organisation: Organisation) -> None:
    email = organisation.person(Role.AUDITOR)
    browser = signed_in(email)
    answer = make(organisation, browser, "contacts:read").json()
    script = Program(answer["token"])
    assert script.call("GET", organisation.path("contacts")).status_code == 200
    User.objects.filter(email=email).update(is_active=False)
    assert script.call("GET", organisation.path("contacts")).status_code == 401
    User.objects.filter(email=email).update(is_active=True)
    organisation.execute("UPDATE api_tokens SET created_at = now() - interval '2 days', expires_at = now()")
    assert script.call("GET", organisation.path("contacts")).status_code == 401
    organisation.execute("UPDATE api_tokens SET expires_at = now() + interval '1 day'")
    assert script.call("GET", organisation.path("contacts")).status_code == 200
    assert browser.call("DELETE", organisation.path(f"tokens/{answer['id']}")).status_code == 204
    assert script.call("GET", organisation.path("contacts")).status_code == 401


def test_a_header_of_authorization_is_never_helped_by_a_cookie(organisation: Organisation) -> None:
    """Whoever shows a token is judged by it: a browser's session beside it counts nothing."""
    headers = {"Authorization": "Bearer loanark_pat_wrong"}
    assert organisation.admin.call("GET", organisation.path("contacts"), **headers).status_code == 401
    script = program(organisation, organisation.admin, "contacts:read")
    script.client.cookies = organisation.admin.client.cookies
    refused = script.call("POST", organisation.path("contacts"), {"values": {"firstname": "Ada"}})
    assert (refused.status_code, refused.json()["code"]) == (403, "token-scope")


def test_a_token_opens_no_page_of_sign_in(organisation: Organisation) -> None:
    script = program(organisation, organisation.admin, *SCOPES)
    for path in ("browser/v1/auth/session", "browser/v1/account/authenticators", "app/v1/auth/session"):
        assert script.call("GET", f"/api/auth/{path}").status_code == 401


def test_ones_own_tokens_are_listed_and_an_administrator_sees_and_ends_all(organisation: Organisation) -> None:
    officer, auditor = organisation.member(Role.LOAN_OFFICER), organisation.member(Role.AUDITOR)
    theirs = make(organisation, officer, "contacts:read").json()["id"]
    mine = make(organisation, auditor, "contacts:read").json()["id"]
    listed = auditor.call("GET", organisation.path("tokens")).json()
    assert [(row["id"], row["mine"]) for row in listed] == [(mine, True)]
    assert auditor.call("DELETE", organisation.path(f"tokens/{theirs}")).status_code == 404
    assert {row["id"]: row["mine"] for row in organisation.get("tokens")} == {theirs: False, mine: False}
    assert organisation.call("DELETE", f"tokens/{theirs}").status_code == 204


def test_the_last_use_is_shown(organisation: Organisation) -> None:
    script = program(organisation, organisation.admin, "contacts:read")
    assert organisation.get("tokens")[0]["last_used_at"] is None
    script.call("GET", organisation.path("contacts"))
    row = organisation.get("tokens")[0]
    assert row["last_used_at"]
    assert row["last_used_from"] == "127.0.0.1"


def test_more_requests_than_allowed_in_a_minute_are_told_to_wait(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    monkeypatch.setattr(settings, "CONFIG", replace(settings.CONFIG, token_requests_per_minute=3))
    script = program(organisation, organisation.admin, "contacts:read")
    another = program(organisation, organisation.admin, "contacts:read")
    path = organisation.path("contacts")
    assert [script.call("GET", path).status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    answer = script.call("GET", path)
    assert answer.json()["code"] == "too-many-requests"
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert another.call("GET", path).status_code == 200, "each token for itself"
    organisation.execute("UPDATE api_token_uses SET minute_began_at = minute_began_at - interval '1 minute'")
    assert script.call("GET", path).status_code == 200


# ── Every operation, with every scope ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def lender(database: str) -> Organisation:
    return make_organisation()


@pytest.fixture(scope="module")
def programs(lender: Organisation) -> dict[str, Program]:
    """One for each scope, and one with all but it, of an administrator."""
    made: dict[str, Program] = {}
    for scope in SCOPES:
        made[scope] = program(lender, lender.admin, scope)
        made[f"not {scope}"] = program(lender, lender.admin, *(other for other in SCOPES if other != scope))
    return made


@pytest.fixture(scope="module")
def everywhere(database: str) -> dict[str, Any]:
    document: Any = api.get_openapi_schema(path_prefix="/api/")
    return {
        described["operationId"]: described for methods in document["paths"].values() for described in methods.values()
    }


IDS = {
    "contact_id": "5d7c1f3e-5f0a-4c8e-9a1d-000000000001",
    "token_id": "5d7c1f3e-5f0a-4c8e-9a1d-000000000001",
    "name": "none",
    "field": "none",
}


@pytest.mark.parametrize("operation", TENANTS, ids=lambda operation: operation.name)
def test_the_document_says_which_scopes_an_operation_takes_and_each_is_needed(
    lender: Organisation, programs: dict[str, Program], everywhere: dict[str, Any], operation: Operation
) -> None:
    """With all scopes but a needed one it is refused; so it is with one that is not all of them."""
    if operation.name == "live":
        return
    described = everywhere[operation.name]
    needed = set(described["x-permissions"])
    assert needed, "every operation asks for a permission"
    ways = [way for way in described.get("security", []) if "TokenAuth" in way]
    ids = {name: IDS.get(name, "999999") for name in re.findall(r"\{(\w+)\}", operation.path)}
    address = operation.address(lender.slug, ids)
    for name, script in programs.items():
        scopes = set(SCOPES) - {name.removeprefix("not ")} if name.startswith("not ") else {name}
        if needed <= scopes:
            continue
        answer = script.call(operation.method, address, operation.body)
        assert (answer.status_code, answer.json()["code"]) == (403, "token-scope"), name
    if needed & NEVER_BY_TOKEN:
        assert ways == []
    else:
        assert [set(way["TokenAuth"]) for way in ways] == [needed]
        if operation.method == "GET":
            enough = programs[min(needed)] if len(needed) == 1 else program(lender, lender.admin, *sorted(needed))
            answer = enough.call("GET", address)
            assert answer.status_code in (200, 404, 409), answer.content


def test_a_token_is_taken_for_what_an_organisation_holds_and_to_ask_whose_it_is() -> None:
    """Accounts and sign-in are people's only: a new operation takes no token unless its router says so."""
    document: Any = api.get_openapi_schema(path_prefix="/api/")
    taking = {
        path
        for path, methods in document["paths"].items()
        for described in methods.values()
        if any("TokenAuth" in way for way in described.get("security", []))
    }
    assert {path for path in taking if not path.startswith("/api/tenants/{tenant}/")} == {"/api/session"}
    assert len(taking) > 30
    bearer = document["components"]["securitySchemes"]["TokenAuth"]
    assert (bearer["type"], bearer["scheme"]) == ("http", "bearer")
    for described in [one for methods in document["paths"].values() for one in methods.values()]:
        for way in described.get("security", []):
            assert set(way) <= set(document["components"]["securitySchemes"])


def test_the_walk_of_roles_and_the_table_of_permissions_agree(everywhere: dict[str, Any]) -> None:
    """The doors' own test names what each role may not do; the table says the same."""
    for operation in TENANTS:
        if operation.name in FOR_MANAGERS | FOR_ADMINISTRATORS:
            needed = set(everywhere[operation.name]["x-permissions"])
            assert not needed <= OF_ROLE[Role.LOAN_OFFICER], operation.name
            manages = operation.name in FOR_MANAGERS
            assert (needed <= OF_ROLE[Role.SALES_MANAGER]) == manages, operation.name


def test_a_token_that_may_not_read_contacts_sees_none_in_the_overview_and_runs(organisation: Organisation) -> None:
    organisation.contact(firstname="Vera", lastname="Secretive")
    organisation.execute(
        """INSERT INTO runs (kind, status, trigger, counts, findings) VALUES ('preview', 'waiting', 'x', '{}',
           '{"hubspot_total": 1, "loanark_total": 1, "counts": {}, "notices": [], "samples": [{"action": "update",
             "name": "Vera Secretive", "email": null, "detail": ""}]}')"""
    )
    for path in ("overview", "runs"):
        assert b"Secretive" in organisation.admin.call("GET", organisation.path(path)).content
        seen = program(organisation, organisation.admin, "sync:read").call("GET", organisation.path(path))
        assert seen.status_code == 200
        assert b"Secretive" not in seen.content
    assert Permission.CONTACTS_READ in OF_ROLE[Role.AUDITOR]
