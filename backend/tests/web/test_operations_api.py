"""Plans, undo and retry by the front door: shapes, roles and refusals. What they do is told in `tests/sync/`."""

from typing import Any

import pytest
from organisations import CONNECTED, Organisation, make_organisation

from loanark.tenants.models import Role


@pytest.fixture
def lender(database: str) -> Organisation:
    organisation = make_organisation()
    organisation.insert("connections", tenant_id=organisation.id, **CONNECTED)
    return organisation


def run(lender: Organisation, kind: str, status: str) -> int:
    return int(
        lender.scalar(
            """INSERT INTO runs (kind, status, trigger, counts, findings)
               VALUES (%s, %s, 'x', '{}', '{}') RETURNING id""",
            kind,
            status,
        )
    )


def planned(lender: Organisation, run_id: int, seq: int, **columns: Any) -> None:
    row = {"run_id": run_id, "seq": seq, "record": str(seq), "action": "update", "reason": "", "digest": "x", **columns}
    lender.execute(
        f"INSERT INTO planned ({', '.join(row)}) VALUES ({', '.join(['%s'] * len(row))})",
        *row.values(),
    )


def test_a_plan_is_listed_with_names_and_operations(lender: Organisation) -> None:
    run_id = run(lender, "preview", "waiting")
    ann = lender.contact(firstname="Ann", email="ann@example.com")
    write = '[{"field": "city", "side": "hubspot", "after": "Boise", "reason": "changed in LoanArk"}]'
    planned(lender, run_id, 1, contact_id=ann, operations=write)
    new = '[{"field": "firstname", "after": "Bob"}, {"field": "email", "after": "bob@example.com"}]'
    planned(lender, run_id, 2, action="create", side="loanark", reason="new in HubSpot", hubspot_id="7", operations=new)
    first = lender.get(f"runs/{run_id}/plan", limit=1)
    assert first["totals"] and first["next_cursor"] == "1"
    (row,) = first["items"]
    assert (row["name"], row["email"], row["contact_id"]) == ("Ann", "ann@example.com", str(ann))
    (part,) = row["operations"]
    assert (part["kind"], part["label"], part["before"], part["after"]) == ("write", "City", None, "Boise")
    (row,) = lender.get(f"runs/{run_id}/plan", cursor=1)["items"]
    assert (row["name"], row["email"], row["reason"]) == ("Bob", "bob@example.com", "new in HubSpot")
    assert row["operations"][0]["side"] == "loanark"
    assert [row["seq"] for row in lender.get(f"runs/{run_id}/plan", action="create")["items"]] == [2]
    assert lender.get(f"runs/{run_id}/plan", state="done")["items"] == []


def test_an_undo_is_ordered_by_managers_and_waits(lender: Organisation) -> None:
    run_id = run(lender, "sweep", "succeeded")
    officer = lender.member(Role.LOAN_OFFICER).call("POST", lender.path(f"runs/{run_id}/undo"), {})
    assert (officer.status_code, officer.json()["code"]) == (403, "forbidden")
    answer = lender.call("POST", f"runs/{run_id}/undo", {})
    assert answer.status_code == 201, answer.content
    ordered = answer.json()
    assert (ordered["kind"], ordered["status"], ordered["undoes"]) == ("undo", "running", f"undoes run {run_id}")
    assert ordered["approved_by"] is None
    again = lender.call("POST", f"runs/{run_id}/undo", {"approve": True})
    assert (again.status_code, again.json()["code"]) == (409, "stale")


def test_a_preview_has_nothing_to_undo(lender: Organisation) -> None:
    answer = lender.call("POST", f"runs/{run(lender, 'preview', 'succeeded')}/undo", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "stale")


def test_changes_to_undo_are_chosen_by_time_program_and_field(lender: Organisation) -> None:
    wrong = lender.call("POST", "undo", {"since": "2026-01-01T00:00:00Z", "field": "shoe_size"})
    assert (wrong.status_code, wrong.json()["errors"]) == (422, {"field": "unknown"})
    naive = lender.call("POST", "undo", {"since": "2026-01-01T00:00:00"})
    assert naive.status_code == 422, "a time without an offset is no time"
    body = {"since": "2026-01-01T00:00:00Z", "actor": "import.py", "field": "city", "approve": True}
    ordered = lender.call("POST", "undo", body)
    assert ordered.status_code == 201, ordered.content
    assert "of the field city of import.py" in ordered.json()["undoes"]
    assert ordered.json()["approved_by"]


def test_one_change_is_undone_by_editors_or_refused_with_its_reason(lender: Organisation) -> None:
    ann = lender.contact(firstname="Ann", city="Boise")
    lender.execute("UPDATE contacts SET city = 'Nampa' WHERE id = %s", ann)
    change = lender.scalar("SELECT max(id) FROM contact_changes WHERE contact_id = %s", ann)
    auditor = lender.member(Role.AUDITOR).call("POST", lender.path(f"contacts/{ann}/changes/{change}/undo"))
    assert auditor.status_code == 403
    done = lender.member(Role.LOAN_OFFICER).call("POST", lender.path(f"contacts/{ann}/changes/{change}/undo"))
    assert done.status_code == 200, done.content
    assert {field["name"]: field["loanark"] for field in done.json()["fields"]}["city"] == "Boise"
    lender.execute("UPDATE contacts SET city = 'Eagle' WHERE id = %s", ann)
    refused = lender.call("POST", f"contacts/{ann}/changes/{change}/undo")
    problem = refused.json()
    assert (refused.status_code, problem["code"], problem["errors"]) == (
        409,
        "cannot-undo",
        {"city": "it was changed since"},
    )
    timeline = lender.get(f"contacts/{ann}/timeline")["items"]
    assert [row["cause"] for row in timeline][:2] == ["sql", "undo"]


def test_rejections_are_retried_all_or_by_their_code(lender: Organisation) -> None:
    ann, bob = (lender.contact(firstname=name) for name in ("Ann", "Bob"))
    for contact, code in ((ann, "refused"), (ann, "coerced"), (bob, "refused")):
        lender.execute(
            """INSERT INTO contact_rejections (contact_id, field, side, code, reason)
               VALUES (%s, %s, 'hubspot', %s, 'no')""",
            contact,
            code,
            code,
        )
    lender.execute("DELETE FROM hints")
    assert lender.call("POST", "rejections/retry", {"code": "coerced"}).json() == {"contacts": 1}
    assert [row["lane"] for row in lender.rows("SELECT lane FROM hints")] == [0]
    answer = lender.call("POST", "rejections/retry", {})
    assert (answer.status_code, answer.json()) == (202, {"contacts": 2})
    lanes = {row["record_id"]: row["lane"] for row in lender.rows("SELECT record_id, lane FROM hints")}
    assert lanes == {str(ann): 0, str(bob): 2}


def test_a_dry_run_needs_an_account_and_a_contact(database: str) -> None:
    lender = make_organisation()
    ann = lender.contact(firstname="Ann")
    answer = lender.call("GET", f"contacts/{ann}/plan")
    assert (answer.status_code, answer.json()["code"]) == (409, "not-connected")
    nobody = lender.call("GET", "contacts/5d7c1f3e-5f0a-4c8e-9a1d-000000000001/plan")
    assert (nobody.status_code, nobody.json()["code"]) == (404, "not-found")
