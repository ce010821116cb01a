"""The dashboard's one sentence in every state, and what a person may do to a run."""

from datetime import UTC, datetime
from typing import Any

import pytest
from organisations import CONNECTED, Organisation

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def connect(lender: Organisation, **columns: Any) -> None:
    lender.insert("connections", **{**CONNECTED, **columns})


def run(lender: Organisation, kind: str, status: str, **columns: Any) -> int:
    lender.insert("runs", kind=kind, status=status, trigger="t", **{"counts": "{}", "findings": "{}", **columns})
    return int(lender.scalar("SELECT max(id) FROM runs"))


def truth(lender: Organisation) -> tuple[str, str]:
    said = lender.get("overview")["truth"]
    return said["level"], said["sentence"]


def needs(lender: Organisation) -> dict[str, int]:
    return {need["kind"]: need["count"] for need in lender.get("overview")["needs_you"]}


def test_before_anything_is_connected(organisation: Organisation) -> None:
    seen = organisation.get("overview")
    assert truth(organisation) == ("attention", "HubSpot is not connected.")
    assert needs(organisation) == {"connection": 1}
    assert (seen["balance"], seen["run"], seen["budget"]) == (None, None, None)
    assert len(seen["activity"]) == 24
    assert organisation.get("connection")["status"] == "not_connected"
    assert organisation.get("mapping")["fields"] == []


def test_a_preview_under_way_and_waiting(organisation: Organisation) -> None:
    connect(organisation)
    looking = run(organisation, "preview", "running", done=300, total=1000)
    assert truth(organisation) == ("working", "Looking at contacts: 300 of 1,000.")
    organisation.execute("UPDATE runs SET status = 'waiting' WHERE id = %s", looking)
    assert truth(organisation) == ("attention", "The preview is ready: nothing flows before you approve it.")
    assert needs(organisation) == {"preview": 1}


@pytest.mark.parametrize(("kind", "sentence"), [("backfill", "Bringing over"), ("sweep", "Comparing")])
def test_a_run_under_way(organisation: Organisation, kind: str, sentence: str) -> None:
    connect(organisation)
    run(organisation, kind, "running", done=5, started_at=NOW, last_progress_at=NOW)
    assert truth(organisation) == ("working", f"{sentence} contacts: 5.")
    assert needs(organisation) == {}


def test_a_held_run(organisation: Organisation) -> None:
    connect(organisation)
    run(organisation, "sweep", "held", reason="Too many are gone.")
    said = organisation.get("overview")["truth"]
    assert (said["level"], said["detail"]) == ("attention", "Too many are gone.")
    assert needs(organisation) == {"held": 1}


def test_in_sync_with_the_balance_that_proves_it(organisation: Organisation) -> None:
    connect(organisation, hubspot_total=1, counted_at=NOW, backfilled_at=NOW, approved_at=NOW)
    contact = organisation.contact(firstname="Ada")
    organisation.insert("contact_links", contact_id=contact, hubspot_id="1", base="{}", remote="{}", local_version=1)
    organisation.execute("DELETE FROM hints")
    assert truth(organisation) == ("ok", "Everything is in sync.")
    balance = organisation.get("overview")["balance"]
    assert (balance["hubspot"], balance["loanark"], balance["linked"]) == (1, 1, 1)
    assert (balance["explained"], balance["unexplained"]) == ([], 0)
    organisation.execute("UPDATE connections SET hubspot_total = 2")
    assert truth(organisation)[1] == "Everything known is in sync."


def test_on_the_way(organisation: Organisation) -> None:
    connect(organisation)
    assert truth(organisation) == ("attention", "HubSpot is connected, and not compared yet.")
    organisation.execute("UPDATE connections SET backfilled_at = now()")
    organisation.contact(firstname="Ada")
    assert truth(organisation) == ("working", "1 contact is on the way.")
    organisation.contact(firstname="Eve")
    assert truth(organisation) == ("working", "2 contacts are on the way.")
    seen = organisation.get("overview")
    assert seen["pending"]["loanark"] == 2
    assert [row["firstname"] for row in seen["recent"]["loanark"]] == ["Eve", "Ada"]
    assert seen["activity"][-1]["loanark"] == 2


def test_needs_you(organisation: Organisation) -> None:
    connect(organisation, hubspot_total=0, counted_at=NOW, backfilled_at=NOW)
    contact = organisation.contact(firstname="Ada")
    organisation.execute("DELETE FROM hints")
    organisation.insert("contact_conflicts", contact_id=contact, field="city", policy="ask", open=True)
    assert truth(organisation) == ("attention", "1 matter needs you; everything else is in sync.")
    organisation.insert("contact_rejections", contact_id=contact, side="hubspot", code="refused", reason="No.")
    assert truth(organisation) == ("attention", "2 matters need you; everything else is in sync.")
    assert needs(organisation) == {"conflict": 1, "rejection": 1}
    balance = organisation.get("overview")["balance"]
    assert balance["explained"] == [
        {"reason": "in LoanArk, refused by HubSpot", "count": 1, "side": "loanark", "opens": "values"}
    ]
    held_back = organisation.contact(firstname="Ada")
    organisation.insert(
        "contact_rejections", contact_id=held_back, side="hubspot", code="possible-duplicate", reason="Perhaps Ada."
    )
    assert needs(organisation) == {"conflict": 1, "rejection": 1, "duplicate": 1}


@pytest.mark.parametrize(
    ("status", "code", "sentence", "needed"),
    [
        ("reconnect_needed", "revoked", "The connection was revoked in HubSpot.", {"connection": 1}),
        ("paused", "unavailable", "HubSpot cannot be reached.", {}),
        ("paused", "daily-limit", "The daily request limit is reached.", {}),
    ],
)
def test_broken(organisation: Organisation, status: str, code: str, sentence: str, needed: dict[str, int]) -> None:
    connect(organisation, status=status, problem_code=code, problem_detail="It said no.")
    said = organisation.get("overview")["truth"]
    assert (said["level"], said["sentence"]) == ("broken", sentence)
    assert said["detail"].startswith("It said no. ")
    assert needs(organisation) == needed
    assert organisation.get("connection")["problem"]["code"] == code


def start(lender: Organisation, kind: str) -> Any:
    return lender.call("POST", "runs", {"kind": kind})


def test_a_run_needs_a_connection(organisation: Organisation) -> None:
    for kind in ("preview", "full"):
        answer = start(organisation, kind)
        assert (answer.status_code, answer.json()["code"]) == (409, "not-connected")
    assert start(organisation, "sideways").status_code == 422


def test_a_first_run_is_a_preview_and_asking_twice_is_asking_once(organisation: Organisation) -> None:
    connect(organisation)
    first = start(organisation, "full").json()
    assert (first["kind"], first["status"], first["phase"]) == ("preview", "running", "queued")
    assert start(organisation, "preview").json()["id"] == first["id"]
    assert [row["id"] for row in organisation.get("runs")["items"]] == [first["id"]]


def test_approving_a_preview_starts_the_backfill(organisation: Organisation) -> None:
    connect(organisation)
    preview = start(organisation, "preview").json()["id"]
    refused = organisation.call("POST", f"runs/{preview}/approve")
    assert (refused.status_code, refused.json()["code"]) == (409, "stale")
    organisation.execute("UPDATE runs SET status = 'waiting' WHERE id = %s", preview)
    approved = organisation.call("POST", f"runs/{preview}/approve").json()
    assert (approved["kind"], approved["status"], approved["preview_id"]) == ("backfill", "running", preview)
    assert approved["approved_by"].startswith("admin-")
    before = organisation.get(f"runs/{preview}")
    assert (before["status"], before["preview_id"]) == ("succeeded", approved["id"])
    assert organisation.scalar("SELECT approved_at IS NOT NULL FROM connections")
    assert organisation.call("POST", f"runs/{preview}/approve").json()["id"] == approved["id"], (
        "asked again: told of it"
    )
    assert start(organisation, "full").json()["id"] == approved["id"], "one at a time"
    assert start(organisation, "preview").status_code == 409
    organisation.execute("UPDATE runs SET status = 'succeeded' WHERE id = %s", approved["id"])
    assert organisation.call("POST", f"runs/{preview}/approve").status_code == 409, "over is over"


def test_a_held_run_goes_on_when_approved(organisation: Organisation) -> None:
    connect(organisation)
    held = run(organisation, "sweep", "held", reason="Too many.")
    answer = organisation.call("POST", f"runs/{held}/approve").json()
    assert (answer["id"], answer["status"], answer["reason"]) == (held, "running", None)


@pytest.mark.parametrize("status", ["running", "waiting", "held"])
def test_cancelling_tells_who(organisation: Organisation, status: str) -> None:
    connect(organisation)
    number = run(organisation, "preview", status)
    answer = organisation.call("POST", f"runs/{number}/cancel").json()
    assert answer["status"] == "cancelled"
    assert "cancelled by admin-" in answer["reason"]
    assert answer["finished_at"]
    again = organisation.call("POST", f"runs/{number}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "stale")


def test_the_numbers_of_a_run(organisation: Organisation) -> None:
    number = run(
        organisation,
        "backfill",
        "running",
        done=100,
        total=300,
        counts='{"read": 100, "created_in_loanark": 90, "rejected": 10}',
        started_at=datetime(2026, 1, 1, 0, 0, 0, tzinfo=UTC),
        last_progress_at=datetime(2026, 1, 1, 0, 0, 10, tzinfo=UTC),
    )
    seen = organisation.get(f"runs/{number}")
    assert (seen["rate_per_second"], seen["eta_seconds"]) == (10.0, 20)
    assert (seen["counts"]["read"], seen["counts"]["rejected"], seen["counts"]["matched"]) == (100, 10, 0)


def test_runs_come_in_pages_newest_first(organisation: Organisation) -> None:
    made = [run(organisation, "sweep", "cancelled") for _ in range(3)]
    first = organisation.get("runs", limit=2)
    assert [row["id"] for row in first["items"]] == made[:0:-1]
    second = organisation.get("runs", limit=2, cursor=first["next_cursor"])
    assert ([row["id"] for row in second["items"]], second["next_cursor"]) == (made[:1], None)
