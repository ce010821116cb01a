"""Attacks by hand, at every door: what is sent with ill intent is refused or does no harm, and nothing breaks."""

import csv
import io
import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import uvicorn
from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.contrib.auth.hashers import get_hasher
from django.core.cache import cache
from django.core.wsgi import get_wsgi_application
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from doors import EVERY, ROWS, TENANTS, Operation, Victim, make_victim
from organisations import PASSWORD, Browser, mails_to, make_organisation, signed_in
from structlog.testing import capture_logs

from hubspot_simulator import Settings, Simulator
from hubspot_simulator.transport import SimulatorTransport
from loanark.tenants.models import Role
from loanark.web.api import api
from loanark.web.asgi import SERVER
from loanark.web.live import Hub

DOCUMENT: Any = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/")))
WITH_BODY = [operation for operation in EVERY if operation.body is not None]
WITH_QUERY = [
    operation
    for operation in EVERY
    if any(one["in"] == "query" for one in DOCUMENT["paths"][operation.path][operation.method.lower()]["parameters"])
]

each_operation = pytest.mark.parametrize("operation", EVERY, ids=lambda operation: operation.name)
each_body = pytest.mark.parametrize("operation", WITH_BODY, ids=lambda operation: operation.name)

#: Texts in the place of texts, as JSON writes them.
TEXTS = {
    "a NUL": r'"a\u0000b"',
    "a lone surrogate": r'"\ud800"',
    "another half of one": r'"\udfff"',
    "SQL": '"\'; DROP TABLE contacts; --"',
    "a path": '"../../../../etc/passwd"',
    "a template": '"{{7*7}}${7*7}%(x)s%s{0}"',
    "a new line and a header": r'"a\r\nBcc: eve@evil.example\r\n\r\nx"',
    "turned around": r'"\u202egnp.exe"',
    "very long": json.dumps("x" * 100_000),
    "a number": "5",
    "an object": '{"$gt": ""}',
    "a list": '[["x"]]',
}

#: Numbers in the place of numbers.
NUMBERS = {
    "beyond bigint": str(2**63),
    "far beyond": "1" + "0" * 400,
    "beyond a double": "9e400",
    "no number": "NaN",
    "infinity": "-Infinity",
    "negative": "-1",
    "a fraction": "0.1",
    "a text": '"1"',
    "null": "null",
    "a truth": "true",
}


@pytest.fixture(scope="module")
def hubspot(database: str) -> Iterator[None]:
    """A HubSpot to ask, which answers at once."""
    simulator = Simulator(Settings(contacts=3, limit=None))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "HUBSPOT_TRANSPORT", lambda: SimulatorTransport(simulator))
        yield
    simulator.close()


@pytest.fixture(scope="module")
def victim(hubspot: None) -> Victim:
    return make_victim()


@pytest.fixture(autouse=True)
def _nothing_is_surprised(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever a test sends, nothing of the product breaks."""
    with capture_logs() as logged:
        yield
    wrong = [entry for entry in logged if entry["log_level"] in ("error", "critical")]
    assert wrong == []


def send(who: Browser, method: str, path: str, body: bytes | str = b"", **options: Any) -> Any:
    """As a page sends it, but whatever bytes one likes."""
    token = who.client.cookies.get("csrftoken")
    headers = {"X-CSRFToken": token.value if token else "", **options.pop("headers", {})}
    options.setdefault("content_type", "application/json")
    return who.client.generic(method, path, body, headers=headers, **options)


def assert_refused(answer: Any) -> None:
    """With a problem document."""
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.content)
    assert answer.headers["Content-Type"] == "application/problem+json"


# ── Bodies ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def filled(schema: Any, text: str, number: str) -> str:
    """JSON with every member of a schema, whose texts and numbers are these."""
    if "$ref" in schema:
        return filled(DOCUMENT["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], text, number)
    if "enum" in schema or "const" in schema:
        return json.dumps(schema.get("enum", [schema.get("const")])[0])
    if "anyOf" in schema or "oneOf" in schema:
        return filled(schema.get("anyOf", schema.get("oneOf"))[0], text, number)
    match schema.get("type"):
        case "object":
            members = {name: filled(part, text, number) for name, part in schema.get("properties", {}).items()}
            if isinstance(schema.get("additionalProperties"), dict):
                members |= dict.fromkeys(("firstname", "email", "amount", "closing_date", "fico", "phone"), text)
            return "{" + ", ".join(f"{json.dumps(name)}: {value}" for name, value in members.items()) + "}"
        case "array":
            return f"[{filled(schema['items'], text, number)}]"
        case "string" if schema.get("format") == "date-time":
            return '"2026-01-01T00:00:00Z"'
        case kind:
            return {"string": text, "integer": number, "number": number, "boolean": "true"}.get(kind, "null")


def schema_of(operation: Operation) -> Any:
    described = DOCUMENT["paths"][operation.path][operation.method.lower()]
    return described["requestBody"]["content"]["application/json"]["schema"]


@each_body
@pytest.mark.parametrize("odd", [*TEXTS, *NUMBERS])
def test_odd_values_in_a_body_break_nothing(victim: Victim, operation: Operation, odd: str) -> None:
    plain = filled(schema_of(operation), '"x"', "5")
    body = filled(schema_of(operation), TEXTS.get(odd, '"x"'), NUMBERS.get(odd, "5"))
    answer = send(victim.organisation.admin, operation.method, victim.address(operation), body)
    assert answer.status_code < 500, answer.content
    if odd in ("a lone surrogate", "another half of one", "no number", "infinity") and body != plain:
        assert_refused(answer)


BODIES = {
    "nothing": b"",
    "a list": b"[]",
    "a text": b'"x"',
    "a number": b"1",
    "null": b"null",
    "true": b"true",
    "not closed": b"{",
    "two of them": b"{}{}",
    "deep lists": b"[" * 100_000,
    "deep lists, closed": b"[" * 100_000 + b"]" * 100_000,
    "deep objects": b'{"a":' * 100_000,
    "no UTF-8": b'{"x": "\xff\xfe"}',
    "UTF-16": '{"x": "y"}'.encode("utf-16"),
    "a mark of byte order": b"\xef\xbb\xbf{}",
    "XML": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
    "a pickle": b"\x80\x04\x95\x05\x00\x00\x00\x00\x00\x00\x00\x8c\x01x\x94.",
    "NUL": b"\0" * 10,
}


@each_body
def test_a_body_of_another_kind_is_refused(victim: Victim, operation: Operation) -> None:
    before = victim.everything()
    for name, body in BODIES.items():
        answer = send(victim.organisation.admin, operation.method, victim.address(operation), body)
        assert_refused(answer)
        assert b"root:" not in answer.content, name
    assert victim.everything() == before


@each_body
@pytest.mark.parametrize(
    "kind",
    ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "application/xml", ""],
)
def test_what_does_not_say_that_it_is_json_is_refused(victim: Victim, operation: Operation, kind: str) -> None:
    """A form of another site can say these three, and no other, without asking."""
    before = victim.everything()
    answer = send(
        victim.organisation.admin,
        operation.method,
        victim.address(operation),
        json.dumps(operation.body),
        content_type=kind,
    )
    assert (answer.status_code, answer.json()["code"]) == (415, "not-json")
    assert victim.everything() == before


# ── Addresses ───────────────────────────────────────────────────────────────────────────────────────────────────────

ODD_PARTS = (
    "%00", "%ed%a0%80", "%ff", "..", "%2e%2e", "%2e%2e%2f%2e%2e", "%5c..", "-1", "0", "²", "%D9%A3", "9" * 400,
    str(2**63), "1e9", "null", "undefined", "*", "%25",
    "%27%20OR%201=1--", "%0d%0aSet-Cookie:%20x=1", "%F0%9F%98%80", "a" * 3_000,
    "00000000-0000-0000-0000-000000000000", "%7B%7D", "{}", " ",
)  # fmt: skip


@pytest.mark.parametrize("operation", ROWS, ids=lambda operation: operation.name)
def test_odd_parts_of_an_address_lead_nowhere(victim: Victim, operation: Operation) -> None:
    last = re.findall(r"\{(\w+)\}", operation.path)[-1]
    body = json.dumps(operation.body) if operation.body is not None else b""
    before = victim.everything()
    for odd in ODD_PARTS:
        path = operation.address(victim.organisation.slug, {**victim.ids, last: odd})
        answer = send(victim.organisation.admin, operation.method, path, body)
        assert 400 <= answer.status_code < 500, (path, answer.status_code, answer.content)
    assert victim.everything() == before


@pytest.mark.parametrize("odd", ODD_PARTS, ids=lambda odd: odd[:30])
def test_odd_names_of_organisations_lead_nowhere(victim: Victim, odd: str) -> None:
    for method, path in (("GET", "contacts"), ("POST", "sync/resume"), ("GET", "audit/export")):
        answer = send(victim.organisation.admin, method, f"/api/tenants/{odd}/{path}")
        assert 400 <= answer.status_code < 500, (path, answer.status_code, answer.content)


@pytest.mark.parametrize(
    "spell",
    [
        str.upper,
        lambda slug: slug.replace("l", "\u217c", 1),  # a Roman numeral that looks like it
        lambda slug: slug.replace("e", "\u0435", 1),  # Cyrillic
        lambda slug: f"{slug}/",
        lambda slug: f"/{slug}",
        lambda slug: f"{slug}%00",
        lambda slug: f"{slug}%20",
        lambda slug: f"{slug}.",
        lambda slug: f"{slug};x=1",
        lambda slug: f"./{slug}",
        lambda slug: f"x/../{slug}",
        lambda slug: f"x/%2e%2e/{slug}",
    ],
)
def test_an_organisation_has_one_spelling(victim: Victim, spell: Any) -> None:
    answer = send(victim.organisation.admin, "GET", f"/api/tenants/{spell(victim.organisation.slug)}/contacts")
    assert answer.status_code in (404, 422)
    assert b"vera" not in answer.content.lower()


ODD_QUERIES = (
    "%00", "%ed%a0%80", "%ff", "-1", "²", "9" * 400, str(2**63), "1e400",
    "NaN", "%27%20OR%201=1--", "%25%25", "_", "%5c",
    "%5c%5c%25", "null", "[]", "%7B%7D", "2026-01-01", "0000-00-00T00:00:00Z", "9999-12-31T23:59:59.999999-14:00",
    "0001-01-01T00:00:00%2B14:00", "2026-02-30T00:00:00Z", "99999999999999999999", "x" * 10_000,
)  # fmt: skip


@pytest.mark.parametrize("operation", WITH_QUERY, ids=lambda operation: operation.name)
def test_odd_queries_break_nothing(victim: Victim, operation: Operation) -> None:
    described = DOCUMENT["paths"][operation.path][operation.method.lower()]
    for parameter in described["parameters"]:
        if parameter["in"] == "query":
            for odd in ODD_QUERIES:
                path = f"{victim.address(operation)}?{parameter['name']}={odd}"
                answer = send(victim.organisation.admin, "GET", path)
                assert answer.status_code < 500, (path, answer.content)
                if answer.streaming:
                    list(answer.streaming_content)


@pytest.mark.parametrize("operation", WITH_QUERY, ids=lambda operation: operation.name)
def test_more_parameters_than_anybody_needs_are_refused(victim: Victim, operation: Operation) -> None:
    assert_refused(send(victim.organisation.admin, "GET", f"{victim.address(operation)}?{'a=1&' * 5_000}"))


# ── Methods and headers ─────────────────────────────────────────────────────────────────────────────────────────────

PATHS = {path: {method.upper() for method in methods} for path, methods in DOCUMENT["paths"].items()}


@pytest.mark.parametrize("path", PATHS)
def test_a_method_that_is_not_described_does_nothing(victim: Victim, path: str) -> None:
    operation = next(one for one in EVERY if one.path == path)
    before = victim.everything()
    for method in ("HEAD", "OPTIONS", "TRACE", "CONNECT", "GET", "PUT", "PATCH", "POST", "DELETE", "delete", "X"):
        if method.upper() not in PATHS[path]:
            answer = send(victim.organisation.admin, method, victim.address(operation), b"{}")
            assert answer.status_code in (404, 405), (method, answer.status_code)
    assert victim.everything() == before


@pytest.mark.parametrize("operation", [op for op in TENANTS if not op.changes], ids=lambda operation: operation.name)
def test_a_method_cannot_be_smuggled_into_a_reading(victim: Victim, operation: Operation) -> None:
    before = victim.everything_but("audit_events", "audit_heads")
    for method in ("DELETE", "PUT", "PATCH", "POST"):
        headers = dict.fromkeys(("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"), method)
        path = f"{victim.address(operation)}?_method={method}&method={method}"
        send(victim.organisation.admin, "GET", path, headers=headers)
    assert victim.everything_but("audit_events", "audit_heads") == before


@each_operation
def test_a_change_without_the_pages_token_is_refused(victim: Victim, operation: Operation) -> None:
    """Also one from another site that has found a token of its own."""
    if not operation.changes:
        return
    before = victim.everything()
    browser = victim.organisation.admin
    cache.clear()  # whoever else tried from here lately
    for headers in (
        {"X-CSRFToken": ""},
        {"X-CSRFToken": "x" * 64},
        {"X-CSRFToken": "x" * 5_000},
        {"X-CSRFToken": "\u00e9" * 64},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://testserver.evil.example"},
        {"Origin": "http://testserver:81"},
        {"Origin": "http://["},
    ):
        body = json.dumps(operation.body) if operation.body is not None else b""
        answer = send(browser, operation.method, victim.address(operation), body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf"), headers
    assert victim.everything() == before


ODD_AUTHORITIES = [
    {"Authorization": "Bearer"},
    {"Authorization": "Bearer "},
    {"Authorization": "Bearer " + "x" * 100_000},
    {"Authorization": "Bearer loanark_pat_" + "x" * 43},
    {"Authorization": "Bearer loanark_pat_\u00e9"},
    {"Authorization": "Bearer loanark_pat_' OR 1=1 --"},
    {"Authorization": "Basic YWRtaW46YWRtaW4="},
    {"Authorization": ""},
    {"Authorization": "null"},
    {"X-Session-Token": ""},
    {"X-Session-Token": "null"},
    {"X-Session-Token": "x" * 32},
    {"X-Session-Token": "x" * 100_000},
    {"X-Session-Token": "' OR 1=1 --"},
    {"X-Session-Token": "\u00e9" * 32},
    {"Cookie": "sessionid=" + "x" * 32},
    {"Cookie": "sessionid=" + "x" * 100_000},
    {"Cookie": 'sessionid="' + r"\000" * 32 + '"'},
    {"Cookie": 'sessionid="' + r"\355\240\200" * 32 + '"'},
    {"Cookie": "sessionid=' OR 1=1 --aaaaaaaaaaaaa"},
    {"Cookie": "sessionid=" + "\u00e9" * 32},
    {"Cookie": "=;;;=sessionid; sessionid"},
]


@pytest.mark.parametrize("shown", ODD_AUTHORITIES, ids=lambda shown: str(shown)[:50])
@pytest.mark.parametrize("path", ["/api/session", "/api/tenants/x/contacts", "/api/auth/browser/v1/auth/session"])
def test_odd_papers_are_nobodys(database: str, path: str, shown: dict[str, str]) -> None:
    answer = Client(raise_request_exception=False).get(path, headers=shown)
    assert answer.status_code == 401, answer.content


@pytest.mark.parametrize("shown", ODD_AUTHORITIES, ids=lambda shown: str(shown)[:50])
@pytest.mark.parametrize(
    "path", ["/", "/mailbox", "/docs/problems", "/health/ready", "/oauth/hubspot/callback?state=x"]
)
def test_odd_papers_break_no_page(database: str, path: str, shown: dict[str, str]) -> None:
    answer = Client(raise_request_exception=False).get(path, headers=shown)
    assert answer.status_code in (200, 302, 404) or b"not built" in answer.content, answer.content


@pytest.mark.parametrize(
    "headers",
    [
        {"If-Match": '"x"'},
        {"If-None-Match": "*"},
        {"If-Modified-Since": "yesterday"},
        {"If-Unmodified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
        {"If-Range": '"'},
        {"Range": "bytes=0-0"},
        {"Range": "bytes=5-1,-0,,,9999999999999999999999-"},
        {"Accept": "application/xml"},
        {"Accept": "\u00e9;q=x"},
        {"Accept-Encoding": "gzip;q=nan"},
        {"Accept-Language": "../../etc/passwd"},
        {"Content-Length": "-1"},
        {"Expect": "200-ok"},
        {"User-Agent": ""},
        {"User-Agent": "\u00e9" * 10_000},
        {"X-Forwarded-For": "x, , \u00e9"},
        {"X-Forwarded-Host": "evil.example"},
        {"X-Forwarded-Proto": "javascript"},
        {"X-Original-URL": "/api/tenants/x/organisation"},
        {"Forwarded": "for=127.0.0.1;host=evil.example"},
    ],
    ids=str,
)
def test_odd_headers_change_no_answer(victim: Victim, headers: dict[str, str]) -> None:
    path = victim.organisation.path("contacts")
    plain = victim.organisation.admin.client.get(path)
    odd = victim.organisation.admin.client.get(path, headers=headers)
    assert (odd.status_code, odd.content) == (plain.status_code, plain.content)
    assert "evil" not in str(odd.headers)


# ── Rights that come with the body ──────────────────────────────────────────────────────────────────────────────────

#: Members that are nobody's to send.
PRIVILEGES: dict[str, Any] = {
    "id": 1,
    "pk": 1,
    "tenant_id": "00000000-0000-0000-0000-000000000000",
    "tenant": "other-lender",
    "slug": "other-lender",
    "user_id": 1,
    "email": "eve@evil.example",
    "role": "administrator",
    "is_staff": True,
    "is_superuser": True,
    "is_active": False,
    "permissions": ["*"],
    "created_at": "2001-01-01T00:00:00Z",
    "created_side": "hubspot",
    "version": 99,
    "deleted_at": None,
    "support_by": "eve",
    "hash": "x",
    "__proto__": {"role": "administrator"},
    "constructor": {"prototype": {"role": "administrator"}},
}


@each_body
def test_what_is_sent_beyond_the_schema_gives_no_rights(operation: Operation, database: str) -> None:
    """The same as two people of equal rights send it, once with more than is asked for."""
    plain, laden = make_organisation(), make_organisation()
    known = set(schema_of(operation).get("properties", {})) or set(
        DOCUMENT["components"]["schemas"][schema_of(operation)["$ref"].rsplit("/", 1)[1]]["properties"]
    )
    extra = {name: value for name, value in PRIVILEGES.items() if name not in known}
    statuses = []
    for organisation, more in ((plain, {}), (laden, extra)):
        ids = dict.fromkeys(re.findall(r"\{(\w+)\}", operation.path), "1")
        path = operation.address(organisation.slug, ids)
        answer = organisation.admin.call(operation.method, path, {**more, **operation.body})
        statuses.append(answer.status_code)
        assert "2001-01-01" not in answer.content.decode()
        assert "evil.example" not in answer.content.decode()
    assert statuses[0] == statuses[1]
    assert laden.scalar("SELECT slug FROM tenants WHERE id = %s", laden.id) == laden.slug
    assert [row["role"] for row in laden.rows("SELECT role FROM memberships")] == ["administrator"]


def test_a_member_named_twice_counts_once(victim: Victim) -> None:
    """The last one counts, for whoever checks it and for whoever uses it."""
    officer = victim.organisation.member(Role.LOAN_OFFICER)
    body = '{"name": "x", "scopes": ["mapping:write"], "expires_in_days": 1, "scopes": ["contacts:read"]}'
    assert send(officer, "POST", victim.organisation.path("tokens"), body).json()["scopes"] == ["contacts:read"]
    body = '{"name": "x", "scopes": ["contacts:read"], "expires_in_days": 1, "scopes": ["mapping:write"]}'
    assert send(officer, "POST", victim.organisation.path("tokens"), body).status_code == 422


# ── Signing in ──────────────────────────────────────────────────────────────────────────────────────────────────────


def addresses_of(patterns: list[Any], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses_of(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            yield "/" + re.sub(r"<\w+:\w+>|<\w+>", "1", path).rstrip("$")


#: Every address of the library that signs people in; `app` is the same for programs.
SIGN_IN = sorted(
    {path for path in addresses_of(get_resolver().url_patterns) if path.startswith("/api/auth/browser/v1/")}
)

#: Everything that its bodies may name, at once.
MEMBERS = (
    "email", "password", "username", "key", "code", "name", "current_password", "new_password", "credential", "id",
    "ids", "authenticators", "sessions", "provider", "process", "token", "callback_url", "phone", "trust",
    "passwordless",
    "next",
)  # fmt: skip
ODD_MEMBERS = [
    *TEXTS.values(),
    "null",
    "[]",
    "[null]",
    "[5]",
    '["x"]',
    "{}",
    '{"id": "x"}',
    '{"id": 5, "type": "public-key", "rawId": "x", "response": {}}',
    '{"id": "eA", "rawId": "eA", "type": "public-key", "response": {"clientDataJSON": "eA", "attestationObject": "eA", '
    '"authenticatorData": "eA", "signature": "eA", "userHandle": "eA"}}',
    '{"id": "eA", "rawId": "eA", "type": "public-key", "response": {"clientDataJSON": "e30", "attestationObject": '
    '"oA", "authenticatorData": "eA", "signature": "eA", "userHandle": null}}',
    "true",
    str(2**63),
    "1" + "0" * 400,
    "9e400",
    "NaN",
    "-1",
]


def test_the_library_that_signs_people_in_is_walked() -> None:
    assert len(SIGN_IN) > 20


@pytest.mark.parametrize("path", SIGN_IN)
@pytest.mark.parametrize("signed", [False, True], ids=["nobody", "somebody"])
def test_odd_bodies_break_no_door_of_sign_in(victim: Victim, path: str, signed: bool) -> None:
    email = victim.organisation.person(Role.AUDITOR)
    bodies = [
        *BODIES.values(),
        *("{" + ", ".join(f'"{name}": {odd}' for name in MEMBERS) + "}" for odd in ODD_MEMBERS),
        *(f'{{"email": "{email}", "password": {odd}, "code": {odd}}}' for odd in ODD_MEMBERS[:4]),
    ]
    view = getattr(resolve(path).func, "view_class", None)  # none: not offered
    for method in {"POST", "PUT", "PATCH", "DELETE"} & {name.upper() for name in dir(view)} or {"POST"}:
        browser = signed_in(email) if signed else Browser()
        browser.call("GET", path)  # of a passkey: the question that is answered
        for body in bodies:
            answer = send(browser, method, path, body)
            assert answer.status_code < 500, (method, path, body[:200], answer.content)
            assert b"root:" not in answer.content


def test_a_session_that_was_put_into_a_browser_is_not_the_one_that_signs_in(victim: Victim) -> None:
    """Whoever planted it would be signed in as well."""
    planted = Browser()
    planted.call("GET", "/api/auth/browser/v1/config")
    planted.client.cookies["sessionid"] = "p" * 32
    csrf = planted.client.cookies["csrftoken"].value
    assert planted.sign_in(victim.organisation.person(Role.AUDITOR)).status_code == 200
    assert planted.client.cookies["sessionid"].value != "p" * 32
    assert planted.client.cookies["csrftoken"].value != csrf
    thief = Browser()
    thief.client.cookies["sessionid"] = "p" * 32
    assert thief.call("GET", "/api/session").status_code == 401


def test_a_session_is_of_no_use_after_signing_out(victim: Victim) -> None:
    browser = signed_in(victim.organisation.person(Role.AUDITOR))
    stolen = browser.client.cookies["sessionid"].value
    browser.call("DELETE", "/api/auth/browser/v1/auth/session")
    assert Client().get("/api/session", headers={"Cookie": f"sessionid={stolen}"}).status_code == 401


def test_cookies_are_kept_from_scripts_and_other_sites(victim: Victim) -> None:
    cookies = signed_in(victim.organisation.person(Role.AUDITOR)).client.cookies
    assert set(cookies) == {"sessionid", "csrftoken"}
    assert {cookie["samesite"] for cookie in cookies.values()} == {"Lax"}
    assert {cookie["domain"] for cookie in cookies.values()} == {""}
    assert cookies["sessionid"]["httponly"]


def test_an_unknown_address_costs_as_much_as_a_wrong_password(victim: Victim, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time of an answer tells whether a password was hashed: it is, as often."""
    hashed: list[str] = []
    hasher = get_hasher()
    encode = type(hasher).encode
    monkeypatch.setattr(type(hasher), "encode", lambda *args, **more: hashed.append("") or encode(*args, **more))
    spent = []
    for email in (victim.organisation.person(Role.AUDITOR), "nobody@nowhere.example"):
        hashed.clear()
        answer = Browser().sign_in(email, "not the password")
        spent.append((answer.status_code, answer.json()["errors"], len(hashed)))
    assert spent[0] == spent[1]
    assert spent[0][2] == 1


# ── What others are told: hosts, redirects, headers ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"X-Forwarded-Host": "evil.example"},
        {"Forwarded": "host=evil.example"},
        {"Origin": "http://testserver", "Host": "evil.example"},
        {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example", "X-Forwarded-Port": "1"},
    ],
    ids=str,
)
def test_links_in_mails_lead_to_the_public_address_whatever_host_was_asked(
    victim: Victim, headers: dict[str, str]
) -> None:
    email = victim.organisation.person(Role.AUDITOR)
    Browser().call("POST", "/api/auth/browser/v1/auth/password/request", {"email": email}, **headers)
    invited = f"ida-{len(str(headers))}@victim.example"
    victim.organisation.admin.call(
        "POST", victim.organisation.path("invitations"), {"email": invited, "role": "auditor"}, **headers
    )
    told = [mail["body"] for address in (email, invited) for mail in mails_to(address)]
    assert all("evil" not in body for body in told)
    for link in re.findall(r"https?://\S+", " ".join(told)):
        assert link.startswith("http://localhost/")


@pytest.mark.parametrize("host", ["evil.example", "testserver:99999", "[::1", "a b", "", "x" * 5_000, "\u00e9"])
@pytest.mark.parametrize(
    "path", ["/", "/api/session", "/oauth/hubspot/callback", "/oauth/company/x/callback", "/docs/problems"]
)
def test_an_odd_host_is_not_led_away(database: str, path: str, host: str) -> None:
    answer = Client(raise_request_exception=False).get(path, headers={"Host": host})
    assert answer.status_code < 500 or b"not built" in answer.content
    assert "evil" not in answer.headers.get("Location", "")


ELSEWHERE = (
    "https://evil.example", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example",
    "https:evil.example",
    "/\t/evil.example", "javascript:alert(1)", "data:text/html,x", "http://testserver@evil.example",
    "http://testserver.evil.example", "/%2f%2fevil.example", "\u2215\u2215evil.example", "/\r\nLocation: https://evil.example",
)  # fmt: skip


@pytest.mark.parametrize("place", ELSEWHERE)
def test_nobody_is_led_to_another_site(victim: Victim, place: str) -> None:
    browser = signed_in(victim.organisation.person(Role.AUDITOR))
    names = ("next", "return", "return_to", "redirect", "redirect_uri", "url", "callback_url", "state", "error", "code")
    query = dict.fromkeys(names, place)
    for path in (
        "/oauth/hubspot/callback",
        "/oauth/company/x/callback",
        f"/oauth/company/{victim.organisation.slug}/callback",
        "/api/session",
        "/",
    ):
        for who in (browser, Browser()):
            answer = who.client.get(path, query_params=query)
            assert answer.status_code < 500 or b"not built" in answer.content
            where = urlsplit(answer.headers.get("Location", ""))
            assert where.netloc in ("", "testserver")
            assert "\\" not in where.path
            assert not where.path.startswith("//")
            assert not {name for name, _ in answer.headers.items()} & {"Bcc", "X-Injected"}
    for path in ("auth/provider/redirect", "auth/login", "auth/password/request", "auth/signup"):
        answer = browser.call("POST", f"/api/auth/browser/v1/{path}", {**query, "provider": "x", "process": "login"})
        assert 400 <= answer.status_code < 500
        assert "Location" not in answer.headers


def test_a_line_break_in_what_is_repeated_adds_no_header(victim: Victim) -> None:
    page = urlsplit(victim.organisation.call("POST", "connection/authorize").json()["url"])
    state = dict(parse_qsl(page.query))["state"]
    odd = "x\r\nSet-Cookie: owned=1\r\n\r\n<script>"
    answer = victim.organisation.admin.client.get(
        "/oauth/hubspot/callback", query_params={"state": state, "error": odd}
    )
    assert answer.status_code == 302
    assert "owned" not in answer.cookies
    assert "\n" not in answer.headers["Location"]
    assert answer.headers["Location"].startswith(
        f"/{victim.organisation.slug}/connection?problem=authorization-refused"
    )


def test_an_invented_way_does_not_make_one_somebody_else(victim: Victim) -> None:
    """Without proxies of our own nobody is believed where they come from: guesses count for who sends them."""
    client = Client(REMOTE_ADDR="198.51.100.9")
    client.get("/")
    told = []
    for number in range(40):
        told.append(
            client.post(
                "/api/auth/browser/v1/auth/login",
                {"email": f"guess{number}@nowhere.example", "password": "x"},
                content_type="application/json",
                headers={
                    "X-Forwarded-For": f"203.0.113.{number}",
                    "X-Real-Ip": f"203.0.113.{number}",
                    "Forwarded": f"for=203.0.113.{number}",
                },
            ).status_code
        )
    assert told[0] == 400
    assert told[-1] == 429


# ── Searching and exporting ─────────────────────────────────────────────────────────────────────────────────────────


def test_signs_of_sql_and_of_patterns_are_letters_like_others(database: str) -> None:
    lender = make_organisation()
    lender.contact(firstname="Per100%Cent", lastname="Under_Score", email="o'hara@x.example", company="back\\slash")
    lender.contact(firstname="PerOther", lastname="UnderXScore", email="other@x.example", company="backXslash")
    for search, found in {
        "100%c": 1, "%%%": 0, "r_s": 1, "___": 0, "k\\s": 1, "o'h": 1, "' or": 0, "');--": 0, "per": 2, "\\%\\": 0,
    }.items():  # fmt: skip
        assert len(lender.get("contacts", search=search)["items"]) == found, search
    assert lender.get("contacts", state="' OR '1'='1")["items"] == []
    for sort in ("id; DROP TABLE contacts", "created_at--", "(SELECT 1)", "updated_at DESC"):
        assert lender.admin.client.get(lender.path("contacts"), query_params={"sort": sort}).status_code == 422


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_cell_of_the_audit_export_is_a_formula(database: str, sign: str) -> None:
    lender = make_organisation()
    lender.call("POST", "fields", {"name": "odd", "label": f"{sign}HYPERLINK(0)", "kind": "text"})
    lender.call("PATCH", "organisation", {"name": f"{sign}cmd|' /C calc'!A0"})
    answer = lender.admin.client.get(lender.path("audit/export"), query_params={"format": "csv"})
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert len(rows) > 2
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]


@pytest.mark.parametrize("path", ["/api/docs", "/docs/problems"])
def test_pages_of_reference_need_nothing_from_elsewhere(database: str, path: str) -> None:
    answer = Client().get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    page = answer.content.decode()
    assert "<script" not in page
    assert not re.findall(r'(?:src|href)="(?!/|#)', page)
    if path == "/api/docs":
        assert {f'id="{operation.name}"' for operation in EVERY} <= set(re.findall(r'id="\w+"', page))


# ── Over the wire: what no client of a test would send ──────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def port(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The server as it runs, with a page to serve."""
    pages = tmp_path_factory.mktemp("dist")
    (pages / "index.html").write_text("<!doctype html><title>LoanArk</title>")
    (pages / "assets").mkdir()
    (pages / "assets" / "app.js").write_text("0")
    (pages.parent / "secret.txt").write_text("root:x")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("FRONTEND_DIR", "WHITENOISE_ROOT"):
            patch.setattr(settings, name, pages)
        django = WSGIMiddleware(get_wsgi_application())

        async def application(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http" and Hub().serves(scope["path"]):
                await Hub().stream(scope, receive, send)
            else:
                await django(scope, receive, send)

        server = uvicorn.Server(uvicorn.Config(application, port=0, **{**SERVER, "lifespan": "off"}))
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield server.servers[0].sockets[0].getsockname()[1]
        server.should_exit = server.force_exit = True
        thread.join(10)


def spoken(port: int, *lines: bytes) -> bytes:
    """What the server says to these lines."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(b"\r\n".join([*lines, b"Connection: close", b"", b""]))
        said = b""
        while piece := connection.recv(65_536):
            said += piece
    return said


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../secret.txt", "/assets/../../secret.txt", "/../secret.txt", "/assets/..%2f..%2fsecret.txt",
        "/%2e%2e/secret.txt", "/assets/%2e%2e/%2e%2e/secret.txt", "//secret.txt", "/assets//../../secret.txt",
        "/..%5csecret.txt", "/assets/..;/..;/secret.txt", "/%c0%ae%c0%ae/secret.txt",
        "/assets/app.js/../../../secret.txt",
        "/assets/../../../../../../../etc/passwd", "/etc/passwd", "/assets/%00/../secret.txt", "file:///etc/passwd",
    ],
)  # fmt: skip
def test_nothing_beside_the_page_is_served(port: int, path: str) -> None:
    said = spoken(port, f"GET {path} HTTP/1.1".encode(), b"Host: testserver")
    assert b"root:" not in said
    assert said.split(b" ")[1] in (b"200", b"400", b"404"), said[:300]


@pytest.mark.parametrize(
    "ranges", ["bytes=0-0", "bytes=5-1", "bytes=-0", "bytes=99999999999999999999-", "bytes=,,,", "x=1"]
)
def test_odd_ranges_of_a_file_break_nothing(port: int, ranges: str) -> None:
    said = spoken(port, b"GET /assets/app.js HTTP/1.1", b"Host: testserver", f"Range: {ranges}".encode())
    assert said.split(b" ")[1] in (b"200", b"206", b"416"), said[:300]


@pytest.mark.parametrize(
    ("cookie", "status"),
    [(rb'sessionid="' + rb"\000" * 16 + b'"', b"401"), (b"sessionid=\xff\xfe" * 8, b"401"), (b"x" * 20_000, b"401")],
    ids=["NUL", "no UTF-8", "long"],
)
def test_an_odd_cookie_opens_no_stream(port: int, victim: Victim, cookie: bytes, status: bytes) -> None:
    path = victim.organisation.path("live").encode()
    said = spoken(port, b"GET " + path + b" HTTP/1.1", b"Host: testserver", b"Cookie: " + cookie)
    assert said.split(b" ")[1] == status, said[:300]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "HEAD", "TRACE"])
def test_a_stream_is_only_read(port: int, victim: Victim, method: str) -> None:
    cookies = "; ".join(f"{name}={one.value}" for name, one in victim.organisation.admin.client.cookies.items())
    path = victim.organisation.path("live")
    said = spoken(port, f"{method} {path} HTTP/1.1".encode(), b"Host: testserver", f"Cookie: {cookies}".encode())
    assert said.split(b" ")[1] == b"405"
    assert b"hello" not in said


def test_the_server_believes_no_header_where_a_request_comes_from(port: int, victim: Victim) -> None:
    """Proxies are counted in one place, `LOANARK_TRUSTED_PROXIES`, and there are none."""
    email = victim.organisation.person(Role.AUDITOR)
    browser = Browser()
    body = json.dumps({"email": email, "password": PASSWORD}).encode()
    csrf = browser.client.cookies["csrftoken"].value
    said = spoken(
        port,
        b"POST /api/auth/browser/v1/auth/login HTTP/1.1",
        b"Host: testserver",
        b"Content-Type: application/json",
        f"Content-Length: {len(body)}\r\nCookie: csrftoken={csrf}\r\nX-CSRFToken: {csrf}".encode(),
        b"X-Forwarded-For: 203.0.113.66\r\nConnection: close\r\n\r\n" + body,
    )
    assert said.split(b" ")[1] == b"200", said[:500]
    where = victim.organisation.rows("SELECT address FROM audit_events WHERE actor = %s", email)
    assert {row["address"] for row in where} == {"127.0.0.1"}
