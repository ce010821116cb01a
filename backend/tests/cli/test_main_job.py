"""The main job without a browser: connect, look, approve, sync, export; every answer one JSON document."""

import csv
import time
from pathlib import Path

import orjson
import psycopg
import pytest
from command_line import CONTACTS, Hub, Loanark

from loanark.core.fields import FIELDS, NAMES
from loanark.kit.sheets import cell


@pytest.fixture(scope="module")
def connected(loanark: Loanark, hub: Hub) -> Loanark:
    made = loanark("tenant", "create", "First Lender", "--admin", "Ann@Lender.Example", "--json")
    assert made.code == 0, made.err
    assert (made.document["slug"], made.document["admin"]) == ("first-lender", "ann@lender.example")
    assert len(made.document["password"]) >= 12
    done = loanark("connect", "--tenant", "First Lender", "--token-stdin", "--json", stdin=f"{hub.token}\n")
    assert done.code == 0, done.err
    assert (done.document["status"], done.document["auth"]) == ("connected", "static")
    assert hub.token not in done.out + done.err
    return loanark


@pytest.fixture(scope="module")
def synced(connected: Loanark, hub: Hub) -> Loanark:
    preview = connected("sync", "--tenant", "first-lender", "--full", "--preview", "--json")
    assert preview.code == 0, preview.err
    seen = preview.document
    assert (seen["kind"], seen["status"], seen["preview"]["hubspot_total"]) == ("preview", "waiting", CONTACTS)
    assert seen["counts"]["created_in_loanark"] == CONTACTS
    assert exported(connected) == []
    assert hub.writes() == []
    done = connected("sync", "--tenant", "first-lender", "--full", "--approve", str(seen["id"]), "--wait", "--json")
    assert done.code == 0, done.err
    assert (done.document["kind"], done.document["status"]) == ("backfill", "succeeded")
    assert (done.document["preview_id"], done.document["counts"]["created_in_loanark"]) == (seen["id"], CONTACTS)
    return connected


def exported(loanark: Loanark, tenant: str = "first-lender") -> list[dict[str, str | None]]:
    done = loanark("contacts", "export", "--tenant", tenant, "--format", "ndjson")
    assert done.code == 0, done.err
    return [orjson.loads(line) for line in done.out.splitlines()]


def assert_equal(rows: list[dict[str, str | None]], hub: Hub) -> None:
    theirs = hub.contacts([field.hubspot for field in FIELDS])
    assert {row["hubspot_id"] for row in rows} == set(theirs)
    for row in rows:
        there = theirs[str(row["hubspot_id"])]
        assert {name: row[name] for name in NAMES} == {field.name: there.get(field.hubspot) for field in FIELDS}


def test_both_sides_hold_the_same_contacts_value_by_value(synced: Loanark, hub: Hub) -> None:
    rows = exported(synced)
    assert len(rows) == len({row["id"] for row in rows}) == CONTACTS
    assert list(rows[0]) == ["id", "hubspot_id", *NAMES]
    assert_equal(rows, hub)


def test_csv_says_the_same(synced: Loanark, tmp_path: Path) -> None:
    file = tmp_path / "contacts.csv"
    arguments = ("contacts", "export", "--tenant", "first-lender", "--format", "csv", "--output", str(file), "--json")
    assert synced(*arguments).document == {"exported": CONTACTS, "output": str(file)}
    with file.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    # But for cells that a spreadsheet would take for formulas.
    assert rows == [{name: cell(value) for name, value in row.items()} for row in exported(synced)]
    log = synced("audit", "export", "--tenant", "first-lender").out.splitlines()
    taken = [event for event in map(orjson.loads, log) if event["kind"] == "contacts.exported"]
    assert {event["via"] for event in taken} == {"command line"}
    assert {event["more"]["format"] for event in taken} == {"csv", "ndjson"}


def test_a_second_sync_finds_everything_unchanged_and_writes_nothing(synced: Loanark, hub: Hub) -> None:
    hub.call("DELETE", "/_control/requests")
    before = exported(synced)
    done = synced("sync", "--tenant", "first-lender", "--full", "--yes", "--wait", "--json")
    assert done.code == 0, done.err
    assert done.document["counts"]["unchanged"] == CONTACTS
    assert not {name for name, count in done.document["counts"].items() if count} - {"read", "unchanged"}
    assert hub.writes() == []
    assert exported(synced) == before


def test_a_quick_sync_brings_the_changes_of_both_sides(synced: Loanark, hub: Hub) -> None:
    ours, theirs, *_ = [row for row in exported(synced) if row["email"]]
    hub.call("PATCH", f"/_control/contacts/{theirs['hubspot_id']}", json={"properties": {"city": "Reno"}})
    database = synced("status", "--tenant", "first-lender", "--json").document["sql_url"]
    with psycopg.connect(database) as other:
        assert other.execute("UPDATE contacts SET city = 'Elko' WHERE id = %s", [ours["id"]]).rowcount == 1
    time.sleep(0.7)  # the search index of the simulator lags half a second
    done = synced("sync", "--tenant", "first-lender", "--wait", "--json")
    assert done.code == 0, done.err
    rows = exported(synced)
    cities = {row["hubspot_id"]: row["city"] for row in rows}
    assert (cities[theirs["hubspot_id"]], cities[ours["hubspot_id"]]) == ("Reno", "Elko")
    assert_equal(rows, hub)


def test_a_run_asked_for_again_goes_on(synced: Loanark) -> None:
    """Whoever was interrupted starts the same command again."""
    left = synced("sync", "--tenant", "first-lender", "--full", "--yes", "--json").document
    assert left["status"] == "running"
    done = synced("sync", "--tenant", "first-lender", "--full", "--yes", "--wait", "--json")
    assert (done.code, done.document["id"], done.document["status"]) == (0, left["id"], "succeeded"), done.err


def test_what_was_not_carried_over_is_told_with_its_reason(synced: Loanark, hub: Hub) -> None:
    (ours, *_) = [row for row in exported(synced) if row["email"]]
    database = synced("status", "--tenant", "first-lender", "--json").document["sql_url"]
    with psycopg.connect(database) as other:
        other.execute("UPDATE contacts SET email = 'not an address', city = 'Ely' WHERE id = %s", [ours["id"]])
    done = synced("sync", "--tenant", "first-lender", "--wait", "--json")
    assert done.code == 4, done.err
    assert done.document["slug"] == "first-lender"
    (told,) = done.document["rejections"]
    assert (told["contact_id"], told["field"], told["value"]) == (ours["id"], "email", "not an address")
    assert "not an address is invalid" in told["reason"]
    assert hub.contacts(["city"])[str(ours["hubspot_id"])]["city"] == "Ely"
    swept = synced("sync", "--tenant", "first-lender", "--full", "--yes", "--wait")
    assert (swept.code, "not an address is invalid" in swept.out) == (4, True)
    assert "not an address is invalid" in synced("status").out
    with psycopg.connect(database) as other:
        other.execute("UPDATE contacts SET email = %s WHERE id = %s", [ours["email"], ours["id"]])
    assert synced("sync", "--tenant", "first-lender", "--wait").code == 0


def test_status_and_doctor(synced: Loanark) -> None:
    seen = synced("status", "--tenant", "first-lender", "--json").document
    assert (seen["truth"]["level"], seen["worker_alive"], seen["needs_you"]) == ("ok", False, [])
    assert (seen["balance"]["loanark"], seen["balance"]["linked"]) == (CONTACTS, CONTACTS)
    assert "Everything is in sync." in synced("status").out
    checked = synced("doctor", "--json")
    assert (checked.code, checked.document["ok"]) == (0, True), checked.out
    assert {"database", "row-level security", "role", "worker"} <= {row["name"] for row in checked.document["checks"]}
    assert synced("migrate", "--json").document == {"applied": 0}


def test_a_first_sync_without_approval_waits_for_it(synced: Loanark, hub: Hub) -> None:
    """And an account that another organisation has is not taken from it."""
    assert synced("tenant", "create", "Second Lender", "--admin", "bob@lender.example", "--json").code == 0
    taken = synced("connect", "--tenant", "second-lender", "--token-stdin", "--json", stdin=hub.token)
    assert (taken.code, taken.document["error"]["code"]) == (1, "account-taken")
    nothing = synced("sync", "--tenant", "second-lender", "--full", "--json")
    assert (nothing.code, nothing.document["error"]["code"]) == (1, "not-connected")


@pytest.mark.parametrize(
    "arguments",
    [("sync",), ("sync", "--tenant", "x", "--yes", "--preview"), ("connect", "--tenant", "x"), ("nonsense",)],
)
def test_wrong_usage_is_exit_code_2(loanark: Loanark, arguments: tuple[str, ...]) -> None:
    assert loanark(*arguments).code == 2
