"""What a request passes before a thread works on it: it is small, it comes in time, it came over https."""

import hashlib
import http.client
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import orjson
import pytest
from django.conf import settings
from organisations import Organisation, make_organisation
from test_live import opened

from loanark.tenants.models import Role
from loanark.web import intake
from loanark.web.config import LARGEST_BODY, ConfigurationError, load

SIGN_IN = "/api/auth/app/v1/auth/login"


@pytest.fixture(scope="module")
def lender(database: str) -> Organisation:
    return make_organisation()


@contextmanager
def asked(
    port: int, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, **more: Any
) -> Iterator[http.client.HTTPResponse]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, body, headers or {}, **more)
        yield connection.getresponse()
    finally:
        connection.close()


def code(answer: http.client.HTTPResponse) -> tuple[int, str]:
    return answer.status, orjson.loads(answer.read())["code"]


# ── Size ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", [SIGN_IN, "/webhooks/hubspot", "/api/tenants/x/contacts", "/nowhere"])
def test_a_body_that_is_announced_too_large_is_refused_before_it_is_sent(port: int, path: str) -> None:
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {LARGEST_BODY + 1}\r\n\r\n".encode())
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        assert code(answer) == (413, "too-large")
        assert answer.headers["Connection"] == "close"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_body_of_unknown_size_is_refused_when_it_has_become_too_large(port: int) -> None:
    pieces = (b"x" * 65_536 for _ in range(LARGEST_BODY // 65_536 + 1))
    with asked(port, "POST", SIGN_IN, pieces, encode_chunked=True) as answer:
        assert code(answer) == (413, "too-large")


def test_a_body_in_pieces_is_read_as_a_whole(port: int, lender: Organisation) -> None:
    said = orjson.dumps({"email": lender.person(Role.AUDITOR), "password": "correct horse battery"})
    pieces = [said[:9], said[9:20], said[20:]]
    headers = {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}
    with asked(port, "POST", SIGN_IN, iter(pieces), headers, encode_chunked=True) as answer:
        assert answer.status == 200, answer.read()


def test_the_largest_body_is_taken(port: int) -> None:
    with asked(port, "POST", SIGN_IN, b"{" + b" " * (LARGEST_BODY - 1), {"Content-Type": "application/json"}) as answer:
        assert answer.status == 400, "it was read, and is no JSON"


# ── Time ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_sender_who_never_ends_is_told_so_and_holds_no_thread(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "BODY_SECONDS", 1.0)
    slow = [socket.create_connection(("127.0.0.1", port), 10) for _ in range(20)]
    for connection in slow:
        connection.sendall(f"POST {SIGN_IN} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{{".encode())
    with asked(port, "GET", "/health/live") as answer:
        assert answer.status == 200, "twenty wait, and there are eight threads"
    for connection in slow:
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        assert code(answer) == (408, "too-slow")
        connection.close()


def test_a_sender_who_hangs_up_leaves_nothing_behind(port: int, caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.sendall(f"POST {SIGN_IN} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{{".encode())
    with asked(port, "GET", "/health/live") as answer:
        assert answer.status == 200
    assert caplog.records == []


# ── https ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def public(monkeypatch: pytest.MonkeyPatch, database: str) -> str:
    monkeypatch.setattr(settings, "CONFIG", replace(settings.CONFIG, public_url="https://crm.lender.example"))
    return "https://crm.lender.example"


def test_a_page_asked_for_in_the_clear_is_sent_to_the_public_address(port: int, public: str) -> None:
    with asked(port, "GET", "/t/lender/contacts?q=a%26b", headers={"Host": "evil.example"}) as answer:
        assert answer.status == 308
        assert answer.headers["Location"] == f"{public}/t/lender/contacts?q=a%26b"


@pytest.mark.parametrize("path", ["//evil.example/x", "/%0d%0aSet-Cookie:x", "/\\evil.example"])
def test_such_a_redirect_leads_nowhere_else(port: int, public: str, path: str) -> None:
    with asked(port, "GET", path) as answer:
        assert answer.headers["Location"].startswith(f"{public}/")
        assert answer.headers["Set-Cookie"] is None


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/api/session"), ("POST", SIGN_IN), ("POST", "/webhooks/hubspot"), ("POST", "/t/lender")],
)
def test_a_program_that_speaks_in_the_clear_is_refused(port: int, public: str, method: str, path: str) -> None:
    with asked(port, method, path, b"{}") as answer:
        assert code(answer) == (403, "https-only")


def test_the_live_stream_is_refused_in_the_clear_too(port: int, public: str, lender: Organisation) -> None:
    with opened(port, lender.slug, lender.admin) as answer:
        assert code(answer) == (403, "https-only")


def test_what_came_to_the_proxy_over_https_passes(port: int, public: str) -> None:
    with asked(port, "GET", "/api/session", headers={"X-Forwarded-Proto": "https"}) as answer:
        assert code(answer) == (401, "not-signed-in")


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics"])
def test_machines_ask_for_health_without_the_proxy(port: int, public: str, path: str) -> None:
    with asked(port, "GET", path) as answer:
        assert answer.status == 200


@pytest.mark.parametrize("url", ["http://crm.lender.example", "http://192.168.1.7:8000", "http://localhost.example"])
def test_a_public_address_in_the_clear_stops_the_start(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("LOANARK_PUBLIC_URL", url)
    with pytest.raises(ConfigurationError, match=r"Set LOANARK_PUBLIC_URL to the https address"):
        load()


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "http://localhost", "http://[::1]:8000", "https://a.example"])
def test_on_this_machine_http_will_do(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("LOANARK_PUBLIC_URL", url)
    assert load().public_url == url


# ── Headers, and what a refusal costs ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", ["/", "/api/session", "/docs/problems", "/nowhere.js"])
def test_every_answer_tells_browsers_what_they_must_not_do(port: int, path: str) -> None:
    with asked(port, "GET", path) as answer:
        headers = answer.headers
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert "script-src" not in headers["Content-Security-Policy"], "scripts come from here alone"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "camera=()" in headers["Permissions-Policy"]
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert headers["Server"] is None


def test_the_live_stream_and_what_is_refused_early_say_so_too(port: int, lender: Organisation, public: str) -> None:
    with (
        opened(port, lender.slug, lender.admin, {"X-Forwarded-Proto": "https"}) as stream,
        asked(port, "GET", "/") as sent,
    ):
        for answer in (stream, sent):
            assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
            assert answer.headers["X-Frame-Options"] == "DENY"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert "object-src 'none'" in answer.headers["Content-Security-Policy"]


def test_the_pages_own_files_come_with_the_policy(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with asked(port, "GET", "/index.html") as answer:
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Access-Control-Allow-Origin"] is None


def test_what_the_api_answers_is_kept_by_nobody(lender: Organisation) -> None:
    assert lender.call("GET", "contacts").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("signature", [None, "x", hashlib.sha256(b"").hexdigest()])
def test_an_unsigned_webhook_is_refused_without_a_question_to_the_database(
    database: str, signature: str | None
) -> None:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    headers = {"X-HubSpot-Signature-v3": signature, "X-HubSpot-Request-Timestamp": "1"} if signature else {}
    with CaptureQueriesContext(connection) as asked:
        answer = Client().post("/webhooks/hubspot", b"[]", content_type="application/json", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "bad-signature")
    assert len(asked) == 0


def test_a_statement_that_takes_too_long_is_ended(lender: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    from loanark.contacts import api
    from loanark.kit import sql
    from loanark.tenants import access

    monkeypatch.setattr(access, "STATEMENT_SECONDS", 0.05)
    monkeypatch.setattr(api.queries, "page", lambda *_, **__: sql.scalar("SELECT pg_sleep(5)"))
    answer = lender.call("GET", "contacts")
    assert (answer.status_code, answer.json()["code"]) == (503, "took-too-long")
