"""What a run came to: what it changed, contact by contact; what it could not carry over, by reason; its days."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from organisations import Organisation
    from world import World


@pytest.fixture
def lender(database: str) -> Organisation:
    from organisations import make_organisation

    return make_organisation()


def test_the_first_run_lists_every_contact_it_made(make_world: Callable[..., World]) -> None:
    from loanark.sync import run_report
    from loanark.tenants.access import tenant_scope

    world = make_world(people=7)
    world.start()
    run_id = world.run("backfill")["id"]
    with tenant_scope(world.tenant_id):
        first = run_report.changes(run_id, cursor=None, limit=5)
        rest = run_report.changes(run_id, cursor=first.next_cursor, limit=5)
    rows = [*first.items, *rest.items]
    assert (first.total, len(rows), rest.next_cursor) == (7, 7, None)
    assert {row.contact_id for row in rows} == {row["id"] for row in world.live()}
    assert {(row.op, row.side.value) for row in rows} == {("created", "hubspot")}
    assert all(row.contact_name and row.fields for row in rows)


def test_a_comparison_lists_what_it_changed_before_and_after(world: World) -> None:
    from loanark.sync import run_report
    from loanark.tenants.access import tenant_scope

    id, contact_id = world.pair(city="Austin")
    world.hubspot.edit(id, city="Dallas")
    with tenant_scope(world.tenant_id):
        from loanark.sync import runs

        runs.start("sweep", trigger="test")
    world.settle(polls=False)
    with tenant_scope(world.tenant_id):
        (row,) = run_report.changes(world.run("sweep")["id"], cursor=None, limit=50).items
    assert (row.contact_id, row.op) == (contact_id, "updated")
    assert [(field.label, field.before, field.after) for field in row.fields] == [("City", "Austin", "Dallas")]


def test_what_is_still_refused_is_told_by_the_run_that_met_it_last(lender: Organisation) -> None:
    from loanark.sync.apply import write_rejections

    first, second = a_run(lender), a_run(lender)
    row = {"contact_id": str(lender.contact(firstname="Ada")), "field": "city", "side": "hubspot", "code": "refused"}
    for run_id in (first, second, None):
        with lender.scope():
            write_rejections([{**row, "hubspot_id": None, "value": "x", "reason": "No."}], run_id)
    assert lender.get(f"runs/{first}/reasons") == []
    assert [reason["open"] for reason in lender.get(f"runs/{second}/reasons")] == [1]


def refused(lender: Organisation, run_id: int, reason: str, *, code: str = "refused", solved: bool = False) -> None:
    lender.execute(
        """INSERT INTO contact_rejections (contact_id, field, side, code, reason, run_id, resolved_at)
           VALUES (%s, 'city', 'hubspot', %s, %s, %s, CASE WHEN %s THEN now() END)""",
        lender.contact(firstname="Ada"),
        code,
        reason,
        run_id,
        solved,
    )


def a_run(lender: Organisation, kind: str = "sweep", status: str = "partial", age: str = "0") -> int:
    return int(
        lender.scalar(
            """INSERT INTO runs (kind, status, trigger, counts, findings, created_at)
               VALUES (%s, %s, 'x', '{}', '{}', now() - %s::interval) RETURNING id""",
            kind,
            status,
            age,
        )
    )


def test_reasons_are_grouped_and_lead_to_their_contacts(lender: Organisation) -> None:
    run_id = a_run(lender)
    for _ in range(3):
        refused(lender, run_id, "VIP status: Gold was not one of the allowed options")
    refused(lender, run_id, "VIP status: Gold was not one of the allowed options", solved=True)
    refused(lender, run_id, "The database would not have it", code="internal")
    first, second = lender.get(f"runs/{run_id}/reasons")
    assert (first["contacts"], first["open"], first["code"], first["heals"]) == (4, 3, "refused", False)
    assert first["fix"]
    assert (second["open"], second["heals"]) == (1, True)
    page = lender.get(f"runs/{run_id}/rejections", code="refused", reason=first["reason"], limit=2)
    assert (page["total"], len(page["items"])) == (3, 2)
    rest = lender.get(f"runs/{run_id}/rejections", code="refused", cursor=page["next_cursor"])
    assert [row["contact_name"] for row in rest["items"]] == ["Ada"]
    lender.execute("DELETE FROM hints")
    retry = {"run_id": run_id, "code": "refused", "reason": first["reason"]}
    assert lender.call("POST", "rejections/retry", retry).json() == {"contacts": 3}
    assert lender.scalar("SELECT count(*) FROM hints WHERE source = 'retry'") == 3
    assert lender.get(f"runs/{a_run(lender)}/reasons") == []
    assert lender.admin.call("GET", lender.path("runs/999999999/reasons")).status_code == 404


def test_runs_are_filtered_by_kind_state_and_day(lender: Organisation) -> None:
    old, failed, now = a_run(lender, age="50 hours"), a_run(lender, "backfill", "failed"), a_run(lender)

    def ids(**filters: object) -> list[int]:
        return [run["id"] for run in lender.get("runs", **filters)["items"]]

    assert ids() == [now, failed, old]
    assert ids(kind="backfill") == [failed]
    assert ids(kind=["backfill", "sweep"], status="partial") == [now, old]
    today = lender.get("monitor/days", days=2)[-1]
    assert ids(since=today["start"], until=today["end"]) == [now, failed]
    assert lender.admin.client.get(lender.path("runs"), query_params={"kind": "odd"}).status_code == 422


def test_days_are_those_of_the_readers_clock(lender: Organisation) -> None:
    a_run(lender)
    lender.contact(firstname="Ada")
    days = lender.get("monitor/days", days=3, zone="Asia/Tokyo")
    assert len(days) == 3
    assert (days[-1]["runs"], days[-1]["troubled"], days[-1]["loanark"], days[-1]["hubspot"]) == (1, 1, 1, 0)
    assert days[-1]["start"].endswith("T15:00:00Z")
    assert sum(day["runs"] for day in days[:-1]) == 0
    answer = lender.admin.client.get(lender.path("monitor/days"), query_params={"zone": "../etc/passwd"})
    assert (answer.status_code, answer.json()["errors"]) == (422, {"zone": "unknown"})


def test_the_monitor_says_what_waits_by_lane_and_who_works(lender: Organisation) -> None:
    from loanark.sync import worker

    worker.beat("somewhere")
    lender.execute("DELETE FROM hints")
    lender.execute(
        """INSERT INTO hints (side, record_id, source, lane, attempts, last_error) VALUES
           ('hubspot', '1', 'x', 1, 0, NULL), ('hubspot', '2', 'x', 1, 2, 'status 503'),
           ('loanark', '3', 'x', 2, 0, NULL)"""
    )
    seen = lender.get("monitor")
    webhook, edit = seen["waiting"]
    assert (webhook["lane"], webhook["count"], webhook["retrying"]) == ("webhook", 2, 1)
    assert webhook["last_error"] == "status 503"
    assert (edit["lane"], edit["side"], edit["count"]) == ("edit", "loanark", 1)
    assert "somewhere" in [one["name"] for one in seen["workers"] if one["alive"]]
    assert (seen["under_way"], seen["last_poll_at"]) == (0, None)
