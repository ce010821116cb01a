"""What was asked of HubSpot is written down in outline: nothing of anybody and no secret, cheaply, and not for long."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from loanark.hubspot.outline import outline, template

if TYPE_CHECKING:
    from organisations import Organisation
    from world import World


@pytest.fixture
def lender(database: str) -> Organisation:
    from organisations import make_organisation

    return make_organisation()


def logged(world: World) -> list[dict[str, Any]]:
    return world.rows("SELECT * FROM hubspot_requests ORDER BY id")


def test_every_request_of_the_simulators_is_there_once(world: World) -> None:
    world.sql("DELETE FROM hubspot_requests")
    _, contact_id = world.pair(city="Austin")
    world.sql("DELETE FROM hubspot_requests")
    world.hubspot.forget_requests()
    world.edit(contact_id, city="Boise")
    world.settle()
    rows = logged(world)
    assert [row["method"] for row in rows] == [row["method"] for row in world.hubspot.simulator.log]
    assert all(row["status"] in (200, 201, 207) and row["ms"] >= 0 and row["attempt"] == 1 for row in rows)
    (write,) = [row for row in rows if row["path"].endswith("/batch/update")]
    assert write["lane"] == "edit"
    assert write["records"] == [world.hubspot_id(contact_id)]
    assert write["request"]["body"]["inputs"][0]["properties"] == {"city": "•••"}


def test_a_runs_requests_lead_back_to_it(world: World) -> None:
    world.sweep()
    run_id = world.run("sweep")["id"]
    lanes = {(row["run_id"], row["lane"]) for row in logged(world) if row["run_id"]}
    assert (run_id, "sweep") in lanes
    of_run = [row for row in logged(world) if row["run_id"] == run_id]
    assert world.run("sweep")["requests"] == len(of_run)
    assert all(row["run_id"] is None for row in logged(world) if row["lane"] == "poll")


def test_nothing_of_anybody_is_in_it(world: World) -> None:
    id, contact_id = world.pair(
        firstname="Xanthippe", email="xanthippe@example.com", phone="+15125551000", city="Xanadu"
    )
    world.sql("UPDATE contacts SET city = 'Xenia', email = 'not an e-mail, Xanthippe' WHERE id = %s", contact_id)
    world.settle()
    world.hubspot.archive(id)
    world.settle()
    world.sweep()
    text = json.dumps(logged(world), default=str).lower()
    for personal in ("xanth", "xana", "xenia", "15125551000", "not an e-mail"):
        assert personal not in text
    assert world.hubspot.simulator.static_token().lower() not in text
    assert "properties" in text and '"city"' in text


def test_a_failure_and_its_repetition_are_two_attempts(world: World) -> None:
    _, contact_id = world.pair()
    world.sql("DELETE FROM hubspot_requests")
    world.hubspot.fails("/batch/update", status=503)
    world.edit(contact_id, city="Boise")
    world.settle()
    writes = [row for row in logged(world) if row["path"].endswith("/batch/update")]
    assert [(row["status"], row["attempt"]) for row in writes] == [(503, 1), (200, 2)]


def test_only_the_newest_are_kept(world: World) -> None:
    from loanark.connections import request_log
    from loanark.tenants.access import tenant_scope

    world.sql("DELETE FROM hubspot_requests")
    world.sql(
        """INSERT INTO hubspot_requests (at, lane, method, path, ms, attempt)
           SELECT now() - make_interval(hours => CASE WHEN n <= 3 THEN 25 ELSE 1 END), 'poll', 'GET', '/x', n, 1
           FROM generate_series(1, 2100) AS n ORDER BY n"""
    )
    with tenant_scope(world.tenant_id):
        request_log.prune()
    kept = [row["ms"] for row in logged(world)]
    assert (len(kept), kept[0], kept[-1]) == (2000, 101, 2100)


def test_a_log_that_cannot_be_written_stops_nothing(world: World) -> None:
    from loanark.kit import sql

    _, contact_id = world.pair()
    real = sql.execute

    def full(statement: str, params: Any = ()) -> int:
        from django.db import DataError

        if "hubspot_requests" in statement:
            raise DataError("the disk is full")
        return real(statement, params)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("loanark.connections.request_log.sql.execute", full)
        world.edit(contact_id, city="Boise")
        world.settle()
    world.assert_same()


def test_paths_and_bodies_keep_their_shape() -> None:
    assert template("/crm/objects/2026-09/contacts/101") == "/crm/objects/2026-09/contacts/{id}"
    assert template("/crm/objects/2026-09/contacts/ann%40example.com") == "/crm/objects/2026-09/contacts/{id}"
    assert template("/crm/properties/2026-09/contacts/loanark_id") == "/crm/properties/2026-09/contacts/loanark_id"
    answer = {
        "status": "COMPLETE",
        "results": [{"id": str(n), "properties": {"email": "a@b.example", "age": 42, "city": None}} for n in range(5)],
        "errors": [{"category": "CONFLICT", "message": "a@b.example exists", "context": {"ids": ["a@b.example"]}}],
    }
    assert outline(answer) == {
        "status": "COMPLETE",
        "results": [
            *({"id": str(n), "properties": {"email": "•••", "age": "•••", "city": None}} for n in range(2)),
            "… 3 more",
        ],
        "errors": [{"category": "CONFLICT", "message": "•••", "context": {"ids": ["•••"]}}],
    }
    asked = {"idProperty": "email", "properties": ["email", "city"], "inputs": [{"id": "a@b.example"}]}
    assert outline(asked) == {"idProperty": "email", "properties": ["email", "city"], "inputs": [{"id": "•••"}]}


def request(lender: Organisation, **columns: Any) -> int:
    row = {"lane": "sweep", "method": "GET", "path": "/crm/x", "status": 200, "ms": 5, "attempt": 1, **columns}
    lender.insert("hubspot_requests", **row)
    return int(lender.scalar("SELECT max(id) FROM hubspot_requests"))


def test_the_inspector_filters_and_opens_them(lender: Organisation) -> None:
    good = request(lender)
    refused = request(lender, status=400, lane="edit", path="/crm/objects/batch/update", correlation="abc")
    limited, broken = request(lender, status=429), request(lender, status=502)
    silent = request(lender, status=None, failure="no answer: ReadTimeout", run_id=7, records=["151"])

    def ids(**filters: Any) -> list[int]:
        answer = lender.admin.client.get(lender.path("requests"), query_params=filters)
        return [row["id"] for row in answer.json()["items"]]

    assert ids() == [silent, broken, limited, refused, good]
    assert ids(status="refused") == [refused]
    assert ids(status=["limited", "failed", "silent"]) == [silent, broken, limited]
    assert ids(lane="edit") == ids(path="batch/") == ids(correlation="abc") == [refused]
    assert ids(run_id=7) == ids(record="151") == [silent]
    page = lender.get("requests", limit=2)
    assert [row["id"] for row in lender.get("requests", cursor=page["next_cursor"])["items"]] == [
        limited,
        refused,
        good,
    ]
    assert lender.get(f"requests/{silent}")["failure"] == "no answer: ReadTimeout"
    assert lender.call("GET", "requests/999999999").status_code == 404


def test_loan_officers_do_not_see_them(lender: Organisation) -> None:
    from loanark.tenants.models import Role

    request(lender)
    for role, status in ((Role.LOAN_OFFICER, 403), (Role.SALES_MANAGER, 200), (Role.AUDITOR, 200)):
        assert lender.member(role).call("GET", lender.path("requests")).status_code == status
