"""Every refusal is a problem document: a stable code, a sentence, and the fields that are wrong."""

import base64
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from django.db import connections
from django.test import Client
from organisations import Browser, Organisation, make_organisation

from loanark.contacts import queries
from loanark.kit import sql

NOBODY = "5d7c1f3e-5f0a-4c8e-9a1d-000000000001"


@pytest.fixture(scope="module")
def lender(database: str) -> Organisation:
    return make_organisation()


def assert_problem(answer: Any, status: int, code: str, *fields: str) -> None:
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert (body["status"], body["code"], body["type"]) == (status, code, f"/docs/problems#{code}")
    assert set(body["errors"]) == set(fields)
    assert body["title"]
    assert len(body["detail"]) > 10


@pytest.mark.parametrize("path", ["nothing", "contacts/no-uuid/x", "runs/1/explode"])
def test_an_address_that_does_not_exist(lender: Organisation, path: str) -> None:
    assert_problem(lender.call("GET", path), 404, "not-found")


@pytest.mark.parametrize("path", [f"contacts/{NOBODY}", f"contacts/{NOBODY}/timeline", "runs/999999"])
def test_a_row_that_does_not_exist(lender: Organisation, path: str) -> None:
    assert_problem(lender.call("GET", path), 404, "not-found")


@pytest.mark.parametrize(("method", "path"), [("PUT", "contacts"), ("DELETE", "runs"), ("GET", "connection/check")])
def test_a_method_that_does_not_exist(lender: Organisation, method: str, path: str) -> None:
    answer = lender.call(method, path)
    assert_problem(answer, 405, "method")
    assert answer.headers["Allow"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=many", "limit"),
        ("sort=shoe_size", "sort"),
        ("sync=fine", "sync.0"),
        ("created_side=moon", "created_side.0"),
        ("deleted=perhaps", "deleted"),
    ],
)
def test_a_query_that_is_not_understood(lender: Organisation, query: str, field: str) -> None:
    answer = lender.call("GET", f"contacts?{query}")
    assert answer.status_code == 422
    assert any(name.endswith(field) for name in answer.json()["errors"]), answer.json()


def _cursor(*parts: object) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(parts)).decode()


@pytest.mark.parametrize(
    "cursor",
    ["x", "999", "²", "%00", "bnVsbA==", _cursor(), _cursor("x", "y"), _cursor(1, 2), _cursor("x", NOBODY)],
)
def test_a_cursor_that_is_none_of_ours(lender: Organisation, cursor: str) -> None:
    assert_problem(lender.call("GET", f"contacts?cursor={cursor}"), 422, "invalid", "cursor")


@pytest.mark.parametrize("path", ["conflicts", "rejections"])
@pytest.mark.parametrize("cursor", ["x", "-1", "²", "9" * 30])
def test_a_number_cursor_that_is_none_of_ours(lender: Organisation, path: str, cursor: str) -> None:
    assert_problem(lender.call("GET", f"{path}?cursor={cursor}"), 422, "invalid", "cursor")


@pytest.mark.parametrize("path", ["runs/" + "9" * 30, "contacts?search=a%00b", "contacts?state=%00"])
def test_values_that_postgresql_cannot_even_compare(lender: Organisation, path: str) -> None:
    assert lender.call("GET", path).status_code in (404, 422)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff\xfe", b'{"values": 3}'])
def test_a_body_that_is_not_understood(lender: Organisation, body: bytes) -> None:
    token = lender.admin.client.cookies["csrftoken"].value
    answer = lender.admin.client.post(
        lender.path("contacts"), body, content_type="application/json", headers={"X-CSRFToken": token}
    )
    assert answer.status_code in (400, 422)
    assert answer.json()["code"] == "malformed"


def test_a_mistake_of_ours_tells_nothing_of_the_inside(lender: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(queries, "page", broken)
    answer = lender.call("GET", "contacts")
    assert_problem(answer, 500, "unexpected")
    assert b"secret detail" not in answer.content


def test_two_of_the_same_at_once_is_a_conflict_not_a_breakdown(
    lender: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def collide(*_: object, **__: object) -> None:
        sql.execute("INSERT INTO leases (tenant_id) VALUES (%s), (%s)", [lender.id, lender.id])

    monkeypatch.setattr(queries, "page", collide)
    assert_problem(lender.call("GET", "contacts"), 409, "stale")


@pytest.fixture
def database_down(database: str) -> Iterator[None]:
    connection = connections["default"]
    good = {name: connection.settings_dict[name] for name in ("PORT", "OPTIONS")}
    connection.close()
    connection.close_pool()
    pool = {**good["OPTIONS"]["pool"], "timeout": 0.3}
    connection.settings_dict.update(PORT="1", OPTIONS={**good["OPTIONS"], "pool": pool})
    yield
    connection.close()
    connection.close_pool()
    connection.settings_dict.update(good)


def test_the_database_is_down(lender: Organisation, database_down: None) -> None:
    assert_problem(lender.call("GET", "contacts"), 503, "database-away")
    assert_problem(lender.call("POST", "contacts", {"values": {"firstname": "A"}}), 503, "database-away")
    assert_problem(Browser().sign_in("a@b.example"), 503, "database-away")
    assert_problem(Client().get("/health/ready"), 503, "database-away")
    assert Client().get("/health/live").json() == {"status": "live"}


def test_connections_that_died_with_the_database_cost_no_request(lender: Organisation) -> None:
    assert lender.call("GET", "contacts").status_code == 200
    sql.rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid()"
    )
    with pytest.raises(Exception, match=r"terminating|closed"):
        sql.rows("SELECT pg_terminate_backend(pg_backend_pid())")
    connections["default"].close()
    assert lender.call("GET", "contacts").status_code == 200


def test_health_and_metrics(lender: Organisation) -> None:
    assert Client().get("/health/ready").json() == {"status": "ready"}
    numbers = Client().get("/metrics").content.decode()
    assert "loanark_workers_alive 0.0" in numbers
    assert lender.slug not in numbers


def test_webhooks_are_refused_without_a_signature(database: str) -> None:
    answer = Client().post("/webhooks/hubspot", [], content_type="application/json")
    assert_problem(answer, 401, "bad-signature")
    assert_problem(Client().get("/webhooks/hubspot"), 405, "method")


@pytest.mark.parametrize("path", ["api/nothing", "assets/missing.js", "health/other", "oauth/other"])
def test_what_is_not_a_page_is_not_answered_with_the_page(database: str, path: str) -> None:
    assert_problem(Client().get(f"/{path}"), 404, "not-found")


def test_every_other_address_is_the_page(database: str) -> None:
    assert Client().get("/some-lender/contacts").status_code in (200, 503)  # 503: it is not built
    assert_problem(Client().post("/some-lender/contacts"), 404, "not-found")
